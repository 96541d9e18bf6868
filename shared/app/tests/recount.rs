//! A recount that does not end in one invocation, and looks at what somebody else has.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::Duration;

use jiff::SignedDuration;
use revocation_app::ports::{Clock as _, DispatchJob, Job, RecountJob};
use revocation_app::{Checked, Dispatched, recount_revocation};
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::settling::Eagerness;
use revocation_testkit::builders::{a_batch, a_push, noon};
use revocation_testkit::{ManualClock, MemoryStore, Scene, run};

const BATCHES: usize = 60;

/// A push with 60 batches of two deliveries, revoked, of which the first 40 were worked on.
fn half_done() -> (Scene, Revocation, Vec<DispatchJob>) {
    let store = MemoryStore::new().with_pages_of(2);
    let scene = Scene::with(store, ManualClock::at(noon()), a_push().build());
    let mut jobs = Vec::new();
    let batches: Vec<_> = (0..BATCHES)
        .map(|nth| scene.kept(a_batch().named(&format!("b{nth}")).to(&[&format!("u{nth}"), &format!("v{nth}")])))
        .collect();
    scene.clock.advance(SignedDuration::from_secs(1));
    let revocation = scene.revoke(Scope::everything());
    scene.walk(&revocation.id);
    for batch in &batches {
        jobs.push(DispatchJob::of(&revocation, &batch.header));
    }
    for job in &jobs[..40] {
        assert_eq!(scene.dispatch(job), Dispatched::Finished);
    }
    (scene, revocation, jobs)
}

fn recount(scene: &Scene, job: RecountJob) -> Checked {
    // Its time is over before it begins: a page at least.
    run(recount_revocation(&scene.store, &scene.queue, &scene.clock, job, scene.clock.now())).unwrap()
}

/// Recounts as the sweep does, with no more time than for a page an invocation; and how many invocations it took.
fn recount_by_pages(scene: &Scene, revocation: &Revocation) -> (Checked, usize) {
    let before = scene.queue.sent().len();
    let mut job = RecountJob {
        push: revocation.push.clone(),
        revocation: revocation.id.clone(),
        eagerness: Eagerness::Redrive,
        so_far: None,
    };
    let mut taken = JobsFrom::after(before);
    for nth in 1.. {
        match recount(scene, job.clone()) {
            Checked::HandedOn => job = taken.next_recount(scene),
            end => return (end, nth),
        }
    }
    unreachable!()
}

/// The jobs of a queue from one on.
struct JobsFrom(usize);

impl JobsFrom {
    const fn after(sent: usize) -> Self {
        Self(sent)
    }

    fn next_recount(&mut self, scene: &Scene) -> RecountJob {
        let sent = scene.queue.sent();
        let found = sent.iter().enumerate().skip(self.0).find_map(|(nth, job)| match job {
            Job::Recount(job) => Some((nth, job.as_ref().clone())),
            _ => None,
        });
        let (nth, job) = found.unwrap();
        self.0 = nth + 1;
        job
    }
}

#[test]
fn a_recount_that_is_cut_after_every_page_settles_with_what_a_whole_one_finds() {
    let (scene, revocation, jobs) = half_done();
    let (end, invocations) = recount_by_pages(&scene, &revocation);
    assert_eq!(end, Checked::Outstanding { batches: 20 });
    // A page of two batches of each of four shards.
    assert!(invocations >= BATCHES / 8, "{invocations}");
    for job in &jobs[40..] {
        scene.dispatch(job);
    }
    let (end, _) = recount_by_pages(&scene, &revocation);
    assert!(matches!(end, Checked::Settled { .. }), "{end:?}");
    let State::Settled { totals, .. } = scene.read(&revocation.id).state else {
        panic!("it is settled")
    };
    assert_eq!(totals[&Channel::Huawei].get(Outcome::Overwritten), 2 * BATCHES as u64);
}

#[test]
fn a_replay_between_two_pages_ends_the_recount() {
    let (scene, revocation, _) = half_done();
    let job = RecountJob {
        push: revocation.push.clone(),
        revocation: revocation.id.clone(),
        eagerness: Eagerness::Redrive,
        so_far: None,
    };
    let mut taken = JobsFrom::after(scene.queue.sent().len());
    assert_eq!(recount(&scene, job), Checked::HandedOn);
    let next = taken.next_recount(&scene);
    scene.replay(&revocation.id).unwrap();
    assert_eq!(recount(&scene, next.clone()), Checked::Overtaken);
    // And also once that one was walked.
    scene.walk(&revocation.id);
    assert_eq!(recount(&scene, next), Checked::Overtaken);
}

/// The other worker may be done in a moment: it is not waited for until its lease ends.
#[test]
fn a_batch_that_somebody_works_on_is_looked_at_again_soon_and_later_each_time() {
    let (scene, _, jobs) = half_done();
    let job = &jobs[50];
    let batch = scene
        .store
        .committed()
        .into_iter()
        .find(|batch| batch.header.batch == job.batch)
        .unwrap();
    let lease = scene.clock.now() + SignedDuration::from_secs(90);
    let taken = BatchProgress::fresh(&batch.header).claimed(lease);
    run(revocation_app::ports::BatchWorkStore::claim(&scene.store, &taken)).unwrap();
    let mut job = job.clone();
    let mut waits = Vec::new();
    for _ in 0..4 {
        let before = scene.queue.sent().len();
        assert_eq!(scene.dispatch(&job), Dispatched::Busy);
        let Some(Job::Dispatch(next)) = scene.queue.sent().into_iter().nth(before) else {
            panic!("it looks again")
        };
        waits.push(next.nth);
        job = next;
    }
    assert_eq!(waits, [1, 2, 3, 4]);
    let looks: Vec<_> = (0..9).map(revocation_rules::retry::look).collect();
    assert_eq!(looks[..3], [1, 2, 4].map(Duration::from_secs));
    assert_eq!(looks[8], Duration::from_secs(64));
    // Its worker was lost: the batch is worked on as soon as the lease is over.
    scene.clock.set(lease);
    assert_eq!(scene.dispatch(&job), Dispatched::Finished);
}
