//! A vendor that throttles for days.

use revocation_app::Dispatched;
use revocation_app::ports::DispatchJob;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::{Answer, AttemptFailure, MAX_ATTEMPTS};
use revocation_testkit::Scene;
use revocation_testkit::builders::{a_batch, a_push, a_revocation};

#[test]
fn what_is_throttled_is_asked_for_more_and_more_seldom_until_its_window_closes() {
    let scene = Scene::of(a_push().build());
    let batch = scene.kept(a_batch().to(&["u1"]));
    let job = DispatchJob::of(&scene.revoked(a_revocation()), &batch.header);
    let throttled = Answer::Failed(AttemptFailure::Throttled {
        retry_after: None,
        reason: "429".to_owned(),
    });
    let mut asked = 0;
    loop {
        scene.vendor.answers_next([throttled.clone()]);
        if scene.dispatch(&job) == Dispatched::Finished {
            break;
        }
        asked += 1;
        // A week of waits of up to a quarter of an hour each.
        assert!(asked < 3_000, "it is asked too often");
        let wait_ends = scene.store.progress_of(&batch.header.batch).unwrap().not_before.unwrap();
        scene.clock.set(wait_ends);
    }
    assert!(asked > MAX_ATTEMPTS, "{asked}");
    assert_eq!(scene.outcomes(&batch.header.batch), [Some(Outcome::TooLate)]);
    assert_eq!(scene.vendor.calls_from(0).len(), usize::try_from(asked).unwrap());
}
