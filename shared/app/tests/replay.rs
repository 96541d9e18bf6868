//! What failed is tried again by request; and which notice a revocation has.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::Duration;

use jiff::SignedDuration;
use revocation_app::ports::{AppNotices, BatchRecorder, Clock, Counters, DispatchJob, Job, PushStore, RevocationStore};
use revocation_app::{
    Accepted, Checked, Confirmed, Dispatched, Dispatcher, Eagerness, NewReceipt, NewRevocation, ReplayError, check_revocation,
    confirm_batch, dispatch_batch, fan_out, replay_revocation, request_revocation, take_receipts,
};
use revocation_rules::actor::Act;
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::ids::RevocationId;
use revocation_rules::notice::{Notice, Notices};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::push::Push;
use revocation_rules::receipt::ReceiptEvent;
use revocation_rules::retry::MAX_ATTEMPTS;
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::scope::Scope;
use revocation_testkit::builders::{a_batch, a_push, noon};
use revocation_testkit::{FakeChannel, Kept, ManualClock, MemoryQueue, MemoryStore, Mood, SeededDice, run};

struct Scene {
    clock: ManualClock,
    store: MemoryStore,
    queue: MemoryQueue,
    vendor: FakeChannel,
    push: Push,
    channels: Channels,
    dice: SeededDice,
}

impl Scene {
    /// A push with two deliveries on Huawei.
    fn new(notices: Option<Notices>) -> Self {
        let clock = ManualClock::at(noon());
        let store = MemoryStore::new();
        let mut push = a_push().sent_at(noon()).build();
        push.registration.notices = notices;
        run(store.insert_push(&push)).unwrap();
        let batch = a_batch().of(&push).named("b1").on(Channel::Huawei).sent_at(noon());
        let (header, deliveries) = batch.to(&["u1", "u2"]).build();
        run(store.record(&header, &deliveries)).unwrap();
        clock.advance(SignedDuration::from_secs(1));
        Self {
            queue: MemoryQueue::new(&clock),
            vendor: FakeChannel::new(&clock),
            clock,
            store,
            push,
            channels: Channels::new([Channel::Huawei]),
            dice: SeededDice::new(1),
        }
    }

    fn revoke(&self, scope: Scope, notices: Option<Notices>) -> Revocation {
        let request = NewRevocation {
            push: self.push.registration.push.clone(),
            scope,
            reason: "wrong price".to_owned(),
            notices,
            requested_by: "key-1".parse().unwrap(),
        };
        let requested = request_revocation(&self.store, &self.queue, &self.clock, &self.dice, &self.channels, &request);
        match run(requested).unwrap() {
            Accepted::New(revocation) => revocation,
            Accepted::AlreadyThere(revocation) => panic!("{} was there already", revocation.id),
        }
    }

    fn walk(&self, id: &RevocationId) {
        let push = &self.push.registration.push;
        let deadline = self.clock.now() + SignedDuration::from_secs(60);
        run(fan_out(&self.store, &self.queue, &self.clock, push, id, deadline)).unwrap();
    }

    fn dispatch(&self, job: &DispatchJob) -> Dispatched {
        let with = Dispatcher {
            store: &self.store,
            queue: &self.queue,
            clock: &self.clock,
            dice: &self.dice,
            channels: &self.channels,
            client: Some(&self.vendor),
        };
        run(dispatch_batch(&with, job, self.clock.now() + SignedDuration::from_secs(60))).unwrap()
    }

    /// The one batch, for one revocation.
    fn attempt(&self, id: &RevocationId) -> BatchProgress {
        let batch = self.store.committed()[0].header.batch.clone();
        self.dispatch(&DispatchJob {
            batch: batch.clone(),
            channel: Channel::Huawei,
            revocation: id.clone(),
        });
        self.store.progress_of(&batch).unwrap()
    }

    /// Walks, dispatches and settles.
    fn work(&self, id: &RevocationId) -> Revocation {
        let push = &self.push.registration.push;
        self.walk(id);
        for job in self.queue.sent() {
            let Job::Dispatch(job) = job else { continue };
            let end = self.dispatch(&job);
            assert!(matches!(end, Dispatched::Finished | Dispatched::NothingToDo), "{end:?}");
        }
        let checked = check_revocation(&self.store, &self.queue, &self.clock, push, id, Eagerness::Redrive);
        let checked = run(checked).unwrap();
        assert!(matches!(checked, Checked::Settled { .. }), "{checked:?}");
        self.read(id)
    }

