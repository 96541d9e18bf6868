//! A vendor that knows nearly none of an account's devices: a setting is suspected, and nothing is ended for good.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use revocation_app::Dispatched;
use revocation_app::ports::{Clock, DispatchJob, RevocationStore};
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::outcome::Outcome;
use revocation_rules::revocation::Revocation;
use revocation_testkit::builders::{a_batch, a_push, a_revocation};
use revocation_testkit::{Mood, Scene, run};

/// A push whose revocation is walked, at a vendor that knows no device.
struct Unknown {
    scene: Scene,
    revocation: Revocation,
}

impl Unknown {
    fn new() -> Self {
        let scene = Scene::of(a_push().build());
        let revocation = scene.revoked(a_revocation());
        let unknown = Self { scene, revocation };
        unknown.walked();
        unknown.vendor_is(Mood::Misaddressed);
        unknown
    }

    fn vendor_is(&self, mood: Mood) {
        self.scene.vendor.is(mood);
    }

    fn walked(&self) {
        let mut revocation = self.scene.read(&self.revocation.id);
        revocation.dispatched(self.scene.clock.now()).unwrap();
        run(self.scene.store.save_revocation(&revocation)).unwrap();
    }

    fn record(&self, id: &str, deliveries: usize) -> DispatchJob {
        let targets: Vec<String> = (0..deliveries).map(|nth| format!("{id}-u{nth}")).collect();
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        let batch = self.scene.kept(a_batch().named(id).to(&targets));
        DispatchJob::of(&self.revocation, &batch.header)
    }

    /// The batch again, by a job that is queued now.
    fn dispatch(&self, job: &DispatchJob) {
        let replays = Some(self.scene.read(&self.revocation.id).replays);
        let job = DispatchJob { replays, ..job.clone() };
        assert_eq!(self.scene.dispatch(&job), Dispatched::Finished);
    }

    fn replay(&self) {
        self.scene.replay(&self.revocation.id).unwrap();
        self.walked();
    }

    fn counters(&self) -> ChannelCounters {
        self.scene.counters(&self.revocation.id, Channel::Huawei)
    }

    fn counted(&self, outcome: Outcome) -> u64 {
        self.counters().outcomes.get(outcome)
    }

    fn ends(&self, job: &DispatchJob) -> Vec<(Outcome, String)> {
        self.scene.ends(&job.batch).into_iter().flatten().collect()
    }
}

#[test]
fn an_account_whose_every_device_is_unknown_is_taken_back_by_a_replay_once_its_setting_is_right() {
    let scene = Unknown::new();
    let job = scene.record("b1", 1_000);
    scene.dispatch(&job);
    let expected = (Outcome::Failed, "suspected_setting:fake:unknown_device".to_owned());
    assert_eq!(scene.ends(&job), vec![expected; 1_000]);
    assert_eq!((scene.counted(Outcome::Failed), scene.counters().suspected), (1_000, 1_000));

    // It is not right yet.
    scene.replay();
    scene.dispatch(&job);
    assert_eq!((scene.counted(Outcome::Failed), scene.counters().suspected), (1_000, 1_000));

    scene.vendor_is(Mood::Well);
    scene.replay();
    scene.dispatch(&job);
    assert_eq!((scene.counted(Outcome::Overwritten), scene.counted(Outcome::Failed)), (1_000, 0));
    assert_eq!(scene.counters().suspected, 0);
}

#[test]
fn a_few_unknown_devices_are_gone_though_they_are_all_that_was_left_to_ask() {
    let scene = Unknown::new();
    let job = scene.record("b1", 100);
    scene.vendor_is(Mood::Well);
    let wait = revocation_rules::retry::Answer::Ended {
        outcome: Outcome::Failed,
        reason: "fake:quota".to_owned(),
    };
    scene.scene.vendor.answers_next(vec![wait; 10]);
    scene.dispatch(&job);
    assert_eq!(scene.counted(Outcome::Overwritten), 90);
    scene.vendor_is(Mood::Misaddressed);
    scene.replay();
    scene.dispatch(&job);
    assert_eq!((scene.counted(Outcome::TargetGone), scene.counters().suspected), (10, 0));
}

#[test]
fn a_message_to_three_devices_says_too_little_to_suspect_anything() {
    let scene = Unknown::new();
    let job = scene.record("b1", 3);
    scene.dispatch(&job);
    assert_eq!(scene.ends(&job), vec![(Outcome::TargetGone, "fake:unknown_device".to_owned()); 3]);
}

#[test]
fn a_small_batch_is_judged_with_the_rest_of_its_revocation() {
    let scene = Unknown::new();
    let (large, small) = (scene.record("large", 20), scene.record("small", 2));
    scene.dispatch(&large);
    scene.dispatch(&small);
    assert_eq!((scene.counted(Outcome::TargetGone), scene.counters().suspected), (0, 22));

    let scene = Unknown::new();
    let (large, small) = (scene.record("large", 20), scene.record("small", 2));
    scene.vendor_is(Mood::Well);
    scene.dispatch(&large);
    scene.vendor_is(Mood::Misaddressed);
    scene.dispatch(&small);
    assert_eq!((scene.counted(Outcome::TargetGone), scene.counters().suspected), (2, 0));
}
