//! A scope that names targets: what it covers, and whom nobody delivered to.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_app::ports::{
    AppNotices, BatchHeaders, BatchPayloads, BatchRecorder, Clock, HeaderPage, Job, PushStore, RevocationStore, StoreError,
};
use revocation_app::{
    Accepted, Checked, Dispatcher, Eagerness, NewBatch, NewRevocation, Preview, Unmatched, check_revocation, dispatch_batch, fan_out,
    kept_unmatched, name_unmatched, preview_revocation, record_deliveries, request_revocation,
};
use revocation_rules::actor::Act;
use revocation_rules::batch::{BatchHeader, Delivery, Sending};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::ids::{BatchId, PushKind, PushRef, TargetId, Tenant};
use revocation_rules::notice::Notices;
use revocation_rules::push::{Push, PushType};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::shard::ShardCount;
use revocation_testkit::builders::{a_batch, a_push, message, noon, tenant};
use revocation_testkit::{FakeChannel, Kept, ManualClock, MemoryQueue, MemoryStore, SeededDice, run};

struct Scene {
    clock: ManualClock,
    store: MemoryStore,
    queue: MemoryQueue,
    push: Push,
    channels: Channels,
}

fn targets(names: &[&str]) -> Scope {
    Scope {
        channels: None,
        targets: Some(names.iter().map(|name| name.parse().unwrap()).collect()),
    }
}

fn known(names: &[&str]) -> Unmatched {
    Unmatched::Known(names.iter().map(|name| name.parse::<TargetId>().unwrap()).collect())
}

impl Scene {
    /// A message to three users on Huawei, sent at noon.
    fn of_a_message() -> Self {
        let push = a_push().named(message(&tenant("shop"), "m1")).sent_at(noon());
        let mut push = push.build();
        push.registration.push_type = PushType::Simple;
        push.shards = ShardCount::of(PushKind::Message);
        let scene = Self::of(push);
        scene.recorded("b1", &["user-1", "user-2", "user-77"]);
        scene
    }

    fn of(push: Push) -> Self {
        let clock = ManualClock::at(noon() + SignedDuration::from_secs(1));
        let store = MemoryStore::new();
        run(store.insert_push(&push)).unwrap();
        Self {
            queue: MemoryQueue::new(&clock),
            clock,
            store,
            push,
            channels: Channels::new([Channel::Huawei]),
        }
    }

    fn recorded(&self, id: &str, targets: &[&str]) {
        let (header, deliveries) = a_batch()
            .of(&self.push)
            .named(id)
            .on(Channel::Huawei)
            .sent_at(noon())
            .to(targets)
            .build();
        run(self.store.record(&header, &deliveries)).unwrap();
    }

    fn asked(&self, scope: &Scope) -> NewRevocation {
        NewRevocation {
            push: self.push.registration.push.clone(),
            scope: scope.clone(),
            reason: "wrong price".to_owned(),
            notices: None,
            requested_by: "key-1".parse().unwrap(),
        }
    }

    fn preview(&self, scope: &Scope) -> Preview {
        run(preview_revocation(&self.store, &self.clock, &self.channels, &self.asked(scope))).unwrap()
    }

    fn revoke(&self, scope: &Scope) -> Revocation {
        let asked = self.asked(scope);
        let dice = SeededDice::new(1);
        let requested = request_revocation(&self.store, &self.queue, &self.clock, &dice, &self.channels, &asked);
        match run(requested).unwrap() {
            Accepted::New(revocation) | Accepted::AlreadyThere(revocation) => revocation,
        }
    }

    fn named(&self, scope: &Scope, revocation: &Revocation) -> Unmatched {
        run(name_unmatched(&self.store, &self.clock, &self.channels, scope, revocation))
    }

    /// Walks, dispatches what is queued, and settles.
    fn work(&self, revocation: &Revocation) -> Revocation {
        let (push, id) = (&revocation.push, &revocation.id);
        let vendor = FakeChannel::new(&self.clock);
        let dice = SeededDice::new(1);
        let deadline = self.clock.now() + SignedDuration::from_secs(60);
        run(fan_out(&self.store, &self.queue, &self.clock, push, id, deadline)).unwrap();
        let with = Dispatcher {
            store: &self.store,
            queue: &self.queue,
            clock: &self.clock,
            dice: &dice,
            channels: &self.channels,
            client: Some(&vendor),
        };
        for job in self.queue.sent() {
            if let Job::Dispatch(job) = job {
                run(dispatch_batch(&with, &job, deadline)).unwrap();
            }
        }
        let checked = run(check_revocation(
            &self.store,
            &self.queue,
            &self.clock,
            push,
            id,
            Eagerness::Redrive,
        ))
        .unwrap();
        assert!(matches!(checked, Checked::Settled { .. } | Checked::Unchanged), "{checked:?}");
        self.read(revocation)
    }

    fn read(&self, revocation: &Revocation) -> Revocation {
        run(self.store.revocation(&revocation.push, &revocation.id)).unwrap().unwrap()
    }
}

