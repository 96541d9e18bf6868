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
use crate::tally::Told;
use crate::terms::Terms;
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

impl Recording {
    /// Is it the one that was recorded at this time?
    pub fn is_of(self, recorded_at: Timestamp) -> bool {
        match self {
            Self::At(at) => at == recorded_at,
            Self::Unnamed { written_at } => window::is_after_recording(written_at, recorded_at),
        }
    }
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
    /// Attempts in a row to which the vendor said nothing but that it wants a pause. They are none of `attempts`: a
    /// vendor that is busy is asked more and more seldom, until the window closes.
    pub pauses: u32,
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
            pauses: 0,
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

    /// What each revocation had counted in this progress when a later recording
    /// takes its place. Revocations of an earlier life of the push ask no more.
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
        self.recording.is_of(header.recorded_at)
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

    /// What is written here of one revocation.
    pub fn told(&self, revocation: &RevocationId) -> Told {
        Told {
            counted: self.counted.get(revocation).cloned(),
            before: self.before.get(revocation).map(|earlier| earlier.counts.clone()),
            finished: self.finished.contains(revocation),
            replays: self.replays.get(revocation).copied().unwrap_or(0),
            met: self.met.get(revocation).cloned(),
        }
    }

    /// What a revocation counted under this batch id, in all recordings. `None` if it never did.
    pub fn counted_in_all(&self, revocation: &RevocationId) -> Option<Counts> {
        self.told(revocation).in_all()
    }

    /// Is nothing of the batch outstanding for this revocation?
    /// It was to be tried again `replays` times.
    pub fn is_finished(&self, revocation: &RevocationId, replays: u32) -> bool {
        self.told(revocation).is_finished(replays)
    }

    fn is_new_replay(&self, revocation: &RevocationId, replays: u32) -> bool {
        replays > self.replays.get(revocation).copied().unwrap_or(0)
    }

    /// Opens the failed slots of a revocation that somebody asked to try again, for the `replays`th time.
    /// What fails after this is for the next replay.
    pub fn start_replay(&mut self, revocation: &RevocationId, replays: u32, in_scope: &[usize]) {
        if !self.is_new_replay(revocation, replays) {
            return;
        }
        self.replays.insert(revocation.clone(), replays);
        for &slot in in_scope {
            if self.slots.reopen_failed(slot) {
                self.start_attempts();
            }
        }
        // Another revocation's replay may have opened some before.
        if in_scope.iter().any(|slot| self.slots.get(*slot).is_none()) {
            self.finished.remove(revocation);
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
            self.start_attempts();
        }
    }

    /// From here on attempts are counted anew.
    pub(crate) const fn start_attempts(&mut self) {
        self.attempts = 0;
        self.pauses = 0;
    }

    /// The vendor wanted a pause: the attempt that the claim counted is none.
    pub(crate) const fn paused(&mut self) {
        self.attempts = self.attempts.saturating_sub(1);
        self.pauses = self.pauses.saturating_add(1);
    }

    /// Notes which of the targets that `revocation` names are in the batch.
    pub fn meet(&mut self, revocation: &Terms, deliveries: Option<&[Delivery]>) {
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
