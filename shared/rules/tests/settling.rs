//! When a revocation settles, and what a recount counts.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::Channel;
use revocation_rules::counters::{ChannelCounters, shown_outcomes, shown_suspected};
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::progress::BatchProgress;
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::{Recount, Recounted, Settling, may_be_done, next_look};
use revocation_testkit::builders::{a_batch, a_revocation, noon};

/// Two deliveries of one batch, to `u1` and to `u2`.
fn two() -> (BatchHeader, Vec<Delivery>) {
    a_batch().to(&["u1", "u2"]).build()
}

fn later(hours: i64) -> Timestamp {
    noon() + SignedDuration::from_hours(hours)
}

fn dispatched(mut revocation: Revocation) -> Revocation {
    revocation.dispatched(later(1)).unwrap();
    revocation.fanout.found = BTreeMap::from([(Channel::Huawei, 2)]);
    revocation
}

/// Worked on for this revocation, with these outcomes.
fn worked_on(revocation: &Revocation, outcomes: &[Outcome]) -> BatchProgress {
    let (header, deliveries) = two();
    let mut progress = BatchProgress::fresh(&header);
    for (slot, outcome) in outcomes.iter().enumerate() {
        progress.slots.end(slot, *outcome, "r");
    }
    progress.meet(&revocation.into(), Some(&deliveries));
    progress.book(&revocation.id, &[0, 1]);
    progress
}

fn recount(revocation: &Revocation, progresses: &[BatchProgress], now: Timestamp) -> Recounted {
    let mut recount = Recount::start(revocation, now);
    recount.add_page(revocation, vec![two().0], progresses, None);
    assert!(!recount.needs_counters(revocation));
    recount.end(revocation, None)
}

/// What is outstanding of them, and whether it is free.
fn outstanding(revocation: &Revocation, progresses: &[BatchProgress], now: Timestamp) -> Vec<bool> {
    let page = Recount::start(revocation, now).add_page(revocation, vec![two().0], progresses, None);
    page.iter().map(|batch| batch.free).collect()
}

fn counts(outcomes: &[(Outcome, u64)]) -> Counts {
    let mut counts = Counts::default();
    for (outcome, count) in outcomes {
        counts.add(*outcome, *count);
    }
    counts
}

fn huawei(outcomes: &[(Outcome, u64)]) -> BTreeMap<Channel, Counts> {
    BTreeMap::from([(Channel::Huawei, counts(outcomes))])
}

#[test]
fn a_batch_is_outstanding_until_it_is_finished_and_free_unless_somebody_holds_it() {
    let revocation = dispatched(a_revocation().build());
    assert_eq!(outstanding(&revocation, &[], later(2)), [true]);

    let half = worked_on(&revocation, &[Outcome::Overwritten]).claimed(later(3));
    for (now, is_free) in [(later(2), false), (later(3), true)] {
        let count = recount(&revocation, std::slice::from_ref(&half), now);
        assert_eq!(outstanding(&revocation, std::slice::from_ref(&half), now), [is_free]);
        assert_eq!(count.outstanding, 1);
        assert_eq!(count.totals, huawei(&[(Outcome::Overwritten, 1)]));
    }

    let whole = worked_on(&revocation, &[Outcome::Overwritten, Outcome::Failed]);
    let count = recount(&revocation, &[whole], later(2));
    assert_eq!(count.outstanding, 0);
    assert_eq!(count.totals, huawei(&[(Outcome::Overwritten, 1), (Outcome::Failed, 1)]));
}

#[test]
fn a_batch_on_another_channel_and_an_earlier_recording_say_nothing() {
    let revocation = dispatched(a_revocation().on(&[Channel::Oppo]).build());
    let nothing = Recounted {
        began: later(2),
        ..Recounted::default()
    };
    assert_eq!(recount(&revocation, &[], later(2)), nothing);

    let revocation = dispatched(a_revocation().build());
    let mut earlier = worked_on(&revocation, &[Outcome::Overwritten, Outcome::Overwritten]);
    earlier.recording = revocation_rules::progress::Recording::At(later(-1));
    assert_eq!(recount(&revocation, &[earlier], later(2)).outstanding, 1);
}

