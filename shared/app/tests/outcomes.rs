//! The list of outcomes of a large push: what a filter costs.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_app::ports::DispatchJob;
use revocation_app::{OutcomeFilter, OutcomePage, OutcomesCursor, list_outcomes};
use revocation_rules::outcome::Outcome;
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::Scope;
use revocation_testkit::builders::{a_batch, a_push, noon};
use revocation_testkit::{ManualClock, MemoryStore, Mood, Scene, run};

const BATCHES: usize = 300;

/// So many batches of one delivery, of which the last that was worked on has failed.
fn one_of_many_failed(pages_of: usize) -> (Scene, Revocation) {
    let store = MemoryStore::new().with_pages_of(pages_of);
    let scene = Scene::with(store, ManualClock::at(noon()), a_push().build());
    let batches: Vec<_> = (0..BATCHES).map(|nth| scene.kept(a_batch().named(&format!("b{nth:03}")))).collect();
    scene.clock.advance(SignedDuration::from_secs(1));
    let revocation = scene.revoke(Scope::everything());
    scene.walk(&revocation.id);
    for (nth, batch) in batches.iter().enumerate() {
        if nth + 1 == BATCHES {
            scene.vendor.is(Mood::Exhausted);
        }
        scene.dispatch(&DispatchJob::of(&revocation, &batch.header));
    }
    (scene, revocation)
}

fn list(scene: &Scene, revocation: &Revocation, outcome: Outcome, cursor: Option<OutcomesCursor>) -> OutcomePage {
    let filter = OutcomeFilter {
        channel: None,
        outcome: Some(outcome),
    };
    run(list_outcomes(
        &scene.store,
        &scene.clock,
        scene.push_ref(),
        &revocation.id,
        filter,
        cursor,
    ))
    .unwrap()
}

/// Batches in which nothing fits are told by their counts: they do not fill the page.
#[test]
fn one_failure_among_many_batches_is_on_the_first_page() {
    let (scene, revocation) = one_of_many_failed(100);
    let page = list(&scene, &revocation, Outcome::Failed, None);
    assert_eq!((page.outcomes.len(), page.next), (1, None));
    assert_eq!(page.outcomes[0].outcome, Outcome::Failed);
}

#[test]
fn a_filter_that_fits_nothing_looks_at_a_bounded_number_and_goes_on_there() {
    let (scene, revocation) = one_of_many_failed(1);
    let mut cursor = None;
    let mut pages = 0;
    loop {
        pages += 1;
        let page = list(&scene, &revocation, Outcome::TargetGone, cursor);
        assert!(page.outcomes.is_empty());
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        assert!(pages < BATCHES, "it ends");
    }
    assert!(pages > 1, "one page looked at everything");
}

#[test]
fn every_delivery_is_on_some_page_once() {
    for pages_of in [1, 7, 100] {
        let (scene, revocation) = one_of_many_failed(pages_of);
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = list(&scene, &revocation, Outcome::Overwritten, cursor);
            seen.extend(page.outcomes.into_iter().map(|one| one.batch));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), BATCHES - 1);
    }
}
