//! Ids that are used again while something of their first use is still kept.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{BatchRecorder, Clock, DispatchJob, PushStore, Recorded, RevocationStore};
use revocation_app::{Dispatched, NewBatch, OutcomeFilter, list_outcomes, record_deliveries};
use revocation_rules::batch::Sending;
use revocation_rules::channel::Channel;
use revocation_rules::gate::Gate;
use revocation_rules::ids::RevocationId;
use revocation_rules::outcome::Outcome;
use revocation_rules::push::Push;
use revocation_rules::revocation::State;
use revocation_rules::scope::Scope;
use revocation_testkit::builders::{a_batch, a_push, message, noon, tenant};
use revocation_testkit::{ManualClock, MemoryStore, Scene, run};

/// A push that is sent over 12 days.
fn scene(store: MemoryStore, clock: ManualClock) -> Scene {
    let push = a_push().named(message(&tenant("APP1"), "m1")).sent_at(clock.now());
    let push = push.sent_until(clock.now() + SignedDuration::from_hours(12 * 24)).build();
    Scene::with(store, clock, push)
}

/// Records batch `b1`, and says whether it is new.
fn record(scene: &Scene, targets: &[&str]) -> (Recorded, Gate) {
    scene.clock.advance(SignedDuration::from_secs(1));
    let new = NewBatch {
        push: scene.push_ref().clone(),
        batch: "b1".parse().unwrap(),
        channel: Channel::Huawei,
        sending: Sending::Sent,
        sent_at: None,
        deliveries: a_batch().to(targets).deliveries(),
    };
    let recorded = run(record_deliveries(&scene.store, &scene.queue, &scene.clock, &scene.channels, new)).unwrap();
    (recorded.kept, recorded.gate)
}

fn revoke(scene: &Scene) -> RevocationId {
    scene.clock.advance(SignedDuration::from_secs(1));
    scene.revoke(Scope::everything()).id
}

/// Works on everything that was queued, and says how many are overwritten once it has settled.
fn work(scene: &Scene, id: &RevocationId) -> u64 {
    match scene.work(id).state {
        State::Settled { totals, .. } => totals[&Channel::Huawei].get(Outcome::Overwritten),
        state @ (State::Requested | State::Dispatched { .. }) => panic!("{}", state.name()),
    }
}

fn calls(scene: &Scene) -> usize {
    scene.vendor.calls_from(0).len()
}

fn days_pass(scene: &Scene, days: i64) {
    scene.clock.advance(SignedDuration::from_hours(24 * days));
}

fn in_memory() -> Scene {
    scene(MemoryStore::new(), ManualClock::at(noon()))
}

fn by_the_clock() -> Scene {
    let clock = ManualClock::at(noon());
    scene(MemoryStore::new().with_clock(&clock), clock)
}

#[test]
fn a_batch_id_that_is_recorded_again_after_its_header_expired_is_revoked_again() {
    for targets in [&["u1", "u2"][..], &["u1", "u2", "u3"]] {
        let scene = in_memory();
        record(&scene, &["u1", "u2"]);
        let id = revoke(&scene);
        assert_eq!((work(&scene, &id), calls(&scene)), (2, 2));

        days_pass(&scene, 10);
        scene.delete_expired();
        let (kept, gate) = record(&scene, targets);
        assert_eq!((kept, gate), (Recorded::New, Gate::Revoked { by: id.clone() }));
        assert_eq!(work(&scene, &id), 2 + targets.len() as u64, "what was revoked first stays counted");
        assert_eq!(calls(&scene), 2 + targets.len(), "the vendor is asked for each of them");
    }
}

#[test]
fn a_header_that_expired_and_is_still_there_is_no_recording() {
    let scene = by_the_clock();
    record(&scene, &["u1", "u2"]);
    let id = revoke(&scene);
    work(&scene, &id);
    days_pass(&scene, 10);
    let (kept, _) = record(&scene, &["u1", "u2", "u3"]);
    assert_eq!((kept, work(&scene, &id), calls(&scene)), (Recorded::New, 5, 5));
    // Sent again while it is kept it is the same recording.
    let (kept, _) = record(&scene, &["u1", "u2", "u3"]);
    assert_eq!((kept, work(&scene, &id), calls(&scene)), (Recorded::Same, 5, 5));
}

#[test]
fn outcomes_of_an_earlier_recording_name_no_target_of_the_next() {
    let scene = in_memory();
    record(&scene, &["u1", "u2"]);
    let id = revoke(&scene);
    work(&scene, &id);
    days_pass(&scene, 10);
    scene.delete_expired();
    // Recorded, and nobody has worked on it yet.
    let (header, deliveries) = a_batch().of(&scene.push).to(&["u8", "u9"]).sent_at(scene.clock.now()).build();
    assert_eq!(run(scene.store.record(&header, &deliveries)).unwrap(), Recorded::New);
    let page = list_outcomes(&scene.store, &scene.clock, scene.push_ref(), &id, OutcomeFilter::default(), None);
    let outcomes = run(page).unwrap().outcomes;
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| outcome.target.is_none()), "{outcomes:?}");
}

#[test]
fn a_push_that_is_registered_again_is_revoked_as_if_for_the_first_time() {
    for targets in [&["u1", "u2"][..], &["u1", "u2", "u3"]] {
        let mut scene = by_the_clock();
        record(&scene, &["u1", "u2"]);
        let first = revoke(&scene);
        work(&scene, &first);

        days_pass(&scene, 60);
        scene.push = again(&scene.push, scene.clock.now());
        run(scene.store.insert_push(&scene.push)).unwrap();
        let (kept, gate) = record(&scene, targets);
        assert_eq!((kept, gate), (Recorded::New, Gate::Open));
        let second = revoke(&scene);
        assert_eq!(work(&scene, &second), targets.len() as u64);
        assert_eq!(calls(&scene), 2 + targets.len());
        // Nobody is shown the first life's.
        let push = scene.push_ref();
        let page = list_outcomes(&scene.store, &scene.clock, push, &first, OutcomeFilter::default(), None);
        assert!(run(page).is_err());
    }
}

#[test]
fn a_revocation_of_an_earlier_life_takes_back_nothing_of_the_next() {
    let mut scene = by_the_clock();
    record(&scene, &["u1", "u2"]);
    let first = revoke(&scene);
    work(&scene, &first);
    days_pass(&scene, 60);
    scene.push = again(&scene.push, scene.clock.now());
    run(scene.store.insert_push(&scene.push)).unwrap();
    record(&scene, &["u1", "u2", "u3"]);

    // Somebody had asked for a replay that was never walked, and sends a dead letter back.
    let push = scene.push_ref().clone();
    let mut revocation = run(scene.store.revocation(&push, &first)).unwrap().unwrap();
    revocation.replayed(&"key-1".parse().unwrap(), scene.clock.now());
    run(scene.store.save_revocation(&revocation)).unwrap();
    let batch = scene.store.committed()[0].header.batch.clone();
    let channel = Channel::Huawei;
    let job = DispatchJob {
        batch,
        channel,
        revocation: first.clone(),
        replays: Some(revocation.replays),
        nth: 0,
    };
    assert_eq!(scene.dispatch(&job), Dispatched::NothingToDo);
    assert_eq!(work(&scene, &first), 2, "it settles with what it knows");
    assert_eq!(calls(&scene), 2);
}

fn again(push: &Push, now: Timestamp) -> Push {
    a_push().named(push.registration.push.clone()).sent_at(now).build()
}