#[test]
fn a_dry_run_for_targets_counts_their_deliveries_and_names_who_has_none() {
    let scene = Scene::of_a_message();
    scene.recorded("b2", &["user-2", "user-3"]);
    let preview = scene.preview(&targets(&["user-77\u{200b}"]));
    assert_eq!((preview.channels.len(), preview.unexamined_deliveries), (0, 0));
    assert_eq!(preview.unmatched, known(&["user-77\u{200b}"]));

    let preview = scene.preview(&targets(&["user-2", "User-2", "user-77"]));
    let huawei = &preview.channels[&Channel::Huawei];
    assert_eq!((huawei.deliveries, huawei.revocable, preview.unexamined_deliveries), (3, 3, 0));
    assert_eq!(preview.unmatched, known(&["User-2"]));

    let preview = scene.preview(&Scope::everything());
    assert_eq!(preview.channels[&Channel::Huawei].deliveries, 5);
    assert_eq!(preview.unmatched, Unmatched::NotNamed);
}

#[test]
fn a_target_on_a_channel_that_is_not_in_the_scope_is_named() {
    let scene = Scene::of_a_message();
    let elsewhere = Scope {
        channels: Some([Channel::Apns].into()),
        ..targets(&["user-1"])
    };
    let preview = scene.preview(&elsewhere);
    assert_eq!((preview.channels.len(), preview.unmatched), (0, known(&["user-1"])));
}

#[test]
fn more_than_a_dry_run_looks_at_is_said_with_how_much() {
    let scene = Scene::of(a_push().sent_at(noon()).build());
    // 2,000 payloads are looked at, an equal part in each of a task's shards.
    for nth in 0..2_600 {
        scene.recorded(&format!("b{nth}"), &[&format!("user-{nth}")]);
    }
    let preview = scene.preview(&targets(&["user-7", "nobody"]));
    let unexamined = preview.unexamined_deliveries;
    assert!((600..=1_000).contains(&unexamined), "{unexamined}");
    assert_eq!(preview.unmatched, Unmatched::Unknown);
    let deliveries = preview.channels[&Channel::Huawei].deliveries;
    assert!((unexamined..=unexamined + 1).contains(&deliveries), "{deliveries}");
    // A target that was found is found, whatever was not looked at.
    let all_found = (0..2_600).map(|nth| format!("user-{nth}")).find(|name| {
        let preview = scene.preview(&targets(&[name]));
        preview.unmatched == known(&[])
    });
    assert!(all_found.is_some());
}

/// A store whose payloads take a second each time.
struct Slow<'a>(&'a MemoryStore, &'a ManualClock);

impl BatchPayloads for Slow<'_> {
    async fn payloads(&self, headers: &[BatchHeader]) -> Result<Vec<Option<Vec<Delivery>>>, StoreError> {
        self.1.advance(SignedDuration::from_secs(1));
        self.0.payloads(headers).await
    }
}

impl BatchHeaders for Slow<'_> {
    async fn headers(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<HeaderPage, StoreError> {
        self.0.headers(push, shard, after).await
    }
}

impl PushStore for Slow<'_> {
    async fn push(&self, push: &PushRef) -> Result<Option<Push>, StoreError> {
        self.0.push(push).await
    }

    async fn insert_push(&self, push: &Push) -> Result<revocation_app::ports::Inserted<Push>, StoreError> {
        self.0.insert_push(push).await
    }
}

impl AppNotices for Slow<'_> {
    async fn notices(&self, tenant: &Tenant) -> Result<Option<Notices>, StoreError> {
        self.0.notices(tenant).await
    }

    async fn put_notices(&self, tenant: &Tenant, notices: &Notices, written: &Act) -> Result<(), StoreError> {
        self.0.put_notices(tenant, notices, written).await
    }
}

#[test]
fn a_slow_store_does_not_make_a_dry_run_or_a_revocation_slow() {
    let scene = Scene::of_a_message();
    for nth in 0..200 {
        scene.recorded(&format!("c{nth}"), &["user-1"]);
    }
    let slow = Slow(&scene.store, &scene.clock);
    let scope = targets(&["nobody"]);
    let before = scene.clock.now();
    let preview = run(preview_revocation(&slow, &scene.clock, &scene.channels, &scene.asked(&scope))).unwrap();
    let took = scene.clock.now().duration_since(before);
    assert!(took <= SignedDuration::from_secs(5), "{took}");
    assert!(preview.unexamined_deliveries > 0 && preview.unmatched == Unmatched::Unknown);

    let revocation = scene.revoke(&scope);
    let before = scene.clock.now();
    let named = run(name_unmatched(&slow, &scene.clock, &scene.channels, &scope, &revocation));
    let took = scene.clock.now().duration_since(before);
    assert!(took <= SignedDuration::from_secs(2), "{took}");
    assert_eq!(named, Unmatched::Unknown);
}

