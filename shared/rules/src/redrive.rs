//! Which batches have lost their jobs, as far as anybody can tell without asking the queue.
//!
//! A backlog of a hundred thousand jobs is worked on for hours; to queue all of it again at every look would only make
//! it longer. So each look marks the batch of each channel whose job was queued last. Once that batch was worked on,
//! the queue has handed out what was queued before: what is still free then has lost its job. Two batches of each look,
//! and those that are marked, are queued again without knowing, so that few are not waited for, and a mark whose own
//! job was lost is found. In six hours at most everything that is free is queued again, whatever became of the mark.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::ids::{BatchId, BatchRef};
use crate::revocation::Revocation;
use crate::settling::Outstanding;

/// Batches of each look that are queued again without knowing.
pub const UNASKED: u32 = 2;
/// How long a mark is waited for. A batch may have been recorded in such a way that no worker gets through it.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(6);

/// The batch of a channel whose job was queued last, as a look saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub shard: u16,
    pub batch: BatchId,
    /// Of its progress; it is higher once somebody has worked on it.
    pub version: u64,
    /// When its job had been queued.
    pub queued_by: Timestamp,
    /// When it was marked.
    pub at: Timestamp,
}

impl Mark {
    fn is(&self, batch: &Outstanding) -> bool {
        self.shard == batch.shard && self.batch == batch.batch
    }
}

/// What one look knows of jobs that were lost. It travels with its recount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redrive {
    /// Of each channel: what was queued by then has come, or is lost.
    #[serde(default)]
    come: BTreeMap<Channel, Timestamp>,
    /// Batches queued without knowing.
    #[serde(default)]
    unasked: u32,
    /// Channels whose mark was met again: nobody has worked on it.
    #[serde(default)]
    met: BTreeSet<Channel>,
    /// Of each channel: the free batch whose job was queued last.
    #[serde(default)]
    last: BTreeMap<Channel, Mark>,
}

impl Redrive {
    /// `versions` has what the progresses of the marked batches are at now, 0 where there is none.
    pub fn start(revocation: &Revocation, versions: &BTreeMap<Channel, u64>, now: Timestamp) -> Self {
        let is_over = |channel: &Channel, mark: &Mark| {
            let worked_on = versions.get(channel).is_some_and(|version| *version > mark.version);
            worked_on || now.duration_since(mark.at) >= PATIENCE
        };
        let over = revocation.fanout.marks.iter().filter(|(channel, mark)| is_over(channel, mark));
        Self {
            come: over.map(|(channel, mark)| (*channel, mark.queued_by)).collect(),
            ..Self::default()
        }
    }

    /// Nothing is known yet.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same look, counted once more from the start.
    #[must_use]
    pub fn again(self) -> Self {
        Self {
            come: self.come,
            ..Self::default()
        }
    }

    /// Is this batch to be queued again?
    pub fn is_lost(&mut self, revocation: &Revocation, batch: &Outstanding, now: Timestamp) -> bool {
        if !batch.free {
            return false;
        }
        if revocation.fanout.marks.get(&batch.channel).is_some_and(|mark| mark.is(batch)) {
            self.met.insert(batch.channel);
        }
        if self.last.get(&batch.channel).is_none_or(|last| last.queued_by <= batch.queued_by) {
            let mark = Mark {
                shard: batch.shard,
                batch: batch.batch.clone(),
                version: batch.version,
                queued_by: batch.queued_by,
                at: now,
            };
            self.last.insert(batch.channel, mark);
        }
        if self.come.get(&batch.channel).is_some_and(|come| batch.queued_by <= *come) {
            return true;
        }
        self.unasked += 1;
        self.unasked <= UNASKED
    }

    /// All was counted: what is marked from now on. A mark that nobody has worked on yet stays.
    pub fn marks(&self, revocation: &Revocation) -> BTreeMap<Channel, Mark> {
        let mut marks = self.last.clone();
        for (channel, mark) in &revocation.fanout.marks {
            if self.met.contains(channel) && !self.come.contains_key(channel) {
                marks.insert(*channel, mark.clone());
            }
        }
        marks
    }
}

impl Revocation {
    /// The batches that are marked.
    pub fn marked(&self) -> impl Iterator<Item = (Channel, BatchRef)> {
        let marks = self.fanout.marks.iter();
        marks.map(move |(channel, mark)| (*channel, self.locate(mark.shard, &mark.batch)))
    }
}
