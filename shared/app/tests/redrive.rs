//! Jobs that were lost are queued again, and those that still wait in a slow queue are not.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use revocation_app::Checked;
use revocation_app::ports::{Clock as _, DispatchJob, Job};
use revocation_rules::redrive::{PATIENCE, UNASKED};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::settling::Eagerness;
use revocation_testkit::builders::{a_batch, a_push, noon};
use revocation_testkit::{ManualClock, MemoryStore, Scene};

/// A push of so many batches, revoked and walked; and the jobs in the order in which they were queued.
fn walked(batches: usize) -> (Scene, Revocation, Vec<DispatchJob>) {
    let scene = Scene::with(MemoryStore::new().with_pages_of(7), ManualClock::at(noon()), a_push().build());
    for nth in 0..batches {
        scene.kept(a_batch().named(&format!("b{nth:04}")).to(&["u1"]));
    }
    scene.clock.advance(SignedDuration::from_secs(1));
    let revocation = scene.revoke(Scope::everything());
    scene.walk(&revocation.id);
    let jobs = dispatches(&scene, 0);
    assert_eq!(jobs.len(), batches);
    (scene, revocation, jobs)
}

/// What was queued for dispatchers, from one job on.
fn dispatches(scene: &Scene, from: usize) -> Vec<DispatchJob> {
    let sent = scene.queue.sent().into_iter().skip(from);
    sent.filter_map(|job| match job {
        Job::Dispatch(job) => Some(job),
        Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) | Job::Confirm { .. } => None,
    })
    .collect()
}

/// The sweep looks a while later. What it queues.
fn look(scene: &Scene, revocation: &Revocation, later: SignedDuration) -> Vec<DispatchJob> {
    scene.clock.advance(later);
    let from = scene.queue.sent().len();
    scene.check(&revocation.id, Eagerness::Redrive);
    dispatches(scene, from)
}

fn distinct(jobs: &[DispatchJob]) -> usize {
    jobs.iter().map(|job| &job.batch).collect::<BTreeSet<_>>().len()
}

const QUARTER: SignedDuration = SignedDuration::from_mins(15);
/// What a look queues without knowing: of one channel one batch is marked.
const FEW: usize = UNASKED as usize + 1;

#[test]
fn a_backlog_that_moves_is_not_queued_again() {
    let (scene, revocation, jobs) = walked(200);
    let mut asked = Vec::new();
    // Ten of them every quarter of an hour, for five hours.
    for some in jobs.chunks(10) {
        asked.extend(look(&scene, &revocation, QUARTER));
        for job in some {
            scene.dispatch(job);
        }
    }
    let looks = jobs.len() / 10;
    assert!(asked.len() <= looks * FEW, "{} jobs in {looks} looks", asked.len());
    assert!(matches!(scene.check(&revocation.id, Eagerness::Redrive), Checked::Settled { .. }));
}

#[test]
fn a_backlog_behind_somebody_elses_is_not_queued_again_either() {
    let (scene, revocation, jobs) = walked(200);
    // Nothing of it comes for five hours.
    for _ in 0..20 {
        assert!(look(&scene, &revocation, QUARTER).len() <= FEW);
    }
    for job in &jobs {
        scene.dispatch(job);
    }
    assert!(matches!(scene.check(&revocation.id, Eagerness::Redrive), Checked::Settled { .. }));
}

#[test]
fn jobs_that_were_lost_are_queued_again_once_a_later_one_has_come() {
    let (scene, revocation, jobs) = walked(200);
    // Every third is lost; the others come, the last one of them after an hour.
    let (lost, kept): (Vec<_>, Vec<_>) = jobs.into_iter().enumerate().partition(|(nth, _)| nth % 3 == 0);
    for _ in 0..4 {
        assert!(look(&scene, &revocation, QUARTER).len() <= FEW);
    }
    for (_, job) in &kept {
        scene.dispatch(job);
    }
    let mut looks = 0;
    let mut again = Vec::new();
    while !matches!(scene.read(&revocation.id).state, State::Settled { .. }) {
        looks += 1;
        assert!(looks <= 4, "within three looks, and one that settles");
        let queued = look(&scene, &revocation, QUARTER);
        for job in &queued {
            scene.dispatch(job);
        }
        again.extend(queued);
    }
    assert!(distinct(&again) >= lost.len() - FEW * 4, "{} of {}", distinct(&again), lost.len());
    assert!(again.len() <= lost.len() + FEW * looks, "each once, and a few");
}

#[test]
fn a_few_that_were_lost_do_not_wait_for_a_mark() {
    let (scene, revocation, _) = walked(FEW);
    let queued = look(&scene, &revocation, SignedDuration::from_mins(1));
    assert_eq!(distinct(&queued), FEW);
    for job in &queued {
        scene.dispatch(job);
    }
    assert!(matches!(scene.check(&revocation.id, Eagerness::Redrive), Checked::Settled { .. }));
}

/// All of the queue was emptied: the mark's own job is found, and then the others.
#[test]
fn when_everything_was_lost_two_looks_mend_it() {
    let (scene, revocation, jobs) = walked(100);
    let first = look(&scene, &revocation, SignedDuration::from_mins(1));
    assert!(first.len() <= FEW);
    for job in &first {
        scene.dispatch(job);
    }
    let second = look(&scene, &revocation, SignedDuration::from_mins(2));
    assert_eq!(distinct(&first) + distinct(&second), jobs.len());
    for job in &second {
        scene.dispatch(job);
    }
    assert!(matches!(scene.check(&revocation.id, Eagerness::Redrive), Checked::Settled { .. }));
}

/// Nobody gets through the marked batch: the others are not held up for ever.
#[test]
fn a_mark_that_nobody_works_on_is_waited_for_six_hours() {
    let (scene, revocation, jobs) = walked(100);
    look(&scene, &revocation, QUARTER);
    let marked_at = scene.clock.now();
    loop {
        let queued = look(&scene, &revocation, QUARTER);
        if queued.len() > FEW {
            assert!(scene.clock.now().duration_since(marked_at) >= PATIENCE);
            assert_eq!(distinct(&queued), jobs.len());
            break;
        }
        assert!(scene.clock.now().duration_since(marked_at) < PATIENCE);
    }
    // And then not before the same time is over again.
    assert!(look(&scene, &revocation, QUARTER).len() <= FEW);
}

#[test]
fn a_replay_forgets_what_was_marked() {
    let (scene, revocation, _) = walked(10);
    look(&scene, &revocation, QUARTER);
    assert_eq!(scene.read(&revocation.id).fanout.marks.len(), 1);
    scene.replay(&revocation.id).unwrap();
    assert!(scene.read(&revocation.id).fanout.marks.is_empty());
}
