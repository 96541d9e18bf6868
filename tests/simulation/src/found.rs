//! Failures that the simulation found, each as a sentence and without chance.

use jiff::SignedDuration;
use revocation_app::ports::{Clock, DispatchJob};
use revocation_app::{Checked, Dispatched, GateQuestion, check_gate};
use revocation_rules::channel::Channel;
use revocation_rules::gate::Gate;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::{LONGEST_VENDOR_WAIT, MAX_ATTEMPTS};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::Eagerness;
use revocation_rules::window;
use revocation_testkit::builders::{a_batch, a_push, a_revocation, message, noon, tenant};
use revocation_testkit::{Kept, Mood, Scene, run};

/// A small deployment in calm weather.
fn calm() -> Scene {
    Scene::of(a_push().named(message(&tenant("APP1"), "m1")).build())
}

/// How many deliveries a settled revocation ended so.
fn settled(calm: &Scene, revocation: &Revocation, outcome: Outcome) -> u64 {
    match calm.read(&revocation.id).state {
        State::Settled { totals, .. } => totals.get(&Channel::Huawei).map_or(0, |counts| counts.get(outcome)),
        state @ (State::Requested | State::Dispatched { .. }) => panic!("{} is not settled", state.name()),
    }
}

#[test]
fn a_target_revoked_on_one_channel_may_be_sent_to_on_the_others() {
    let calm = calm();
    calm.revoked(a_revocation().on(&[Channel::Huawei]).for_targets(&["u1"]));
    let gate = |channel| {
        let question = GateQuestion {
            push: calm.push_ref().clone(),
            channel,
            target: Some("u1".parse().unwrap()),
        };
        run(check_gate(&calm.store, &question)).unwrap()
    };
    assert!(matches!(gate(Some(Channel::Huawei)), Gate::Revoked { .. }));
    assert_eq!(gate(Some(Channel::Apns)), Gate::Open);
    assert_eq!(gate(None), Gate::Open);
}

#[test]
fn the_attempts_of_one_revocation_are_not_those_of_the_next() {
    let calm = calm();
    let batch = calm.kept(a_batch().to(&["u1", "u2"]));
    let first = calm.revoked(a_revocation().for_targets(&["u1"]));
    calm.vendor.is(Mood::Down);
    for _ in 0..MAX_ATTEMPTS {
        calm.dispatch(&DispatchJob::of(&first, &batch.header));
        calm.clock.advance(SignedDuration::from_mins(20));
    }
    let outcomes = || calm.outcomes(&batch.header.batch);
    assert_eq!(outcomes(), [Some(Outcome::Failed), None]);

    // The vendor is well again, and nobody has asked it about the second target yet.
    calm.vendor.is(Mood::Well);
    let second = calm.revoked(a_revocation().named("rvk_2").for_targets(&["u2"]));
    calm.dispatch(&DispatchJob::of(&second, &batch.header));
    assert_eq!(outcomes(), [Some(Outcome::Failed), Some(Outcome::Overwritten)]);
}

#[test]
fn what_waits_for_a_vendor_past_its_window_is_still_there_to_be_ended_as_too_late() {
    let calm = calm();
    let batch = calm.kept(a_batch().to(&["u1", "u2"]));
    let revocation = calm.revoked(a_revocation());
    calm.walk(&revocation.id);
    // A vendor may ask for a day's pause in the last moment of the window.
    calm.clock
        .set(window::closes_at(noon()) + SignedDuration::try_from(LONGEST_VENDOR_WAIT).unwrap());
    calm.delete_expired();
    assert_eq!(calm.dispatch(&DispatchJob::of(&revocation, &batch.header)), Dispatched::Finished);
    calm.check(&revocation.id, Eagerness::Redrive);
    assert_eq!(settled(&calm, &revocation, Outcome::TooLate), 2);
    // Long after, the garbage collector comes.
    calm.clock.advance(SignedDuration::from_hours(48));
    assert!(
        calm.store
            .expired(calm.clock.now())
            .iter()
            .any(|(kept, _)| matches!(kept, Kept::Payload(_)))
    );
}

/// Recording looks at the revocation before it settles, and the recount looked
/// at the headers before the recording: neither sees the other. The look that
/// follows every settling does.
#[test]
fn what_is_recorded_while_a_revocation_settles_reopens_it_at_the_next_look() {
    let calm = calm();
    let revocation = calm.revoked(a_revocation());
    calm.walk(&revocation.id);
    // The header is there and its job is lost; the recount had already passed.
    calm.check(&revocation.id, Eagerness::Redrive);
    let batch = calm.kept(a_batch());
    let due_at = calm.read(&revocation.id).due_at.unwrap();
    assert_eq!(settled(&calm, &revocation, Outcome::Overwritten), 0);
    let soon = due_at.duration_since(calm.clock.now());
    assert!(soon <= SignedDuration::from_mins(1), "looked at again soon after settling");

    calm.clock.set(due_at);
    assert_eq!(calm.check(&revocation.id, Eagerness::Redrive), Checked::Outstanding { batches: 1 });
    assert_eq!(calm.dispatch(&DispatchJob::of(&revocation, &batch.header)), Dispatched::Finished);
    calm.check(&revocation.id, Eagerness::Redrive);
    assert_eq!(settled(&calm, &revocation, Outcome::Overwritten), 1);
}
