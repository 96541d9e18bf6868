//! A revocation that is under way is looked at again when the rest will have ended, by the pace so far.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_app::Checked;
use revocation_app::ports::{Clock as _, DispatchJob, Job};
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::Scope;
use revocation_rules::settling::Eagerness;
use revocation_testkit::Scene;
use revocation_testkit::builders::{a_batch, a_push};

/// Ten batches that were revoked half a minute ago, of which so many have ended.
fn under_way(ended: usize) -> (Scene, Revocation) {
    let scene = Scene::of(a_push().build());
    let batches: Vec<_> = (0..10).map(|nth| scene.kept(a_batch().named(&format!("b{nth}")))).collect();
    scene.clock.advance(SignedDuration::from_secs(1));
    let revocation = scene.revoke(Scope::everything());
    scene.walk(&revocation.id);
    for batch in &batches[..ended] {
        scene.dispatch(&DispatchJob::of(&revocation, &batch.header));
    }
    scene.clock.set(revocation.requested_at + SignedDuration::from_secs(30));
    // All that was queued so far, so that the next job is the look's.
    while let Some(receipt) = scene.queue.receive(0, SignedDuration::ZERO) {
        scene.queue.done(&receipt);
    }
    (scene, revocation)
}

/// The look that follows the `nth`, and when it comes.
fn next_look(scene: &Scene, revocation: &Revocation, nth: u32) -> (u32, Timestamp) {
    assert_eq!(scene.check(&revocation.id, Eagerness::Look { nth }), Checked::Unchanged);
    let Some(Job::Check { nth, .. }) = scene.queue.sent().pop() else {
        panic!("nobody looks again")
    };
    (nth, scene.queue.next_visible_at().unwrap())
}

#[test]
fn a_look_that_came_too_early_has_the_next_one_come_in_time() {
    let (scene, revocation) = under_way(6);
    let in_time = scene.clock.now() + Duration::from_secs(20);
    assert_eq!(
        next_look(&scene, &revocation, 6),
        (6, in_time),
        "it is one more, and counts for none"
    );
}

#[test]
fn without_a_pace_the_next_look_comes_at_its_latest() {
    let (scene, revocation) = under_way(0);
    let latest = scene.clock.now() + Duration::from_secs(64);
    assert_eq!(next_look(&scene, &revocation, 6), (7, latest));
}

/// Of a list of targets the counters cannot say whether all have ended: it is recounted each time.
#[test]
fn a_look_that_counted_something_outstanding_has_another_one_come() {
    let scene = Scene::of(a_push().build());
    scene.kept(a_batch().to(&["u1"]));
    scene.clock.advance(SignedDuration::from_secs(1));
    let targets = Scope {
        targets: Some(["u1".parse().unwrap()].into()),
        ..Scope::everything()
    };
    let revocation = scene.revoke(targets);
    scene.walk(&revocation.id);
    let looked = scene.check(&revocation.id, Eagerness::Look { nth: 3 });
    assert_eq!(looked, Checked::Outstanding { batches: 1 });
    assert!(matches!(scene.queue.sent().pop(), Some(Job::Check { nth: 4, .. })));
}
