//! The life of a revocation: requested, dispatched, settled, and perhaps reopened.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::actor::{Act, Actor};
use crate::batch::BatchHeader;
use crate::channel::Channel;
use crate::closure::Closure;
use crate::ids::{BatchId, BatchRef, PushRef, RevocationId};
use crate::marks::TargetMarks;
use crate::notice::Notices;
use crate::outcome::Counts;
use crate::redrive::Mark;
use crate::scope::Scope;
use crate::shard::ShardCount;
use crate::tally::BatchOutline;
use crate::terms::may_cover;
use crate::walk::Place;

/// Longest reason, in characters.
pub const MAX_REASON_CHARS: usize = 500;

/// How far it is. Each state holds what is known in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum State {
    /// Accepted; the gate is closed; the batches are being queued.
    Requested,
    /// Every batch found has been queued.
    Dispatched { dispatched_at: Timestamp },
    /// Nothing recorded so far is outstanding.
    Settled {
        settled_at: Timestamp,
        totals: BTreeMap<Channel, Counts>,
        /// Which of the targets that its scope names have a delivery; `None` when
        /// nobody can say, or the scope names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        met: Option<TargetMarks>,
    },
}

impl State {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Dispatched { .. } => "dispatched",
            Self::Settled { .. } => "settled",
        }
    }
}

/// An event that cannot happen in this state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a revocation that is {from} can not be {event}")]
pub struct TransitionError {
    pub from: &'static str,
    pub event: &'static str,
}

/// How far the fan-out is in one shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cursor {
    Start,
    After(BatchId),
    Done,
}

/// The walk over the shards of a push that queues its batches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fanout {
    /// One per shard.
    pub cursors: Vec<Cursor>,
    /// Deliveries found that were recorded before the revocation, per channel.
    pub found: BTreeMap<Channel, u64>,
    /// What the looks at it have marked: see [`crate::redrive`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<Channel, Mark>,
}

impl Fanout {
    pub fn new(shards: ShardCount) -> Self {
        Self {
            cursors: vec![Cursor::Start; usize::from(shards.get())],
            found: BTreeMap::new(),
            marks: BTreeMap::new(),
        }
    }

    /// All shards of the push.
    pub fn shards(&self) -> Range<u16> {
        0..u16::try_from(self.cursors.len()).unwrap_or(u16::MAX)
    }

    /// The pages to walk next, of so many shards at most: one after the other, so that no more cursors than these name
    /// a batch, however many shards there are.
    pub fn ahead(&self, at_once: usize) -> Vec<Place> {
        let places = self.cursors.iter().zip(0_u16..).filter_map(|(cursor, shard)| match cursor {
            Cursor::Start => Some(Place { shard, after: None }),
            Cursor::After(batch) => Some(Place {
                shard,
                after: Some(batch.clone()),
            }),
            Cursor::Done => None,
        });
        places.take(at_once).collect()
    }

    /// A page of a shard was walked up to `next`, or to the end of the shard.
    pub fn went(&mut self, shard: u16, next: Option<BatchId>) {
        if let Some(cursor) = self.cursors.get_mut(usize::from(shard)) {
            *cursor = next.map_or(Cursor::Done, Cursor::After);
        }
    }

    /// Was every shard walked to its end?
    pub fn is_over(&self) -> bool {
        self.cursors.iter().all(|cursor| *cursor == Cursor::Done)
    }
}

/// One request to take (part of) a push back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    pub id: RevocationId,
    pub push: PushRef,
    pub scope: Scope,
    pub reason: String,
    pub notices: Notices,
    pub requested_by: Actor,
    pub requested_at: Timestamp,
    pub state: State,
    pub fanout: Fanout,
    /// When the sweep has to look at it next; `None` once nothing can change any more.
    pub due_at: Option<Timestamp>,
    /// How often the sweep has looked since the state last changed.
    pub checks: u32,
    /// How often somebody asked to try again what had failed.
    pub replays: u32,
    /// Who asked so last, and when.
    pub last_replay: Option<Act>,
    /// When the last delivery of the push can no longer be revoked.
    pub closes_at: Timestamp,
    /// Counts writes, so that a write can insist on what it read.
    pub version: u64,
}

/// How soon the sweep looks at a revocation that is under way.
const FIRST_CHECK: SignedDuration = SignedDuration::from_secs(60);
/// How long after a look the next one comes at most, while it is under way.
const LONGEST_UNDER_WAY: SignedDuration = SignedDuration::from_mins(15);
/// After so many looks the next one comes as late as that.
const CHECKS_UNDER_WAY: u32 = 4;
/// How long after the window's end the last check comes: longer than clocks may differ.
const LAST_CHECK: SignedDuration = SignedDuration::from_mins(10);

impl Revocation {
    /// The mark this revocation leaves on its push.
    pub fn closure(&self) -> Closure {
        Closure {
            by: self.id.clone(),
            scope: self.scope.outline(),
        }
    }

    /// A batch of its push that was met in a shard.
    pub fn locate(&self, shard: u16, batch: &BatchId) -> BatchRef {
        BatchRef {
            push: self.push.clone(),
            shard,
            batch: batch.clone(),
        }
    }

    /// May deliveries of this batch be in its scope? Which of them are, their targets say.
    pub fn may_cover(&self, header: &BatchHeader) -> bool {
        self.may_cover_sent(header.channel, header.sent_at)
    }

    /// May a batch that was sent on this channel at this time be in its scope? One of a later life of the same push
    /// id never is: it is sent weeks after the last moment at which this push could be.
    pub fn may_cover_sent(&self, channel: Channel, sent_at: Timestamp) -> bool {
        may_cover(&self.scope, self.closes_at, channel, sent_at)
    }

