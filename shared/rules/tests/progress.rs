//! Which recording a progress belongs to, who holds it, and what it has told the counters.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::RevocationId;
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::reason;
use revocation_rules::progress::{BatchProgress, Recording};
use revocation_testkit::builders::a_batch;

fn header() -> BatchHeader {
    a_batch().to(&["u1", "u2"]).build().0
}

fn fresh() -> BatchProgress {
    BatchProgress::fresh(&header())
}

fn recorded_at(seconds: i64) -> BatchHeader {
    let mut header = header();
    header.recorded_at = Timestamp::from_second(seconds).unwrap();
    header
}

#[test]
fn a_progress_belongs_to_one_recording_and_leaves_its_numbers_to_the_next() {
    let (revocation, other): (RevocationId, RevocationId) = ("rvk_1".parse().unwrap(), "rvk_2".parse().unwrap());
    let first = recorded_at(0);
    let mut progress = BatchProgress::start(&first, None);
    progress.slots.end(0, Outcome::Overwritten, "r");
    progress.slots.end(1, Outcome::Overwritten, "r");
    progress.book(&revocation, &[0, 1]);
    progress.version = 7;
    // The same batch sent again keeps its header, so it is the same recording.
    assert_eq!(BatchProgress::sort(&first, Some(progress.clone())), (Some(progress.clone()), None));

    let day = 24 * 60 * 60;
    let second = recorded_at(10 * day);
    let (none, earlier) = BatchProgress::sort(&second, Some(progress.clone()));
    assert_eq!(none, None);
    let mut next = BatchProgress::start(&second, earlier);
    assert_eq!((next.slots.get(0), next.version, next.finished.len()), (None, 7, 0));
    next.slots.end(0, Outcome::Failed, "r");
    next.book(&revocation, &[0, 1]);
    let counted = next.counted_in_all(&revocation).unwrap();
    assert_eq!((counted.get(Outcome::Overwritten), counted.get(Outcome::Failed)), (2, 1));
    assert_eq!(next.counted_in_all(&other), None);

    // Nothing grows from life to life.
    let third = BatchProgress::start(&recorded_at(70 * day), Some(next.clone()));
    assert_eq!(
        third.counted_in_all(&revocation).unwrap().total(),
        3,
        "the second recording is 60 days old"
    );
    let third = BatchProgress::start(&recorded_at(72 * day), Some(next));
    assert_eq!(third.before, BTreeMap::new());
}

#[test]
fn a_progress_without_a_name_belongs_to_the_recording_it_was_written_after() {
    let header = recorded_at(1_000_000);
    let written = |second| BatchProgress {
        recording: Recording::Unnamed {
            written_at: Timestamp::from_second(second).unwrap(),
        },
        ..BatchProgress::fresh(&header)
    };
    for (second, belongs) in [(1_000_001, true), (999_940, true), (999_939, false), (0, false)] {
        assert_eq!(written(second).belongs_to(&header), belongs, "{second}");
    }
    let (named, _) = BatchProgress::sort(&header, Some(written(1_000_001)));
    assert_eq!(named.unwrap().recording, Recording::At(header.recorded_at));
}

#[test]
fn a_worker_that_never_wrote_is_counted_by_the_next_one() {
    let until = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(90);
    let first = fresh().claimed(until);
    assert_eq!((first.lost_workers, first.attempts, first.version), (0, 1, 1));
    assert!(!first.is_free(until - SignedDuration::from_millis(1)) && first.is_free(until));
    let mut second = first.claimed(until);
    assert_eq!(second.lost_workers, 1);
    second.book(&"rvk_1".parse().unwrap(), &[0, 1]);
    assert_eq!(second.claimed(until).lost_workers, 1);
}

#[test]
fn what_was_counted_once_is_not_counted_again() {
    let revocation: RevocationId = "rvk_1".parse().unwrap();
    let mut progress = fresh();
    progress.slots.end(0, Outcome::Overwritten, "r");
    let change = progress.book(&revocation, &[0, 1]);
    assert_eq!(change.outcomes, BTreeMap::from([(Outcome::Overwritten, 1)]));
    assert!(!progress.finished.contains(&revocation));
    assert!(progress.book(&revocation, &[0, 1]).is_empty());
    progress.slots.end(1, Outcome::Failed, "r");
    assert_eq!(progress.book(&revocation, &[0, 1]).outcomes, BTreeMap::from([(Outcome::Failed, 1)]));
    assert!(progress.finished.contains(&revocation));
    // A replay moves one delivery from one outcome to another.
    progress.slots.end(1, Outcome::Refused, "r");
    let moved = progress.book(&revocation, &[0, 1]);
    assert_eq!(moved.outcomes, BTreeMap::from([(Outcome::Failed, -1), (Outcome::Refused, 1)]));
}

#[test]
fn what_went_to_a_topic_is_confirmed_by_nobody() {
    let mut progress = fresh();
    progress.slots.end(0, Outcome::Overwritten, reason::ACCEPTED);
    progress.slots.end(1, Outcome::Overwritten, reason::AUDIENCE_UNKNOWN);
    assert_eq!(progress.confirm(&[0, 1]), 1);
    assert_eq!(progress.slots.get(1), Some((Outcome::Overwritten, reason::AUDIENCE_UNKNOWN)));
}
