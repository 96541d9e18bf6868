//! Law L5: to the millisecond, on the use cases, with a clock that stands still.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{BatchRecorder, Clock, PushStore};
use revocation_app::{Accepted, Dispatched, Dispatcher, NewBatch, NewRevocation, RecordError, RequestError};
use revocation_app::{dispatch_batch, record_deliveries, request_revocation};
use revocation_rules::batch::Sending;
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::outcome::Outcome;
use revocation_rules::push::Push;
use revocation_rules::scope::Scope;
use revocation_rules::verdict::Refusal;
use revocation_testkit::builders::{a_batch, a_push, noon};
use revocation_testkit::{FakeChannel, ManualClock, MemoryQueue, MemoryStore, SeededDice, run};

const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

/// The end of the window of a push sent at noon.
fn end() -> Timestamp {
    noon() + SignedDuration::from_hours(7 * 24)
}

struct Scene {
    clock: ManualClock,
    store: MemoryStore,
    queue: MemoryQueue,
    push: Push,
    channels: Channels,
}

impl Scene {
    /// A push sent at noon, with one delivery on Huawei. Nothing is ever deleted from this store by itself.
    fn new() -> Self {
        let clock = ManualClock::at(noon());
        let store = MemoryStore::new();
        let push = a_push().sent_at(noon()).build();
        run(store.insert_push(&push)).unwrap();
        let (header, deliveries) = a_batch()
            .of(&push)
            .named("b1")
            .on(Channel::Huawei)
            .sent_at(noon())
            .to(&["u1"])
            .build();
        run(store.record(&header, &deliveries)).unwrap();
        Self {
            queue: MemoryQueue::new(&clock),
            clock,
            store,
            push,
            channels: Channels::new([Channel::Huawei]),
        }
    }

    fn revoke(&self) -> Result<Accepted, RequestError> {
        let request = NewRevocation {
            push: self.push.registration.push.clone(),
            scope: Scope::everything(),
            reason: "wrong price".to_owned(),
            notices: None,
            requested_by: "key-1".parse().unwrap(),
        };
        let dice = SeededDice::new(1);
        run(request_revocation(
            &self.store,
            &self.queue,
            &self.clock,
            &dice,
            &self.channels,
            &request,
        ))
    }
}

#[test]
fn one_millisecond_before_the_end_a_push_is_revoked_and_at_the_end_it_is_not() {
    let scene = Scene::new();
    scene.clock.set(end());
    match scene.revoke() {
        Err(RequestError::Refused(Refusal::WindowClosed { closed_at })) => assert_eq!(closed_at, end()),
        other => panic!("{other:?}"),
    }
    scene.clock.set(end() - MILLISECOND);
    assert!(matches!(scene.revoke(), Ok(Accepted::New(_))));
    // Asking again later finds what was accepted in time.
    scene.clock.set(end() + SignedDuration::from_hours(1));
    assert!(matches!(scene.revoke(), Ok(Accepted::AlreadyThere(_))));
}

#[test]
fn what_is_expired_and_still_there_is_treated_as_gone() {
    let scene = Scene::new();
    scene.clock.set(end() + SignedDuration::from_hours(24));
    assert!(run(scene.store.push(&scene.push.registration.push)).unwrap().is_some());
    assert!(matches!(scene.revoke(), Err(RequestError::Refused(Refusal::WindowClosed { .. }))));
    let (_, deliveries) = a_batch().of(&scene.push).named("b2").on(Channel::Huawei).to(&["u2"]).build();
    let batch = NewBatch {
        push: scene.push.registration.push.clone(),
        batch: "b2".parse().unwrap(),
        channel: Channel::Huawei,
        sending: Sending::Sent,
        sent_at: None,
        deliveries,
    };
    let recorded = run(record_deliveries(&scene.store, &scene.queue, &scene.clock, &scene.channels, batch));
    assert!(matches!(recorded, Err(RecordError::WindowClosed { .. })));
}

#[test]
fn a_delivery_whose_turn_comes_at_its_end_is_too_late_and_no_vendor_is_called() {
    for (before_the_end, outcome) in [(MILLISECOND, Outcome::Overwritten), (SignedDuration::ZERO, Outcome::TooLate)] {
        let scene = Scene::new();
        scene.clock.set(end() - MILLISECOND);
        let Ok(Accepted::New(revocation)) = scene.revoke() else {
            panic!("it is in time")
        };
        scene.clock.set(end() - before_the_end);
        let channel = FakeChannel::new(&scene.clock);
        let dice = SeededDice::new(2);
        let with = Dispatcher {
            store: &scene.store,
            queue: &scene.queue,
            clock: &scene.clock,
            dice: &dice,
            channels: &scene.channels,
            client: Some(&channel),
        };
        let batch = scene.push.shards.locate(revocation.push.clone(), "b1".parse().unwrap());
        let job = revocation_app::ports::DispatchJob {
            batch: batch.clone(),
            channel: Channel::Huawei,
            revocation: revocation.id.clone(),
        };
        let deadline = scene.clock.now() + SignedDuration::from_secs(60);
        assert_eq!(run(dispatch_batch(&with, &job, deadline)).unwrap(), Dispatched::Finished);
        let progress = scene.store.progress_of(&batch).unwrap();
        assert_eq!(progress.slots.get(0).map(|(outcome, _)| outcome), Some(outcome));
        assert_eq!(channel.calls_from(0).is_empty(), outcome == Outcome::TooLate);
    }
}
