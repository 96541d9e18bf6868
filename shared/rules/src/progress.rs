//! What is known of the work on one batch: its outcomes, its lease, its attempts.
//!
//! A batch is worked on under a lease with a fencing version (law L7). One
//! batch has one progress, whichever revocation asks: two revocations of the
//! same batch never call a vendor at the same time, and a delivery that the
//! first one ended is not touched by the second (law L3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::batch::{BatchHeader, Delivery};
use crate::channel::Channel;
use crate::ids::{BatchRef, RevocationId};
use crate::marks::TargetMarks;
use crate::outcome::{Counts, Outcome, SlotOutcomes};
use crate::push;
use crate::revocation::Revocation;
use crate::window;

/// Is a worker on the batch, as far as anybody has written?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    Free,
    /// Taken, and nothing written since: if the lease is over, that worker is lost.
    Taken,
}

impl Hold {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Taken => "taken",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Free, Self::Taken].into_iter().find(|hold| hold.as_str() == text)
    }
}

/// Which recording of its batch a progress is about. The id of a batch may be
/// recorded anew when its header has expired, and a progress is kept for longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// The one that was recorded at this time.
    At(Timestamp),
    /// Written at this time, by a version that did not say.
    Unnamed { written_at: Timestamp },
}

/// What a revocation counted of earlier recordings of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Of the last of them.
    pub recorded_at: Timestamp,
    pub counts: Counts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchProgress {
    pub batch: BatchRef,
    pub recording: Recording,
    pub channel: Channel,
    pub slots: SlotOutcomes,
    /// Attempts in a row that made no headway.
    pub attempts: u32,
    /// Counts claims and writes; a writer must name the one it was given.
    pub version: u64,
    /// Nobody else may work on the batch before this: the lease of whoever
    /// works on it, or the wait before the next attempt.
    pub not_before: Option<Timestamp>,
    pub hold: Hold,
    /// Workers that took the batch and never wrote what came of it. Each may
    /// have made vendor calls that were then made again.
    pub lost_workers: u32,
    /// What each revocation's counters were told of this batch so far.
    pub counted: BTreeMap<RevocationId, Counts>,
    /// How many of those that failed each revocation counted as suspected.
    pub suspected: BTreeMap<RevocationId, u64>,
    /// What each revocation counted of earlier recordings under this batch id.
    pub before: BTreeMap<RevocationId, Earlier>,
    /// Revocations for which nothing of this batch is outstanding.
    pub finished: BTreeSet<RevocationId>,
    /// How many replays of each revocation this batch knows of; none is 0.
    pub replays: BTreeMap<RevocationId, u32>,
    /// Which of the targets that each revocation names this batch has; nothing
    /// for one that names none, or that nobody could say it of.
    pub met: BTreeMap<RevocationId, TargetMarks>,
}

impl BatchProgress {
    /// The progress of a batch nobody has worked on.
    pub fn fresh(header: &BatchHeader) -> Self {
        Self {
            batch: header.batch.clone(),
            recording: Recording::At(header.recorded_at),
            channel: header.channel,
            slots: SlotOutcomes::new(header.count),
            attempts: 0,
            version: 0,
            not_before: None,
            hold: Hold::Free,
            lost_workers: 0,
            counted: BTreeMap::new(),
            suspected: BTreeMap::new(),
            before: BTreeMap::new(),
            finished: BTreeSet::new(),
            replays: BTreeMap::new(),
            met: BTreeMap::new(),
        }
    }

    /// The progress of a batch nobody has worked on since it was recorded.
    /// `earlier` is what an earlier recording under its id left behind: it is
    /// written over, so it is gone on from its version, and what was counted of
    /// it stays counted.
    pub fn start(header: &BatchHeader, earlier: Option<Self>) -> Self {
        let fresh = Self::fresh(header);
        let Some(earlier) = earlier else {
            return fresh;
        };
        let mut met = earlier.met.clone();
        let version = earlier.version;
        let before = earlier.counted_for_later(header);
        met.retain(|revocation, _| before.contains_key(revocation));
        Self {
            version,
            before,
            met,
            ..fresh
        }
    }

    /// What revocations may still ask for when a later recording takes its
    /// place. Those of an earlier life of the push ask no more.
    fn counted_for_later(self, header: &BatchHeader) -> BTreeMap<RevocationId, Earlier> {
        let recorded_at = match self.recording {
            Recording::At(at) | Recording::Unnamed { written_at: at } => at,
        };
        let mut all = self.before;
        for (revocation, counts) in self.counted {
            match all.get_mut(&revocation) {
                Some(earlier) => {
                    earlier.recorded_at = recorded_at;
                    earlier.counts.add_all(&counts);
                }
                None => {
                    all.insert(revocation, Earlier { recorded_at, counts });
                }
            }
        }
        all.retain(|_, earlier| header.recorded_at.duration_since(earlier.recorded_at) <= push::LONGEST_LIFE);
        all
    }

    /// Is it about this recording of its batch?
    pub fn belongs_to(&self, header: &BatchHeader) -> bool {
        match self.recording {
            Recording::At(recorded_at) => recorded_at == header.recorded_at,
            Recording::Unnamed { written_at } => window::is_after_recording(written_at, header.recorded_at),
        }
    }

    /// What is stored under a batch's id: the progress of this recording, or
    /// what an earlier one left behind.
    pub fn sort(header: &BatchHeader, stored: Option<Self>) -> (Option<Self>, Option<Self>) {
        match stored {
            Some(mut progress) if progress.belongs_to(header) => {
                progress.recording = Recording::At(header.recorded_at);
                (Some(progress), None)
            }
            earlier => (None, earlier),
        }
    }

