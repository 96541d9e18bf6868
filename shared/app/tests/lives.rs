//! Ids that are used again while something of their first use is still kept.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{BatchRecorder, Clock, DispatchJob, Job, PushStore, Recorded, RevocationStore};
use revocation_app::{
    Accepted, Checked, Dispatched, Dispatcher, Eagerness, NewBatch, NewRevocation, OutcomeFilter, check_revocation, dispatch_batch,
    fan_out, list_outcomes, record_deliveries, request_revocation,
};
use revocation_rules::batch::Sending;
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::gate::Gate;
use revocation_rules::ids::RevocationId;
use revocation_rules::outcome::Outcome;
use revocation_rules::push::Push;
use revocation_rules::revocation::State;
use revocation_rules::scope::Scope;
use revocation_testkit::builders::{a_batch, a_push, message, noon, tenant};
use revocation_testkit::{FakeChannel, ManualClock, MemoryQueue, MemoryStore, SeededDice, run};

/// A push that is sent over 12 days.
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
    fn new(store: MemoryStore, clock: ManualClock) -> Self {
        let push = a_push().named(message(&tenant("APP1"), "m1")).sent_at(clock.now());
        let push = push.sent_until(clock.now() + SignedDuration::from_hours(12 * 24)).build();
        run(store.insert_push(&push)).unwrap();
        Self {
            queue: MemoryQueue::new(&clock),
            vendor: FakeChannel::new(&clock),
            store,
            push,
            channels: Channels::new([Channel::Huawei]),
            dice: SeededDice::new(1),
            clock,
        }
    }

    /// Records batch `b1`, and says whether it is new.
    fn record(&self, targets: &[&str]) -> (Recorded, Gate) {
        self.clock.advance(SignedDuration::from_secs(1));
        let new = NewBatch {
            push: self.push.registration.push.clone(),
            batch: "b1".parse().unwrap(),
            channel: Channel::Huawei,
            sending: Sending::Sent,
            sent_at: None,
            deliveries: a_batch().to(targets).deliveries(),
        };
        let recorded = record_deliveries(&self.store, &self.queue, &self.clock, &self.channels, new);
        let recorded = run(recorded).unwrap();
        (recorded.kept, recorded.gate)
    }

    fn revoke(&self) -> RevocationId {
        self.clock.advance(SignedDuration::from_secs(1));
        let request = NewRevocation {
            push: self.push.registration.push.clone(),
            scope: Scope::everything(),
            reason: "wrong price".to_owned(),
            notices: None,
            requested_by: "key-1".parse().unwrap(),
        };
        let requested = request_revocation(&self.store, &self.queue, &self.clock, &self.dice, &self.channels, &request);
        let Accepted::New(revocation) = run(requested).unwrap() else {
            panic!("it was there already");
        };
        revocation.id
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

    /// Works on everything that was queued, and looks whether the revocation can settle.
    fn work(&self, id: &RevocationId) -> u64 {
        let push = &self.push.registration.push;
        let deadline = self.clock.now() + SignedDuration::from_secs(60);
        run(fan_out(&self.store, &self.queue, &self.clock, push, id, deadline)).unwrap();
        for job in self.queue.sent() {
            if let Job::Dispatch(job) = job {
                self.dispatch(&job);
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
        match run(self.store.revocation(push, id)).unwrap().unwrap().state {
            State::Settled { totals, .. } => totals[&Channel::Huawei].get(Outcome::Overwritten),
            state @ (State::Requested | State::Dispatched { .. }) => panic!("{}", state.name()),
        }
    }

    fn calls(&self) -> usize {
        self.vendor.calls_from(0).len()
    }

    fn days_pass(&self, days: i64) {
        self.clock.advance(SignedDuration::from_hours(24 * days));
    }

    fn delete_expired_batches(&self) {
        for (kept, batch) in self.store.expired(self.clock.now()) {
            self.store.delete_expired(kept, &batch);
        }
    }
}

fn in_memory() -> Scene {
    Scene::new(MemoryStore::new(), ManualClock::at(noon()))
}

fn by_the_clock() -> Scene {
    let clock = ManualClock::at(noon());
    Scene::new(MemoryStore::new().with_clock(&clock), clock)
}

#[test]
fn a_batch_id_that_is_recorded_again_after_its_header_expired_is_revoked_again() {
    for targets in [&["u1", "u2"][..], &["u1", "u2", "u3"]] {
        let scene = in_memory();
        scene.record(&["u1", "u2"]);
        let id = scene.revoke();
        assert_eq!((scene.work(&id), scene.calls()), (2, 2));

        scene.days_pass(10);
        scene.delete_expired_batches();
        let (kept, gate) = scene.record(targets);
        assert_eq!((kept, gate), (Recorded::New, Gate::Revoked { by: id.clone() }));
        assert_eq!(scene.work(&id), 2 + targets.len() as u64, "what was revoked first stays counted");
        assert_eq!(scene.calls(), 2 + targets.len(), "the vendor is asked for each of them");
    }
}

#[test]
fn a_header_that_expired_and_is_still_there_is_no_recording() {
    let scene = by_the_clock();
    scene.record(&["u1", "u2"]);
    let id = scene.revoke();
    scene.work(&id);
    scene.days_pass(10);
    let (kept, _) = scene.record(&["u1", "u2", "u3"]);
    assert_eq!((kept, scene.work(&id), scene.calls()), (Recorded::New, 5, 5));
    // Sent again while it is kept it is the same recording.
    let (kept, _) = scene.record(&["u1", "u2", "u3"]);
    assert_eq!((kept, scene.work(&id), scene.calls()), (Recorded::Same, 5, 5));
}

#[test]
fn outcomes_of_an_earlier_recording_name_no_target_of_the_next() {
    let scene = in_memory();
    scene.record(&["u1", "u2"]);
    let id = scene.revoke();
    scene.work(&id);
    scene.days_pass(10);
    scene.delete_expired_batches();
    // Recorded, and nobody has worked on it yet.
    let (header, deliveries) = a_batch().of(&scene.push).to(&["u8", "u9"]).sent_at(scene.clock.now()).build();
    assert_eq!(run(scene.store.record(&header, &deliveries)).unwrap(), Recorded::New);
    let page = list_outcomes(&scene.store, &scene.push.registration.push, &id, OutcomeFilter::default(), None);
    let outcomes = run(page).unwrap().outcomes;
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| outcome.target.is_none()), "{outcomes:?}");
}

