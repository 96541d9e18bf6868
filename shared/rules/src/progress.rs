//! What is known of the work on one batch: its outcomes, its lease, its attempts.
//!
//! A batch is worked on under a lease with a fencing version (law L7). One
//! batch has one progress, whichever revocation asks: two revocations of the
//! same batch never call a vendor at the same time, and a delivery that the
//! first one ended is not touched by the second (law L3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::batch::BatchHeader;
use crate::channel::Channel;
use crate::ids::{BatchRef, RevocationId};
use crate::outcome::{Counts, SlotOutcomes};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchProgress {
    pub batch: BatchRef,
    pub channel: Channel,
    pub slots: SlotOutcomes,
    /// Attempts in a row that made no headway.
    pub attempts: u32,
    /// Counts claims and writes; a writer must name the one it was given.
    pub version: u64,
    /// Nobody else may work on the batch before this: the lease of whoever
    /// works on it, or the wait before the next attempt.
    pub not_before: Option<Timestamp>,
    /// What each revocation's counters were told of this batch so far.
    pub counted: BTreeMap<RevocationId, Counts>,
    /// Revocations for which nothing of this batch is outstanding.
    pub finished: BTreeSet<RevocationId>,
}

impl BatchProgress {
    /// The progress of a batch nobody has worked on.
    pub fn fresh(header: &BatchHeader) -> Self {
        Self {
            batch: header.batch.clone(),
            channel: header.channel,
            slots: SlotOutcomes::new(header.count),
            attempts: 0,
            version: 0,
            not_before: None,
            counted: BTreeMap::new(),
            finished: BTreeSet::new(),
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
        self
    }

    /// Books what `revocation` reached in its slots, and returns what its
    /// counters do not know yet.
    pub fn book(&mut self, revocation: &RevocationId, in_scope: &[usize]) -> Change {
        let now = self.slots.counts(in_scope.iter().copied());
        let before = self.counted.get(revocation).cloned().unwrap_or_default();
        let change = Change::between(&before, &now);
        if now.total() == in_scope.len() as u64 {
            self.finished.insert(revocation.clone());
            // The next revocation of this batch starts its own row of attempts.
            self.attempts = 0;
        }
        self.counted.insert(revocation.clone(), now);
        change
    }
}

/// What is to be added to a revocation's counters. May be negative: a failed
/// delivery that was replayed leaves `failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change(pub BTreeMap<crate::outcome::Outcome, i64>);

impl Change {
    fn between(before: &Counts, now: &Counts) -> Self {
        let mut change = BTreeMap::new();
        for outcome in crate::outcome::Outcome::ALL {
            let difference = now.get(outcome).cast_signed() - before.get(outcome).cast_signed();
            if difference != 0 {
                change.insert(outcome, difference);
            }
        }
        Self(change)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
