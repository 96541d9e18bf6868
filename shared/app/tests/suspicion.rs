//! A vendor that knows nearly none of an account's devices: a setting is suspected, and nothing is ended for good.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_app::ports::{BatchRecorder, ChannelCounters, Clock, Counters, DispatchJob, PushStore, RevocationStore};
use revocation_app::{Dispatched, Dispatcher, dispatch_batch, replay_revocation};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::outcome::Outcome;
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;
use revocation_testkit::builders::{a_batch, a_push, a_revocation, noon};
use revocation_testkit::{FakeChannel, ManualClock, MemoryQueue, MemoryStore, Mood, SeededDice, run};

struct Scene {
    clock: ManualClock,
    store: MemoryStore,
    queue: MemoryQueue,
    vendor: FakeChannel,
    push: Push,
    revocation: Revocation,
}

impl Scene {
    /// A push whose revocation is walked, at a vendor that knows no device.
    fn new() -> Self {
        let clock = ManualClock::at(noon());
        let store = MemoryStore::new();
        let push = a_push().build();
        run(store.insert_push(&push)).unwrap();
        let revocation = a_revocation().of(&push).build();
        run(store.insert_revocation(&push, &revocation)).unwrap();
        let scene = Self {
            queue: MemoryQueue::new(&clock),
            vendor: FakeChannel::new(&clock),
            clock,
            store,
            push,
            revocation,
        };
        scene.walked();
        scene.vendor.is(Mood::Misaddressed);
        scene
    }

    fn read(&self) -> Revocation {
        let read = self.store.revocation(&self.revocation.push, &self.revocation.id);
        run(read).unwrap().unwrap()
    }

    fn walked(&self) {
        let mut revocation = self.read();
        revocation.dispatched(self.clock.now()).unwrap();
        run(self.store.save_revocation(&revocation)).unwrap();
    }

    fn record(&self, id: &str, deliveries: usize) -> DispatchJob {
        let targets: Vec<String> = (0..deliveries).map(|nth| format!("{id}-u{nth}")).collect();
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        let (header, deliveries) = a_batch().of(&self.push).named(id).to(&targets).build();
        run(self.store.record(&header, &deliveries)).unwrap();
        DispatchJob {
            batch: header.batch,
            channel: Channel::Huawei,
            revocation: self.revocation.id.clone(),
        }
    }

    fn dispatch(&self, job: &DispatchJob) {
        let (dice, channels) = (SeededDice::new(1), Channels::new([Channel::Huawei]));
        let with = Dispatcher {
            store: &self.store,
            queue: &self.queue,
            clock: &self.clock,
            dice: &dice,
            channels: &channels,
            client: Some(&self.vendor),
        };
        let end = run(dispatch_batch(&with, job, self.clock.now() + SignedDuration::from_secs(60))).unwrap();
        assert_eq!(end, Dispatched::Finished);
    }

    fn replay(&self) {
        let (push, id) = (&self.revocation.push, &self.revocation.id);
        run(replay_revocation(
            &self.store,
            &self.queue,
            &self.clock,
            push,
            id,
            &"key-2".parse().unwrap(),
        ))
        .unwrap();
        self.walked();
    }

    fn counters(&self) -> ChannelCounters {
        let mut counters = run(self.store.counters(&self.revocation.push, &self.revocation.id)).unwrap();
        counters.remove(&Channel::Huawei).unwrap_or_default()
    }

    fn counted(&self, outcome: Outcome) -> u64 {
        self.counters().outcomes.get(outcome)
    }

    fn ends(&self, job: &DispatchJob) -> Vec<(Outcome, String)> {
        let slots = self.store.progress_of(&job.batch).unwrap().slots;
        let end = |slot| slots.get(slot).map(|(outcome, reason)| (outcome, reason.to_owned()));
        (0..slots.len()).filter_map(end).collect()
    }
}

#[test]
fn an_account_whose_every_device_is_unknown_is_taken_back_by_a_replay_once_its_setting_is_right() {
    let scene = Scene::new();
    let job = scene.record("b1", 1_000);
    scene.dispatch(&job);
    let expected = (Outcome::Failed, "suspected_setting:fake:unknown_device".to_owned());
    assert_eq!(scene.ends(&job), vec![expected; 1_000]);
    assert_eq!((scene.counted(Outcome::Failed), scene.counters().suspected), (1_000, 1_000));

    // It is not right yet.
    scene.replay();
    scene.dispatch(&job);
    assert_eq!((scene.counted(Outcome::Failed), scene.counters().suspected), (1_000, 1_000));

    scene.vendor.is(Mood::Well);
    scene.replay();
    scene.dispatch(&job);
    assert_eq!((scene.counted(Outcome::Overwritten), scene.counted(Outcome::Failed)), (1_000, 0));
    assert_eq!(scene.counters().suspected, 0);
}

#[test]
fn a_few_unknown_devices_are_gone_though_they_are_all_that_was_left_to_ask() {
    let scene = Scene::new();
    let job = scene.record("b1", 100);
    scene.vendor.is(Mood::Well);
    let wait = revocation_rules::retry::Answer::Ended {
        outcome: Outcome::Failed,
        reason: "fake:quota".to_owned(),
    };
    scene.vendor.answers_next(vec![wait; 10]);
    scene.dispatch(&job);
    assert_eq!(scene.counted(Outcome::Overwritten), 90);
    scene.vendor.is(Mood::Misaddressed);
    scene.replay();
    scene.dispatch(&job);
    assert_eq!((scene.counted(Outcome::TargetGone), scene.counters().suspected), (10, 0));
}

#[test]
fn a_message_to_three_devices_says_too_little_to_suspect_anything() {
    let scene = Scene::new();
    let job = scene.record("b1", 3);
    scene.dispatch(&job);
    assert_eq!(scene.ends(&job), vec![(Outcome::TargetGone, "fake:unknown_device".to_owned()); 3]);
}

#[test]
fn a_small_batch_is_judged_with_the_rest_of_its_revocation() {
    let scene = Scene::new();
    let (large, small) = (scene.record("large", 20), scene.record("small", 2));
    scene.dispatch(&large);
    scene.dispatch(&small);
    assert_eq!((scene.counted(Outcome::TargetGone), scene.counters().suspected), (0, 22));

    let scene = Scene::new();
    let (large, small) = (scene.record("large", 20), scene.record("small", 2));
    scene.vendor.is(Mood::Well);
    scene.dispatch(&large);
    scene.vendor.is(Mood::Misaddressed);
    scene.dispatch(&small);
    assert_eq!((scene.counted(Outcome::TargetGone), scene.counters().suspected), (2, 0));
}
