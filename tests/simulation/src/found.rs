//! Failures that the simulation found, each as a sentence and without chance.

use jiff::SignedDuration;
use revocation_app::ports::{BatchRecorder, ChannelClient, Clock, DispatchJob, PushStore, RevocationStore, Saved};
use revocation_app::{Checked, Dispatched, Dispatcher, Eagerness, GateQuestion, check_gate, check_revocation, dispatch_batch, fan_out};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::gate::Gate;
use revocation_rules::outcome::Outcome;
use revocation_rules::push::Push;
use revocation_rules::retry::{LONGEST_VENDOR_WAIT, MAX_ATTEMPTS};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::window;
use revocation_testkit::builders::{BatchBuilder, RevocationBuilder, a_batch, a_push, a_revocation, message, noon, tenant};
use revocation_testkit::{FakeChannel, Kept, ManualClock, MemoryQueue, MemoryStore, Mood, SeededDice, run};

/// A small deployment in calm weather.
struct Calm {
    clock: ManualClock,
    store: MemoryStore,
    queue: MemoryQueue,
    vendor: FakeChannel,
    push: Push,
}

impl Calm {
    fn new() -> Self {
        let clock = ManualClock::at(noon());
        let store = MemoryStore::new();
        let push = a_push().named(message(&tenant("APP1"), "m1")).build();
        run(store.insert_push(&push)).unwrap();
        Self {
            queue: MemoryQueue::new(&clock),
            vendor: FakeChannel::new(&clock),
            clock,
            store,
            push,
        }
    }

    fn channels() -> Channels {
        Channels::new([Channel::Huawei])
    }

    fn record(&self, batch: BatchBuilder) -> DispatchJob {
        let (header, deliveries) = batch.of(&self.push).build();
        run(self.store.record(&header, &deliveries)).unwrap();
        DispatchJob {
            batch: header.batch,
            channel: header.channel,
            revocation: "rvk_1".parse().unwrap(),
        }
    }

    fn revoke(&self, revocation: RevocationBuilder) -> Revocation {
        let push = run(self.store.push(&self.push.registration.push)).unwrap().unwrap();
        let revocation = revocation.of(&push).build();
        assert_eq!(run(self.store.insert_revocation(&push, &revocation)).unwrap(), Saved::Yes);
        revocation
    }

    fn dispatch(&self, job: &DispatchJob) -> Dispatched {
        let (dice, channels) = (SeededDice::new(1), Self::channels());
        let with = Dispatcher {
            store: &self.store,
            queue: &self.queue,
            clock: &self.clock,
            dice: &dice,
            channels: &channels,
            client: Some(&self.vendor as &dyn ChannelClient),
        };
        run(dispatch_batch(&with, job, self.clock.now() + SignedDuration::from_secs(25))).unwrap()
    }

    fn look(&self, revocation: &Revocation, eagerness: Eagerness) -> Checked {
        run(check_revocation(
            &self.store,
            &self.queue,
            &self.clock,
            &revocation.push,
            &revocation.id,
            eagerness,
        ))
        .unwrap()
    }

    fn stored(&self, revocation: &Revocation) -> Revocation {
        run(self.store.revocation(&revocation.push, &revocation.id)).unwrap().unwrap()
    }
}

