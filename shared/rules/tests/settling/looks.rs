//! When a revocation is looked at, and when for the last time.

use std::time::Duration;

use jiff::SignedDuration;
use revocation_rules::outcome::Outcome;
use revocation_rules::revocation::Revocation;
use revocation_rules::settling::{Recounted, next_look};
use revocation_testkit::builders::a_revocation;

use super::{dispatched, huawei, later, recount, worked_on};

#[test]
fn looks_become_rarer_and_end() {
    let waits: Vec<_> = (0..).map_while(next_look).collect();
    assert_eq!(
        (waits.len(), waits[0], waits[3]),
        (12, Duration::from_secs(1), Duration::from_secs(8))
    );
    assert_eq!(waits[11], Duration::from_secs(64));
}

/// Looked at last by the sweep, `checks` looks after it settled.
fn settled_for_long(checks: u32) -> Revocation {
    let mut revocation = dispatched(a_revocation().build());
    let finished = worked_on(&revocation, &[Outcome::Overwritten, Outcome::Failed]);
    let count = recount(&revocation, &[finished], later(1));
    revocation.settle(count, later(1)).unwrap();
    for _ in 0..checks {
        revocation.checked(later(1));
    }
    revocation
}

#[test]
fn what_changes_under_a_settled_revocation_has_it_looked_at_in_a_quarter_of_an_hour_and_again_in_half_an_hour() {
    let mut revocation = settled_for_long(12);
    assert_eq!(revocation.due_at, Some(later(25)));
    assert!(revocation.disturbed(later(2)));
    let soon = later(2) + SignedDuration::from_mins(15);
    assert_eq!(revocation.due_at, Some(soon));
    assert!(!revocation.disturbed(later(2)), "once is enough");
    revocation.checked(soon);
    assert_eq!(revocation.due_at, Some(soon + SignedDuration::from_mins(32)));
}

/// What was recorded behind a recount that took long is found by another one, also when the window closed meanwhile.
#[test]
fn nobody_looks_again_only_after_a_recount_that_began_when_nothing_could_change_any_more() {
    let closed = SignedDuration::from_mins(10);
    for (before_the_end, looks_again) in [(SignedDuration::from_millis(1), true), (SignedDuration::ZERO, false)] {
        let mut revocation = dispatched(a_revocation().build());
        let began = revocation.closes_at + closed - before_the_end;
        let now = revocation.closes_at + SignedDuration::from_hours(5);
        let count = |outcomes: &[(Outcome, u64)]| Recounted {
            began,
            totals: huawei(outcomes),
            ..Recounted::default()
        };
        revocation.settle(count(&[(Outcome::Overwritten, 2)]), now).unwrap();
        assert_eq!(revocation.due_at.is_some(), looks_again);
        // The sweep asks for looks that may be lost, so it never asks for the last one.
        revocation.handed_on(now);
        assert_eq!(revocation.due_at, Some(now + SignedDuration::from_mins(15)));
        revocation.settle(count(&[(Outcome::Confirmed, 2)]), now).unwrap();
        assert_eq!(revocation.due_at.is_some(), looks_again);
    }
}

#[test]
fn a_look_that_comes_sooner_stays_and_one_under_way_is_looked_at_anyway() {
    let mut fresh = settled_for_long(0);
    let due = fresh.due_at;
    assert!(!fresh.disturbed(later(1)));
    assert_eq!(fresh.due_at, due);

    let mut under_way = dispatched(a_revocation().build());
    assert!(!under_way.disturbed(later(2)));
}