#[test]
fn whom_it_met_is_known_only_when_every_batch_has_said_so() {
    let revocation = dispatched(a_revocation().for_targets(&["u1", "u3"]).build());
    let progress = worked_on(&revocation, &[Outcome::Overwritten, Outcome::Overwritten]);
    let met = recount(&revocation, std::slice::from_ref(&progress), later(2)).met.unwrap();
    assert!(met.has(0) && !met.has(1));

    let mut silent = progress;
    silent.met.clear();
    assert_eq!(recount(&revocation, &[silent], later(2)).met, None);
}

#[test]
fn what_expired_before_it_ended_is_too_late() {
    let revocation = dispatched(a_revocation().build());
    let late = ChannelCounters {
        late: 3,
        ..ChannelCounters::default()
    };
    let counters = BTreeMap::from([(Channel::Huawei, late)]);
    let progress = worked_on(&revocation, &[Outcome::Overwritten, Outcome::Overwritten]);
    let mut recount = Recount::start(&revocation, revocation.closes_at);
    recount.add_page(&revocation, Vec::new(), &[progress], None);
    assert!(recount.needs_counters(&revocation));
    let count = recount.end(&revocation, Some(&counters));
    assert_eq!(count.totals, huawei(&[(Outcome::Overwritten, 2), (Outcome::TooLate, 3)]));
}

#[test]
fn what_expired_may_have_been_for_a_named_target() {
    let revocation = dispatched(a_revocation().for_targets(&["u1"]).build());
    let progress = worked_on(&revocation, &[Outcome::Overwritten, Outcome::Overwritten]);
    for (late, is_known) in [(0, true), (1, false)] {
        let late = ChannelCounters {
            late,
            ..ChannelCounters::default()
        };
        let mut recount = Recount::start(&revocation, revocation.closes_at);
        recount.add_page(&revocation, Vec::new(), std::slice::from_ref(&progress), None);
        assert!(recount.needs_counters(&revocation));
        let count = recount.end(&revocation, Some(&BTreeMap::from([(Channel::Huawei, late)])));
        assert_eq!(count.met.is_some(), is_known);
    }
}

#[test]
fn a_revocation_stays_settled_while_devices_only_confirm() {
    let mut revocation = dispatched(a_revocation().build());
    let count = |outcomes: &[(Outcome, u64)]| Recounted {
        totals: huawei(outcomes),
        ..Recounted::default()
    };
    let settled_at = |revocation: &Revocation| match &revocation.state {
        State::Settled { settled_at, .. } => *settled_at,
        State::Requested | State::Dispatched { .. } => panic!("{:?}", revocation.state),
    };
    let first = revocation.settle(count(&[(Outcome::Overwritten, 2)]), later(2));
    assert_eq!((first, settled_at(&revocation)), (Ok(Settling::New), later(2)));
    let confirmed = revocation.settle(count(&[(Outcome::Overwritten, 1), (Outcome::Confirmed, 1)]), later(3));
    assert_eq!((confirmed, settled_at(&revocation)), (Ok(Settling::Still), later(2)));
    let more = revocation.settle(count(&[(Outcome::Overwritten, 2), (Outcome::Confirmed, 1)]), later(4));
    assert_eq!((more, settled_at(&revocation)), (Ok(Settling::New), later(4)));
}