#[test]
fn a_target_revoked_on_one_channel_may_be_sent_to_on_the_others() {
    let calm = Calm::new();
    calm.revoke(a_revocation().on(&[Channel::Huawei]).for_targets(&["u1"]));
    let gate = |channel| {
        let question = GateQuestion {
            push: calm.push.registration.push.clone(),
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
    let calm = Calm::new();
    let mut job = calm.record(a_batch().to(&["u1", "u2"]));
    calm.revoke(a_revocation().for_targets(&["u1"]));
    calm.vendor.is(Mood::Down);
    for _ in 0..MAX_ATTEMPTS {
        calm.dispatch(&job);
        calm.clock.advance(SignedDuration::from_mins(20));
    }
    let ended = |slot| {
        calm.store
            .progress_of(&job.batch)
            .unwrap()
            .slots
            .get(slot)
            .map(|(outcome, _)| outcome)
    };
    assert_eq!((ended(0), ended(1)), (Some(Outcome::Failed), None));

    // The vendor is well again, and nobody has asked it about the second target yet.
    calm.vendor.is(Mood::Well);
    calm.revoke(a_revocation().named("rvk_2").for_targets(&["u2"]));
    job.revocation = "rvk_2".parse().unwrap();
    calm.dispatch(&job);
    let ended = |slot| {
        calm.store
            .progress_of(&job.batch)
            .unwrap()
            .slots
            .get(slot)
            .map(|(outcome, _)| outcome)
    };
    assert_eq!(ended(1), Some(Outcome::Overwritten));
}

#[test]
fn what_waits_for_a_vendor_past_its_window_is_still_there_to_be_ended_as_too_late() {
    let calm = Calm::new();
    let job = calm.record(a_batch().to(&["u1", "u2"]));
    let revocation = calm.revoke(a_revocation());
    let deadline = noon() + SignedDuration::from_hours(1);
    run(fan_out(
        &calm.store,
        &calm.queue,
        &calm.clock,
        &revocation.push,
        &revocation.id,
        deadline,
    ))
    .unwrap();
    // A vendor may ask for a day's pause in the last moment of the window.
    calm.clock
        .set(window::closes_at(noon()) + SignedDuration::try_from(LONGEST_VENDOR_WAIT).unwrap());
    for (kept, batch) in calm.store.expired(calm.clock.now()) {
        calm.store.delete_expired(kept, &batch);
    }
    assert_eq!(calm.dispatch(&job), Dispatched::Finished);
    calm.look(&revocation, Eagerness::Redrive);
    let State::Settled { totals, .. } = calm.stored(&revocation).state else {
        panic!("not settled");
    };
    assert_eq!(totals[&Channel::Huawei].get(Outcome::TooLate), 2);
    // Long after, the garbage collector comes.
    calm.clock.advance(SignedDuration::from_hours(48));
    assert!(calm.store.expired(calm.clock.now()).iter().any(|(kept, _)| *kept == Kept::Payload));
}

/// Recording looks at the revocation before it settles, and the recount looked
/// at the headers before the recording: neither sees the other. The look that
/// follows every settling does.
#[test]
fn what_is_recorded_while_a_revocation_settles_reopens_it_at_the_next_look() {
    let calm = Calm::new();
    let revocation = calm.revoke(a_revocation());
    let deadline = noon() + SignedDuration::from_hours(1);
    run(fan_out(
        &calm.store,
        &calm.queue,
        &calm.clock,
        &revocation.push,
        &revocation.id,
        deadline,
    ))
    .unwrap();
    // The header is there and its job is lost; the recount had already passed.
    calm.look(&revocation, Eagerness::Redrive);
    let job = calm.record(a_batch().to(&["u1"]));
    let settled = calm.stored(&revocation);
    assert!(matches!(settled.state, State::Settled { .. }));
    let soon = settled.due_at.unwrap().duration_since(calm.clock.now());
    assert!(soon <= SignedDuration::from_mins(1), "looked at again soon after settling");

    calm.clock.set(settled.due_at.unwrap());
    assert_eq!(
        calm.look(&revocation, Eagerness::Redrive),
        Checked::Outstanding { batches: 1, redriven: 1 }
    );
    assert_eq!(calm.dispatch(&job), Dispatched::Finished);
    calm.look(&revocation, Eagerness::Redrive);
    let State::Settled { totals, .. } = calm.stored(&revocation).state else {
        panic!("not settled");
    };
    assert_eq!(totals[&Channel::Huawei].get(Outcome::Overwritten), 1);
}