    /// What a revocation counted under this batch id, in all recordings. `None` if it never did.
    pub fn counted_in_all(&self, revocation: &RevocationId) -> Option<Counts> {
        let before = self.before.get(revocation).map(|earlier| &earlier.counts);
        let all = [before, self.counted.get(revocation)];
        let mut counts: Option<Counts> = None;
        for some in all.into_iter().flatten() {
            counts.get_or_insert_default().add_all(some);
        }
        counts
    }

    /// Is nothing of the batch outstanding for this revocation?
    pub fn is_finished(&self, revocation: &Revocation) -> bool {
        self.finished.contains(&revocation.id) && !self.has_to_replay(revocation)
    }

    /// Is there anything to try again since the last replay of this revocation?
    fn has_to_replay(&self, revocation: &Revocation) -> bool {
        let counted = self.counted.get(&revocation.id);
        self.is_new_replay(revocation) && counted.is_some_and(|counted| counted.get(Outcome::Failed) > 0)
    }

    fn is_new_replay(&self, revocation: &Revocation) -> bool {
        revocation.replays > self.replays.get(&revocation.id).copied().unwrap_or(0)
    }

    /// Opens the failed slots of a revocation that somebody asked to try again.
    /// What fails after this is for the next replay.
    pub fn start_replay(&mut self, revocation: &Revocation, in_scope: &[usize]) {
        if !self.is_new_replay(revocation) {
            return;
        }
        self.replays.insert(revocation.id.clone(), revocation.replays);
        for &slot in in_scope {
            if self.slots.reopen_failed(slot) {
                self.attempts = 0;
            }
        }
        // Another revocation's replay may have opened some before.
        if in_scope.iter().any(|slot| self.slots.get(*slot).is_none()) {
            self.finished.remove(&revocation.id);
        }
    }

    /// May somebody start working on the batch now?
    pub fn is_free(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|until| now >= until)
    }

    /// Takes the batch until `until`. Counts the attempt at once, so that a
    /// worker that dies has used one up.
    #[must_use]
    pub fn claimed(mut self, until: Timestamp) -> Self {
        self.version += 1;
        self.attempts += 1;
        self.not_before = Some(until);
        if self.hold == Hold::Taken {
            self.lost_workers += 1;
        }
        self.hold = Hold::Taken;
        self
    }

    /// The worker has ended what it does for `revocation`: the next revocation
    /// of this batch starts its own row of attempts.
    pub fn put_down(&mut self, revocation: &RevocationId) {
        if self.finished.contains(revocation) {
            self.attempts = 0;
        }
    }

    /// Notes which of the targets that `revocation` names are in the batch.
    pub fn meet(&mut self, revocation: &Revocation, deliveries: Option<&[Delivery]>) {
        if let Some(met) = deliveries.and_then(|deliveries| revocation.scope.marks(deliveries)) {
            // Added, since an earlier recording of the batch may have had others.
            self.met.entry(revocation.id.clone()).or_default().add_all(&met);
        }
    }

    /// Nobody can say any more which slots `revocation` covers: what was counted stays.
    pub fn leave(&mut self, revocation: &RevocationId) {
        self.met.remove(revocation);
        self.finished.insert(revocation.clone());
        self.hold = Hold::Free;
    }

    /// Books what `revocation` reached in its slots, and returns what its
    /// counters do not know yet. Others may still be at their attempts.
    pub fn book(&mut self, revocation: &RevocationId, in_scope: &[usize]) -> Change {
        let now = self.slots.counts(in_scope.iter().copied());
        let before = self.counted.get(revocation).cloned().unwrap_or_default();
        let mut change = Change::between(&before, &now);
        let suspected = self.slots.suspected(in_scope.iter().copied());
        let known = match suspected {
            0 => self.suspected.remove(revocation),
            _ => self.suspected.insert(revocation.clone(), suspected),
        };
        change.suspected = suspected.cast_signed() - known.unwrap_or(0).cast_signed();
        if now.total() == in_scope.len() as u64 {
            self.finished.insert(revocation.clone());
        }
        self.counted.insert(revocation.clone(), now);
        self.hold = Hold::Free;
        change
    }
}

/// What is to be added to a revocation's counters. May be negative: a failed
/// delivery that was replayed leaves `failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    pub outcomes: BTreeMap<Outcome, i64>,
    /// Of those that failed: how many for a setting that is suspected.
    pub suspected: i64,
}

impl Change {
    fn between(before: &Counts, now: &Counts) -> Self {
        let mut outcomes = BTreeMap::new();
        for outcome in Outcome::ALL {
            let difference = now.get(outcome).cast_signed() - before.get(outcome).cast_signed();
            if difference != 0 {
                outcomes.insert(outcome, difference);
            }
        }
        Self { outcomes, suspected: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty() && self.suspected == 0
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::batch::Sending;
    use crate::ids::{PushKind, PushRef, Tenant};

    fn fresh() -> BatchProgress {
        BatchProgress::fresh(&header())
    }

    fn header() -> BatchHeader {
        let tenant = Tenant {
            app: "shop".parse().unwrap(),
            workspace: "default".parse().unwrap(),
        };
        BatchHeader {
            batch: BatchRef {
                push: PushRef {
                    tenant,
                    kind: PushKind::Task,
                    id: "t1".parse().unwrap(),
                },
                shard: 0,
                batch: "b1".parse().unwrap(),
            },
            channel: Channel::Huawei,
            count: 2,
            without_handle: 0,
            sending: Sending::Sent,
            sent_at: Timestamp::UNIX_EPOCH,
            recorded_at: Timestamp::UNIX_EPOCH,
            digest: "d".to_owned(),
        }
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
}