#[test]
fn a_push_that_is_registered_again_is_revoked_as_if_for_the_first_time() {
    for targets in [&["u1", "u2"][..], &["u1", "u2", "u3"]] {
        let mut scene = by_the_clock();
        scene.record(&["u1", "u2"]);
        let first = scene.revoke();
        scene.work(&first);

        scene.days_pass(60);
        scene.push = again(&scene.push, scene.clock.now());
        run(scene.store.insert_push(&scene.push)).unwrap();
        let (kept, gate) = scene.record(targets);
        assert_eq!((kept, gate), (Recorded::New, Gate::Open));
        let second = scene.revoke();
        assert_eq!(scene.work(&second), targets.len() as u64);
        assert_eq!(scene.calls(), 2 + targets.len());
        // Nobody is shown the first life's.
        let push = &scene.push.registration.push;
        let page = list_outcomes(&scene.store, push, &first, OutcomeFilter::default(), None);
        assert!(run(page).is_err());
    }
}

#[test]
fn a_revocation_of_an_earlier_life_takes_back_nothing_of_the_next() {
    let mut scene = by_the_clock();
    scene.record(&["u1", "u2"]);
    let first = scene.revoke();
    scene.work(&first);
    scene.days_pass(60);
    scene.push = again(&scene.push, scene.clock.now());
    run(scene.store.insert_push(&scene.push)).unwrap();
    scene.record(&["u1", "u2", "u3"]);

    // Somebody had asked for a replay that was never walked, and sends a dead letter back.
    let push = scene.push.registration.push.clone();
    let mut revocation = run(scene.store.revocation(&push, &first)).unwrap().unwrap();
    revocation.replayed(&"key-1".parse().unwrap(), scene.clock.now());
    run(scene.store.save_revocation(&revocation)).unwrap();
    let batch = scene.store.committed()[0].header.batch.clone();
    let channel = Channel::Huawei;
    let job = DispatchJob {
        batch,
        channel,
        revocation: first.clone(),
    };
    assert_eq!(scene.dispatch(&job), Dispatched::NothingToDo);
    assert_eq!(scene.work(&first), 2, "it settles with what it knows");
    assert_eq!(scene.calls(), 2);
}

fn again(push: &Push, now: Timestamp) -> Push {
    a_push().named(push.registration.push.clone()).sent_at(now).build()
}
