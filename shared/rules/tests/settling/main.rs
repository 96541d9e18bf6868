//! When a revocation settles, and what a recount counts.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod looks;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::Channel;
use revocation_rules::counters::{ChannelCounters, shown_outcomes, shown_suspected};
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::progress::BatchProgress;
use revocation_rules::redrive::Redrive;
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::{Page, Recount, Recounted, Settling, may_be_done};
use revocation_rules::tally::{BatchOutline, Tally};
use revocation_rules::walk::{Place, Reading};
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

fn started(revocation: &Revocation, now: Timestamp) -> Recount {
    Recount::start(revocation, Redrive::default(), now)
}

fn page(headers: &[BatchHeader], progresses: &[BatchProgress], of: &Revocation) -> Page {
    Page {
        outlines: headers.iter().map(BatchOutline::from).collect(),
        tallies: progresses.iter().map(|progress| Tally::of(progress, &of.id)).collect(),
        next: None,
    }
}

fn recount(revocation: &Revocation, progresses: &[BatchProgress], now: Timestamp) -> Recounted {
    let mut recount = started(revocation, now).again(revocation, now);
    recount.add_page(revocation, 0, page(&[two().0], progresses, revocation));
    assert!(!recount.needs_counters(revocation));
    recount.end(revocation, None)
}

/// What is outstanding of them, and whether it is free.
fn outstanding(revocation: &Revocation, progresses: &[BatchProgress], now: Timestamp) -> Vec<bool> {
    let found = started(revocation, now).add_page(revocation, 0, page(&[two().0], progresses, revocation));
    found.iter().map(|batch| batch.free).collect()
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
    let mut recount = started(&revocation, revocation.closes_at);
    recount.add_page(&revocation, 0, page(&[], &[progress], &revocation));
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
        let mut recount = started(&revocation, revocation.closes_at);
        recount.add_page(&revocation, 0, page(&[], std::slice::from_ref(&progress), &revocation));
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
    let mut recount = started(&revocation, later(2));
    let mut ways = Vec::new();
    loop {
        let places = recount.ahead(&revocation, 2);
        if places.is_empty() {
            break;
        }
        ways.push(places.clone());
        for place in places {
            let (headers, progresses, next) = match (place.shard, &place.after) {
                (0, None) => (vec![first.clone()], vec![done.clone()], Some(first.batch.batch.clone())),
                (0, Some(_)) => (vec![second.clone()], Vec::new(), None),
                _ => (Vec::new(), Vec::new(), None),
            };
            let page = Page {
                next,
                ..page(&headers, &progresses, &revocation)
            };
            recount.add_page(&revocation, place.shard, page);
        }
        let text = serde_json::to_string(&recount).unwrap();
        assert!(text.len() < 2_000, "{text}");
        recount = serde_json::from_str(&text).unwrap();
    }
    let shards = revocation.fanout.shards().len();
    assert_eq!(ways.iter().map(Vec::len).sum::<usize>(), shards + 1);
    let at = |shard, after| Place { shard, after };
    assert_eq!(ways[0], [at(0, None), at(1, None)]);
    assert_eq!(ways[1], [at(0, Some(first.batch.batch)), at(2, None)]);
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

/// What an older version had counted when its job was sent: up to the middle of its third shard.
#[test]
fn the_recount_of_an_older_version_goes_on() {
    let revocation = dispatched(a_revocation().build());
    let so_far = serde_json::json!({
        "began": later(2), "replays": 0, "shard": 2, "after": "b7", "totals": { "huawei": { "overwritten": 5 } },
        "outstanding": { "huawei": 3 }, "batches": 1, "met": null, "asked": 0,
    });
    let mut recount: Recount = serde_json::from_value(so_far).unwrap();
    assert_eq!(recount.reading(), Reading::Consistent, "as it was read so far");
    let shards = revocation.fanout.shards();
    let places = recount.ahead(&revocation, 8);
    assert_eq!(places[0].after, Some("b7".parse().unwrap()));
    assert_eq!(
        places.iter().map(|place| place.shard).collect::<Vec<_>>(),
        (2..10).collect::<Vec<_>>()
    );
    for shard in 2..shards.end {
        recount.add_page(&revocation, shard, Page::default());
    }
    assert!(recount.ahead(&revocation, 1).is_empty() && !recount.is_in_doubt(&revocation, None));
    let count = recount.end(&revocation, None);
    assert_eq!((count.outstanding, count.totals), (1, huawei(&[(Outcome::Overwritten, 5)])));
}

/// A recount that is not read consistently settles only what the walk and the recorders have counted.
#[test]
fn what_may_have_been_missed_is_read_again() {
    let revocation = dispatched(a_revocation().build());
    let whole = worked_on(&revocation, &[Outcome::Overwritten, Outcome::Failed]);
    let late = |late| {
        let counters = ChannelCounters {
            late,
            ..ChannelCounters::default()
        };
        BTreeMap::from([(Channel::Huawei, counters)])
    };
    let counted = |revocation: &Revocation, headers: &[BatchHeader], progresses: &[BatchProgress]| {
        let mut recount = started(revocation, later(2));
        recount.add_page(revocation, 0, page(headers, progresses, revocation));
        recount
    };
    let all = counted(&revocation, &[two().0], std::slice::from_ref(&whole));
    assert!(all.needs_counters(&revocation));
    assert!(!all.is_in_doubt(&revocation, Some(&late(0))));
    assert!(
        all.is_in_doubt(&revocation, Some(&late(1))),
        "one was recorded late and is not seen"
    );
    let none = counted(&revocation, &[], std::slice::from_ref(&whole));
    assert!(none.is_in_doubt(&revocation, Some(&late(0))), "the walk found two");
    // What is outstanding is looked at again in any case.
    let half = counted(&revocation, &[two().0], &[]);
    assert!(!half.needs_counters(&revocation) && !half.is_in_doubt(&revocation, None));
    // Nothing is opened again on it.
    let mut settled = revocation;
    settled.settle(recount(&settled.clone(), &[whole], later(2)), later(2)).unwrap();
    assert!(counted(&settled, &[two().0], &[]).is_in_doubt(&settled, None));
}