    fn read(&self, id: &RevocationId) -> Revocation {
        run(self.store.revocation(&self.push.registration.push, id)).unwrap().unwrap()
    }

    fn replay(&self, id: &RevocationId) -> Result<Revocation, ReplayError> {
        run(replay_revocation(
            &self.store,
            &self.queue,
            &self.clock,
            &self.push.registration.push,
            id,
            &"key-2".parse().unwrap(),
        ))
    }

    fn quota_is_used_up(&self) {
        self.vendor.is(Mood::Exhausted);
    }

    fn counted(&self, id: &RevocationId, outcome: Outcome) -> u64 {
        let counters = run(self.store.counters(&self.push.registration.push, id)).unwrap();
        counters.get(&Channel::Huawei).map_or(0, |counters| counters.outcomes.get(outcome))
    }
}

fn only(target: &str) -> Scope {
    let mut scope = Scope::everything();
    scope.targets = Some([target.parse().unwrap()].into());
    scope
}

fn settled(revocation: &Revocation, outcome: Outcome) -> u64 {
    match &revocation.state {
        State::Settled { totals, .. } => totals[&Channel::Huawei].get(outcome),
        state @ (State::Requested | State::Dispatched { .. }) => panic!("{}", state.name()),
    }
}

#[test]
fn what_a_used_up_quota_ended_is_overwritten_by_a_replay() {
    let scene = Scene::new(None);
    let id = scene.revoke(Scope::everything(), None).id;
    scene.quota_is_used_up();
    assert_eq!(settled(&scene.work(&id), Outcome::Failed), 2);

    scene.vendor.is(Mood::Well);
    let replayed = scene.replay(&id).unwrap();
    assert_eq!((replayed.state, replayed.replays), (State::Requested, 1));
    let after = scene.work(&id);
    assert_eq!((settled(&after, Outcome::Overwritten), settled(&after, Outcome::Failed)), (2, 0));
    assert_eq!(
        (scene.counted(&id, Outcome::Overwritten), scene.counted(&id, Outcome::Failed)),
        (2, 0)
    );
    assert_eq!(after.fanout.found[&Channel::Huawei], 2, "the second walk counts nothing twice");
}

#[test]
fn a_replay_calls_nobody_again_who_was_served() {
    let scene = Scene::new(None);
    let id = scene.revoke(Scope::everything(), None).id;
    scene.work(&id);
    let calls = scene.vendor.calls_from(0).len();
    scene.replay(&id).unwrap();
    scene.work(&id);
    assert_eq!(scene.vendor.calls_from(0).len(), calls);
}

#[test]
fn another_revocation_of_the_same_deliveries_is_told_of_a_replay() {
    let scene = Scene::new(None);
    let mut huawei = Scope::everything();
    huawei.channels = Some([Channel::Huawei].into());
    let part = scene.revoke(huawei, None).id;
    scene.quota_is_used_up();
    scene.work(&part);
    let whole = scene.revoke(Scope::everything(), None).id;
    assert_eq!(settled(&scene.work(&whole), Outcome::Failed), 2);

    scene.vendor.is(Mood::Well);
    scene.replay(&part).unwrap();
    scene.work(&part);
    for id in [&part, &whole] {
        assert_eq!(
            (scene.counted(id, Outcome::Overwritten), scene.counted(id, Outcome::Failed)),
            (2, 0)
        );
    }
}

#[test]
fn another_revocations_end_gives_nobody_new_attempts() {
    let scene = Scene::new(None);
    let one = scene.revoke(only("u1"), None).id;
    let whole = scene.revoke(Scope::everything(), None).id;
    scene.walk(&whole);
    scene.replay(&whole).unwrap();
    scene.vendor.is(Mood::Down);
    scene.attempt(&whole);
    scene.clock.advance(SignedDuration::from_mins(16));
    scene.quota_is_used_up();
    scene.attempt(&one);
    scene.vendor.is(Mood::Down);

    // Each attempt on the other delivery tells the first revocation, which has ended, of what it knows.
    for attempt in 1..MAX_ATTEMPTS {
        assert_eq!(scene.attempt(&whole).attempts, attempt);
        scene.clock.advance(SignedDuration::from_mins(16));
    }
    scene.attempt(&whole);
    assert_eq!(
        (scene.counted(&one, Outcome::Failed), scene.counted(&whole, Outcome::Failed)),
        (1, 2)
    );
}