    /// The first due time of a new revocation: soon, in case nobody ever hears of it.
    pub fn first_due(requested_at: Timestamp) -> Timestamp {
        requested_at.saturating_add(FIRST_CHECK).unwrap_or(Timestamp::MAX)
    }

    /// Every batch found has been queued.
    pub fn dispatched(&mut self, now: Timestamp) -> Result<(), TransitionError> {
        match &self.state {
            State::Requested => {
                self.state = State::Dispatched { dispatched_at: now };
                self.start_checks(now);
                Ok(())
            }
            State::Dispatched { .. } | State::Settled { .. } => Err(self.impossible("dispatched")),
        }
    }

    /// Deliveries that the walk found in these batches and that were recorded
    /// before the request; their recorder counts what came after it.
    pub fn found(&mut self, batches: &[BatchOutline]) {
        // The walk of a replay meets what the first one has counted.
        if self.replays > 0 {
            return;
        }
        for batch in batches {
            if self.may_cover_sent(batch.channel, batch.sent_at) && batch.recorded_at < self.requested_at {
                *self.fanout.found.entry(batch.channel).or_default() += u64::from(batch.count);
            }
        }
    }

    /// A recount found nothing outstanding: what became of every delivery, and
    /// which of the targets that the scope names have one.
    pub fn settled(&mut self, now: Timestamp, totals: BTreeMap<Channel, Counts>, met: Option<TargetMarks>) -> Result<(), TransitionError> {
        match &self.state {
            State::Dispatched { .. } => {
                self.state = State::Settled {
                    settled_at: now,
                    totals,
                    met,
                };
                self.start_checks(now);
                Ok(())
            }
            State::Requested | State::Settled { .. } => Err(self.impossible("settled")),
        }
    }

    /// A recount of a settled revocation found the same deliveries, but that
    /// devices confirmed some since. It stays settled, since when it was.
    pub(crate) fn recounted(&mut self, recount: BTreeMap<Channel, Counts>, found: Option<TargetMarks>) {
        if let State::Settled { totals, met, .. } = &mut self.state {
            *totals = recount;
            *met = found;
        }
    }

    /// What failed is to be tried again: everything is walked once more.
    pub fn replayed(&mut self, by: &Actor, now: Timestamp) {
        self.replays = self.replays.saturating_add(1);
        self.last_replay = Some(Act { by: by.clone(), at: now });
        self.state = State::Requested;
        self.fanout.cursors.fill(Cursor::Start);
        self.fanout.marks.clear();
        self.checks = 0;
        self.due_at = Some(Self::first_due(now));
    }

    /// Something recorded later is outstanding. Reopening what is open changes nothing.
    pub fn reopened(&mut self, now: Timestamp) {
        match &self.state {
            State::Settled { .. } => {
                self.state = State::Dispatched { dispatched_at: now };
                self.start_checks(now);
            }
            State::Requested | State::Dispatched { .. } => {}
        }
    }

    /// What it was settled with is about to change in another revocation's hands: the sweep looks as soon as at one
    /// that is under way, and half an hour later in case it came too early. False if it does so anyway.
    pub fn disturbed(&mut self, now: Timestamp) -> bool {
        if !matches!(self.state, State::Settled { .. }) {
            return false;
        }
        let soon = now.saturating_add(LONGEST_UNDER_WAY).unwrap_or(Timestamp::MAX);
        let before = (self.due_at, self.checks);
        self.due_at = Some(self.due_at.map_or(soon, |due| due.min(soon)));
        self.checks = self.checks.min(CHECKS_UNDER_WAY);
        before != (self.due_at, self.checks)
    }

    /// The sweep has looked and changed nothing: it looks again, less and less
    /// often, and for the last time when no delivery can be revoked any more.
    pub fn checked(&mut self, now: Timestamp) {
        self.checks = self.checks.saturating_add(1);
        self.due_at = self.next_due(now);
    }

    /// The sweep has asked for a look, which may be lost: so there is always another one. Whoever looks says when it
    /// was the last.
    pub fn handed_on(&mut self, now: Timestamp) {
        self.checked(now);
        self.due_at = self.due_at.or_else(|| now.checked_add(LONGEST_UNDER_WAY).ok());
    }

    /// It was counted, from `began` to `now`. Once that began after the last moment at which anything can change, nobody
    /// looks again, and not before.
    pub(crate) fn was_counted(&mut self, began: Timestamp, now: Timestamp) {
        if began >= self.last_check() {
            self.due_at = None;
        } else if self.due_at.is_none() {
            self.due_at = Some(Self::first_due(now));
        }
    }

    fn last_check(&self) -> Timestamp {
        self.closes_at.saturating_add(LAST_CHECK).unwrap_or(Timestamp::MAX)
    }

    fn start_checks(&mut self, now: Timestamp) {
        self.checks = 0;
        self.due_at = self.next_due(now);
    }

    fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let last = self.last_check();
        let settled = matches!(self.state, State::Settled { .. });
        if settled && now >= last {
            return None;
        }
        // Under way: 1, 2, 4, 8, 15 minutes. Settled: from 1 minute to a day.
        let longest = if settled {
            SignedDuration::from_hours(24)
        } else {
            LONGEST_UNDER_WAY
        };
        let wait = (FIRST_CHECK * (1 << self.checks.min(12))).min(longest);
        let next = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        // The end of the window is a moment to look at, too.
        Some(if now < last { next.min(last) } else { next })
    }

    fn impossible(&self, event: &'static str) -> TransitionError {
        TransitionError {
            from: self.state.name(),
            event,
        }
    }
}