/// It travels in a job between two pages.
#[test]
fn a_recount_goes_on_where_it_was_as_if_it_had_never_stopped() {
    let revocation = dispatched(a_revocation().for_targets(&["u1", "u3"]).build());
    let (first, _) = a_batch().named("b1").to(&["u1", "u2"]).build();
    let (second, _) = a_batch().named("b2").to(&["u1", "u2"]).build();
    let mut done = worked_on(&revocation, &[Outcome::Overwritten, Outcome::Failed]);
    done.batch = first.batch.clone();
    let mut recount = Recount::start(&revocation, later(2));
    let mut ways = Vec::new();
    while let Some((shard, after)) = recount.next(&revocation) {
        ways.push((shard, after.cloned()));
        let (page, next) = match ways.len() {
            1 => (vec![first.clone()], Some(first.batch.batch.clone())),
            2 => (vec![second.clone()], None),
            _ => (Vec::new(), None),
        };
        let progresses = if ways.len() == 1 { std::slice::from_ref(&done) } else { &[] };
        recount.add_page(&revocation, page, progresses, next);
        let text = serde_json::to_string(&recount).unwrap();
        assert!(text.len() < 2_000, "{text}");
        recount = serde_json::from_str(&text).unwrap();
    }
    let shards = revocation.fanout.shards().len();
    assert_eq!(ways.len(), shards + 1);
    assert_eq!(ways[..2], [(0, None), (0, Some(first.batch.batch))]);
    assert!(recount.is_of(&revocation));
    let mut replayed = revocation.clone();
    replayed.replayed(&"key-1".parse().unwrap(), later(3));
    assert!(!recount.is_of(&replayed));
    let count = recount.end(&revocation, None);
    assert_eq!(count.outstanding, 1);
    assert_eq!(count.totals, huawei(&[(Outcome::Overwritten, 1), (Outcome::Failed, 1)]));
    assert!(count.met.unwrap().has(0));
}

#[test]
fn what_is_still_being_walked_does_not_settle() {
    let mut revocation = a_revocation().build();
    assert!(revocation.settle(Recounted::default(), later(2)).is_err());
}

#[test]
fn nobody_recounts_before_the_counters_have_it_all_unless_targets_are_named() {
    let mut counters = ChannelCounters {
        late: 1,
        outcomes: counts(&[(Outcome::Overwritten, 2)]),
        suspected: 0,
    };
    let revocation = dispatched(a_revocation().build());
    assert!(!may_be_done(&revocation, &BTreeMap::from([(Channel::Huawei, counters.clone())])));
    counters.outcomes.add(Outcome::Failed, 1);
    assert!(may_be_done(&revocation, &BTreeMap::from([(Channel::Huawei, counters)])));
    assert!(may_be_done(
        &dispatched(a_revocation().for_targets(&["u1"]).build()),
        &BTreeMap::new()
    ));
}

#[test]
fn looks_become_rarer_and_end() {
    let waits: Vec<_> = (0..).map_while(next_look).collect();
    assert_eq!(
        (waits.len(), waits[0], waits[3]),
        (12, Duration::from_secs(1), Duration::from_secs(8))
    );
    assert_eq!(waits[11], Duration::from_secs(64));
}

#[test]
fn the_counters_are_shown_where_they_count_the_same_deliveries_as_the_recount() {
    let mut revocation = dispatched(a_revocation().build());
    let counters = |outcomes: &[(Outcome, u64)]| ChannelCounters {
        late: 0,
        outcomes: counts(outcomes),
        suspected: 5,
    };
    let confirmed = counters(&[(Outcome::Confirmed, 2)]);
    let shown = |revocation: &Revocation, counters| shown_outcomes(revocation, Channel::Huawei, counters);
    assert_eq!(shown(&revocation, Some(&confirmed)), confirmed.outcomes);
    revocation
        .settled(later(2), huawei(&[(Outcome::Overwritten, 1), (Outcome::Failed, 1)]), None)
        .unwrap();
    assert_eq!(shown(&revocation, Some(&confirmed)), confirmed.outcomes);
    let recounted = counts(&[(Outcome::Overwritten, 1), (Outcome::Failed, 1)]);
    for other in [None, Some(&counters(&[(Outcome::Confirmed, 3)]))] {
        assert_eq!(shown(&revocation, other), recounted);
    }
    // More were suspected than are shown as failed: some of them were replayed since.
    assert_eq!(shown_suspected(&recounted, Some(&confirmed)), 1);
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