/// Its worker may have read the receipts a moment before this one was there.
#[test]
fn what_a_device_confirms_while_it_is_replayed_is_looked_at_again() {
    let scene = Scene::new(None);
    let id = scene.revoke(Scope::everything(), None).id;
    scene.quota_is_used_up();
    scene.work(&id);
    let committed = &scene.store.committed()[0];
    let batch = &committed.header.batch;
    let said = NewReceipt {
        kind: batch.push.kind,
        id: batch.push.id.clone(),
        batch: batch.batch.clone(),
        token: committed.deliveries[0].token.clone(),
        event: ReceiptEvent::Revoked,
        at: None,
    };
    let taken = take_receipts(&scene.store, &scene.queue, &scene.clock, &batch.push.tenant, None, vec![said]);
    assert_eq!(run(taken).unwrap().accepted, 1);
    let confirm = || run(confirm_batch(&scene.store, &scene.queue, &scene.clock, batch, 0)).unwrap();
    assert_eq!(confirm(), Confirmed::Done { deliveries: 0 });
    scene.replay(&id).unwrap();
    assert_eq!(confirm(), Confirmed::ComesBack);
    scene.work(&id);
    assert_eq!(confirm(), Confirmed::Done { deliveries: 0 });
    assert_eq!(scene.counted(&id, Outcome::Confirmed), 1);
}

#[test]
fn a_replay_that_finds_no_payload_leaves_what_was_counted() {
    let scene = Scene::new(None);
    let id = scene.revoke(only("u1"), None).id;
    scene.quota_is_used_up();
    scene.work(&id);
    scene.replay(&id).unwrap();
    scene.store.delete_expired(Kept::Payload, &scene.store.committed()[0].header.batch);
    let after = scene.work(&id);
    assert_eq!((settled(&after, Outcome::Failed), scene.counted(&id, Outcome::Failed)), (1, 1));
}

#[test]
fn a_replay_of_what_is_being_walked_changes_nothing_and_a_closed_window_refuses_it() {
    let scene = Scene::new(None);
    let id = scene.revoke(Scope::everything(), None).id;
    assert_eq!(scene.replay(&id).unwrap().replays, 0);
    scene.work(&id);
    scene.clock.set(scene.read(&id).closes_at);
    assert!(matches!(scene.replay(&id), Err(ReplayError::WindowClosed { .. })));
    let nobody = "rvk_nobody".parse().unwrap();
    assert!(matches!(scene.replay(&nobody), Err(ReplayError::RevocationNotFound)));
}

#[test]
fn a_replay_that_the_queue_did_not_take_is_due_for_the_sweep() {
    let scene = Scene::new(None);
    let id = scene.revoke(Scope::everything(), None).id;
    scene.work(&id);
    let replayed = scene.replay(&id).unwrap();
    let wait = replayed.due_at.unwrap().duration_since(scene.clock.now());
    assert!(Duration::try_from(wait).unwrap() <= Duration::from_mins(1));
}

#[test]
fn a_notice_is_the_revocations_else_the_pushs_else_the_apps() {
    let notices = |title: &str| {
        Notices::from(Notice {
            title: title.to_owned(),
            text: title.to_owned(),
        })
    };
    let title = |scene: &Scene, own: Option<Notices>| scene.revoke(Scope::everything(), own).notices.default.title;
    let of_app = |scene: &Scene| {
        let tenant = &scene.push.registration.push.tenant;
        let act = Act {
            by: "key-1".parse().unwrap(),
            at: noon(),
        };
        run(scene.store.put_notices(tenant, &notices("app"), &act)).unwrap();
    };

    assert_eq!(title(&Scene::new(None), None), "Message revoked");
    let scene = Scene::new(None);
    of_app(&scene);
    assert_eq!(title(&scene, None), "app");
    let scene = Scene::new(Some(notices("push")));
    of_app(&scene);
    assert_eq!(title(&scene, None), "push");
    let scene = Scene::new(Some(notices("push")));
    of_app(&scene);
    assert_eq!(title(&scene, Some(notices("revocation"))), "revocation");
}
