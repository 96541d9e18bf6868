//! Law L5: to the millisecond, on the use cases, with a clock that stands still.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{DispatchJob, PushStore};
use revocation_app::{Accepted, Dispatched, NewBatch, RecordError, RequestError, record_deliveries};
use revocation_rules::batch::Sending;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::scope::Scope;
use revocation_rules::verdict::Refusal;
use revocation_testkit::builders::{a_batch, a_push, noon};
use revocation_testkit::{Batch, Scene, run};

const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

/// The end of the window of a push sent at noon.
fn end() -> Timestamp {
    noon() + SignedDuration::from_hours(7 * 24)
}

/// A push sent at noon, with one delivery on Huawei. Nothing is ever deleted from this store by itself.
fn one_delivery() -> (Scene, Batch) {
    let scene = Scene::of(a_push().build());
    let batch = scene.kept(a_batch());
    (scene, batch)
}

fn revoke(scene: &Scene) -> Result<Accepted, RequestError> {
    scene.ask(&scene.request(Scope::everything()))
}

#[test]
fn one_millisecond_before_the_end_a_push_is_revoked_and_at_the_end_it_is_not() {
    let (scene, _) = one_delivery();
    scene.clock.set(end());
    match revoke(&scene) {
        Err(RequestError::Refused(Refusal::WindowClosed { closed_at })) => assert_eq!(closed_at, end()),
        other => panic!("{other:?}"),
    }
    scene.clock.set(end() - MILLISECOND);
    assert!(matches!(revoke(&scene), Ok(Accepted::New(_))));
    // Asking again later finds what was accepted in time.
    scene.clock.set(end() + SignedDuration::from_hours(1));
    assert!(matches!(revoke(&scene), Ok(Accepted::AlreadyThere(_))));
}

#[test]
fn what_is_expired_and_still_there_is_treated_as_gone() {
    let (scene, _) = one_delivery();
    scene.clock.set(end() + SignedDuration::from_hours(24));
    assert!(run(scene.store.push(scene.push_ref())).unwrap().is_some());
    assert!(matches!(revoke(&scene), Err(RequestError::Refused(Refusal::WindowClosed { .. }))));
    let batch = NewBatch {
        push: scene.push_ref().clone(),
        batch: "b2".parse().unwrap(),
        channel: Channel::Huawei,
        sending: Sending::Sent,
        sent_at: None,
        deliveries: a_batch().named("b2").to(&["u2"]).deliveries(),
    };
    let recorded = run(record_deliveries(&scene.store, &scene.queue, &scene.clock, &scene.channels, batch));
    assert!(matches!(recorded, Err(RecordError::WindowClosed { .. })));
}

#[test]
fn a_delivery_whose_turn_comes_at_its_end_is_too_late_and_no_vendor_is_called() {
    for (before_the_end, outcome) in [(MILLISECOND, Outcome::Overwritten), (SignedDuration::ZERO, Outcome::TooLate)] {
        let (scene, batch) = one_delivery();
        scene.clock.set(end() - MILLISECOND);
        let Ok(Accepted::New(revocation)) = revoke(&scene) else {
            panic!("it is in time")
        };
        scene.clock.set(end() - before_the_end);
        let job = DispatchJob::of(&revocation, &batch.header);
        assert_eq!(scene.dispatch(&job), Dispatched::Finished);
        assert_eq!(scene.outcomes(&batch.header.batch), [Some(outcome)]);
        assert_eq!(scene.vendor.calls_from(0).is_empty(), outcome == Outcome::TooLate);
    }
}