#[test]
fn a_revocation_says_at_once_and_once_settled_who_has_no_delivery() {
    let scene = Scene::of_a_message();
    let scope = targets(&["user-1", "user-3", "user-77\u{200b}"]);
    let revocation = scene.revoke(&scope);
    assert_eq!(scene.named(&scope, &revocation), known(&["user-3", "user-77\u{200b}"]));
    assert_eq!(kept_unmatched(&revocation), None);

    let settled = scene.work(&revocation);
    assert_eq!(kept_unmatched(&settled), Some(known(&["user-3", "user-77\u{200b}"])));
    // Asked again, it is the same revocation and the same answer.
    let again = scene.revoke(&scope);
    assert_eq!(
        (&again.id, scene.named(&scope, &again)),
        (&revocation.id, known(&["user-3", "user-77\u{200b}"]))
    );
}

#[test]
fn what_is_asked_for_is_named_also_where_an_earlier_revocation_covers_it() {
    let scene = Scene::of_a_message();
    let whole = scene.revoke(&Scope::everything());
    let part = targets(&["user-1", "nobody"]);
    let covered = scene.revoke(&part);
    assert_eq!(covered.id, whole.id);
    assert_eq!(scene.named(&part, &covered), known(&["nobody"]));
    assert_eq!(kept_unmatched(&scene.work(&whole)), Some(Unmatched::NotNamed));
}

#[test]
fn a_target_that_is_recorded_later_is_no_longer_named() {
    let scene = Scene::of_a_message();
    let revocation = scene.revoke(&targets(&["user-3", "user-4"]));
    assert_eq!(kept_unmatched(&scene.work(&revocation)), Some(known(&["user-3", "user-4"])));

    let (_, deliveries) = a_batch()
        .of(&scene.push)
        .named("late")
        .on(Channel::Huawei)
        .to(&["user-3", "user-5"])
        .build();
    let late = NewBatch {
        push: revocation.push.clone(),
        batch: "late".parse().unwrap(),
        channel: Channel::Huawei,
        sending: Sending::Sent,
        sent_at: None,
        deliveries,
    };
    let recorded = run(record_deliveries(&scene.store, &scene.queue, &scene.clock, &scene.channels, late)).unwrap();
    assert_eq!(recorded.revoked_targets, ["user-3".parse::<TargetId>().unwrap()]);
    // Opened again: what it said when it settled is not said any more.
    assert_eq!(kept_unmatched(&scene.read(&revocation)), None);
    assert_eq!(kept_unmatched(&scene.work(&revocation)), Some(known(&["user-4"])));
}

#[test]
fn whom_a_lost_payload_was_for_is_not_known() {
    let scene = Scene::of_a_message();
    scene.recorded("b2", &["user-9"]);
    let scope = targets(&["user-1", "user-9"]);
    let revocation = scene.revoke(&scope);
    let lost = scene
        .store
        .committed()
        .into_iter()
        .find(|batch| batch.header.batch.batch.as_str() == "b2")
        .unwrap();
    scene.store.delete_expired(Kept::Payload, &lost.header.batch);
    assert_eq!(scene.named(&scope, &revocation), Unmatched::Unknown);
    let preview = scene.preview(&scope);
    assert_eq!((preview.unexamined_deliveries, preview.unmatched), (1, Unmatched::Unknown));
    let settled = scene.work(&revocation);
    assert!(matches!(settled.state, State::Settled { met: None, .. }), "{:?}", settled.state);
    assert_eq!(kept_unmatched(&settled), Some(Unmatched::Unknown));
}

#[test]
fn a_header_that_expired_unseen_leaves_it_unknown() {
    let scene = Scene::of_a_message();
    let scope = targets(&["user-1", "nobody"]);
    let revocation = scene.revoke(&scope);
    let batch = scene.store.committed()[0].header.batch.clone();
    let deadline = scene.clock.now() + SignedDuration::from_secs(60);
    run(fan_out(
        &scene.store,
        &scene.queue,
        &scene.clock,
        &revocation.push,
        &revocation.id,
        deadline,
    ))
    .unwrap();
    scene.clock.set(noon() + SignedDuration::from_hours(10 * 24));
    for kept in [Kept::Payload, Kept::Header] {
        scene.store.delete_expired(kept, &batch);
    }
    assert_eq!(kept_unmatched(&scene.work(&revocation)), Some(Unmatched::Unknown));
}

#[test]
fn nobody_looks_into_payloads_where_no_targets_are_named() {
    let scene = Scene::of_a_message();
    let revocation = scene.revoke(&Scope::everything());
    let slow = Slow(&scene.store, &scene.clock);
    let before = scene.clock.now();
    let scope = Scope::everything();
    assert_eq!(
        run(name_unmatched(&slow, &scene.clock, &scene.channels, &scope, &revocation)),
        Unmatched::NotNamed
    );
    run(preview_revocation(&slow, &scene.clock, &scene.channels, &scene.asked(&scope))).unwrap();
    assert_eq!(scene.clock.now(), before);
}
