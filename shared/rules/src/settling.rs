//! Can a revocation settle? Recounted from the truth: headers and progresses.
//!
//! Counters are for people; a revocation settles only when every batch found
//! in its scope is finished for it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::counters::ChannelCounters;
use crate::ids::BatchId;
use crate::marks::TargetMarks;
use crate::outcome::{Counts, Outcome};
use crate::redrive::Redrive;
use crate::revocation::{Revocation, State, TransitionError};
use crate::tally::{BatchOutline, Tally};
use crate::walk::{Place, Reading, Walk};

/// After this many looks a revocation is left to the sweep.
const LOOKS: u32 = 12;

/// How long after the `nth` look (from 0) the next one comes; `None` after the last.
pub fn next_look(nth: u32) -> Option<Duration> {
    (nth < LOOKS).then(|| Duration::from_secs(1 << nth.min(6)))
}

/// The counters tell cheaply when there is no point in recounting yet.
pub fn may_be_done(revocation: &Revocation, counters: &BTreeMap<Channel, ChannelCounters>) -> bool {
    if revocation.scope.targets.is_some() {
        // How many deliveries a list of targets has is known from the recount only.
        return true;
    }
    let ended: u64 = counters.values().map(|counters| counters.outcomes.total()).sum();
    ended >= all_found(revocation, counters)
}

/// What the walk found, and what was recorded later.
pub(crate) fn all_found(revocation: &Revocation, counters: &BTreeMap<Channel, ChannelCounters>) -> u64 {
    let found: u64 = revocation.fanout.found.values().sum();
    let late: u64 = counters.values().map(|counters| counters.late).sum();
    found + late
}

/// Who has a revocation counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eagerness {
    /// A look soon after the fan-out: settles if it can, and else looks again later.
    Look { nth: u32 },
    /// The sweep: also re-drives what is stuck.
    Redrive,
}

/// A batch that is not finished for the revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outstanding {
    pub shard: u16,
    pub batch: BatchId,
    pub channel: Channel,
    /// Nobody holds it and no wait is running: its job may be lost.
    pub free: bool,
    /// Of its progress; 0 where there is none.
    pub version: u64,
    /// When its job had been queued, or could be seen after its wait, if it was not lost.
    pub queued_by: Timestamp,
}

/// A page of a shard: headers, and the tallies that lie between its ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub outlines: Vec<BatchOutline>,
    pub tallies: Vec<Tally>,
    /// Where the next page starts after; `None` at the end of the shard.
    pub next: Option<BatchId>,
}

/// What a recount of one revocation has found so far, and where it goes on. However large the push, it is a few
/// kilobytes: it travels in a job when the time of its invocation is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Recount {
    /// What is free, and whether the window is closed, is judged by this time throughout.
    pub began: Timestamp,
    replays: u32,
    reading: Reading,
    walk: Walk,
    totals: BTreeMap<Channel, Counts>,
    /// Deliveries of batches that are not finished.
    outstanding: BTreeMap<Channel, u64>,
    /// Batches that are not finished.
    batches: usize,
    met: Option<TargetMarks>,
    /// Deliveries of the batches that have said which named targets they have.
    asked: u64,
    /// Deliveries of all headers, where they are not read consistently.
    seen: u64,
    #[serde(default, skip_serializing_if = "Redrive::is_empty")]
    pub redrive: Redrive,
}

/// As it stands in a job. What an older version counted, it counted shard after shard and read consistently.
#[derive(Deserialize)]
struct Kept {
    began: Timestamp,
    replays: u32,
    #[serde(flatten)]
    way: Way,
    totals: BTreeMap<Channel, Counts>,
    outstanding: BTreeMap<Channel, u64>,
    batches: usize,
    met: Option<TargetMarks>,
    asked: u64,
    #[serde(default)]
    redrive: Redrive,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Way {
    SideBySide { walk: Walk, reading: Reading, seen: u64 },
    OneByOne(Place),
}

impl From<Kept> for Recount {
    fn from(kept: Kept) -> Self {
        let (walk, reading, seen) = match kept.way {
            Way::SideBySide { walk, reading, seen } => (walk, reading, seen),
            Way::OneByOne(place) => (Walk::at(place), Reading::Consistent, 0),
        };
        Self {
            began: kept.began,
            replays: kept.replays,
            reading,
            walk,
            totals: kept.totals,
            outstanding: kept.outstanding,
            batches: kept.batches,
            met: kept.met,
            asked: kept.asked,
            seen,
            redrive: kept.redrive,
        }
    }
}

/// What a whole recount found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recounted {
    pub began: Timestamp,
    pub totals: BTreeMap<Channel, Counts>,
    /// How many batches are not finished.
    pub outstanding: usize,
    /// Which of the targets that the scope names have a delivery, if it names
    /// any and every batch has said so.
    pub met: Option<TargetMarks>,
}

impl Recount {
    /// Once the window is closed headers go, so that there is nothing to hold what was read against: then it is read
    /// consistently from the start.
    pub fn start(revocation: &Revocation, redrive: Redrive, now: Timestamp) -> Self {
        let reading = if now >= revocation.closes_at {
            Reading::Consistent
        } else {
            Reading::Eventual
        };
        Self::read(revocation, redrive, now, reading)
    }

    /// The same once more, and this time everything that was written before.
    #[must_use]
    pub fn again(self, revocation: &Revocation, now: Timestamp) -> Self {
        Self::read(revocation, self.redrive.again(), now, Reading::Consistent)
    }

    fn read(revocation: &Revocation, redrive: Redrive, now: Timestamp, reading: Reading) -> Self {
        Self {
            began: now,
            replays: revocation.replays,
            reading,
            walk: Walk::default(),
            totals: BTreeMap::new(),
            outstanding: BTreeMap::new(),
            batches: 0,
            met: revocation.scope.targets.is_some().then(TargetMarks::default),
            asked: 0,
            seen: 0,
            redrive,
        }
    }

    /// Is the revocation still at what is counted here? Not once it is walked again.
    pub fn is_of(&self, revocation: &Revocation) -> bool {
        self.replays == revocation.replays && revocation.state != State::Requested
    }

    /// How its pages are read.
    pub const fn reading(&self) -> Reading {
        self.reading
    }

    /// The pages to count next, of so many shards at once; empty when all is counted.
    pub fn ahead(&self, revocation: &Revocation, at_once: usize) -> Vec<Place> {
        self.walk.ahead(revocation.fanout.shards().end, at_once)
    }

    /// Counts a page of a shard. Headers are read first and tallies second: what is recorded after that is reopened by
    /// its recorder. Returns what is outstanding on the page.
    pub fn add_page(&mut self, revocation: &Revocation, shard: u16, page: Page) -> Vec<Outstanding> {
        for tally in &page.tallies {
            self.add_tally(tally);
        }
        let of_batch: BTreeMap<&BatchId, &Tally> = page.tallies.iter().map(|tally| (&tally.batch, tally)).collect();
        let mut outstanding = Vec::new();
        for outline in page.outlines {
            if !revocation.may_cover_sent(outline.channel, outline.sent_at) {
                continue;
            }
            self.saw(outline.count);
            // An earlier recording's says nothing of this one.
            let tally = of_batch
                .get(&outline.batch)
                .filter(|tally| tally.recording.is_of(outline.recorded_at));
            if !tally.is_some_and(|tally| tally.told.is_finished(revocation.replays)) {
                self.batches += 1;
                *self.outstanding.entry(outline.channel).or_default() += u64::from(outline.count);
                outstanding.push(Outstanding {
                    shard,
                    channel: outline.channel,
                    free: tally.is_none_or(|tally| tally.is_free(self.began)),
                    version: tally.map_or(0, |tally| tally.version),
                    queued_by: queued_by(revocation, outline.recorded_at, tally.and_then(|tally| tally.not_before)),
                    batch: outline.batch,
                });
            }
        }
        self.walk.went(shard, page.next);
        outstanding
    }

    fn saw(&mut self, count: u16) {
        match self.reading {
            Reading::Eventual => self.seen += u64::from(count),
            Reading::Consistent => {}
        }
    }

    fn add_tally(&mut self, tally: &Tally) {
        match (&mut self.met, &tally.told.met) {
            (Some(all), Some(met)) => {
                self.asked += tally.deliveries;
                all.add_all(met);
            }
            // It ended before it could say so, its payload gone or its worker of an older version.
            (met, None) if tally.told.finished => *met = None,
            (_, _) => {}
        }
        if let Some(counts) = tally.told.in_all() {
            self.totals.entry(tally.channel).or_default().add_all(&counts);
        }
    }

    /// Would what was counted change what is said of the revocation, though something that was written before may have
    /// been missed? Then it is counted [`again`](Self::again). A revocation settles on what was not read consistently
    /// only if no delivery is missing that its walk found or a recorder counted, and it is never opened again on it.
    pub fn is_in_doubt(&self, revocation: &Revocation, counters: Option<&BTreeMap<Channel, ChannelCounters>>) -> bool {
        match (self.reading, &revocation.state, self.batches) {
            (Reading::Consistent, _, _) | (Reading::Eventual, State::Requested | State::Dispatched { .. }, 1..) => false,
            (Reading::Eventual, State::Settled { .. }, 1..) => true,
            (Reading::Eventual, _, 0) => counters.is_none_or(|counters| self.seen < all_found(revocation, counters)),
        }
    }

    /// Which of these are to be queued again: none while that they are outstanding is in doubt itself.
    pub fn lost(&mut self, revocation: &Revocation, mut outstanding: Vec<Outstanding>) -> Vec<Outstanding> {
        match (self.reading, &revocation.state) {
            (Reading::Eventual, State::Settled { .. }) => Vec::new(),
            (Reading::Consistent | Reading::Eventual, _) => {
                outstanding.retain(|batch| self.redrive.is_lost(revocation, batch, self.began));
                outstanding
            }
        }
    }

    /// The counters are asked for how many deliveries there are: by what would settle without having been read
    /// consistently; and after the window, when TTL may have deleted a header before anybody could end its deliveries.
    pub fn needs_counters(&self, revocation: &Revocation) -> bool {
        match self.reading {
            Reading::Eventual => self.batches == 0,
            Reading::Consistent => self.began >= revocation.closes_at && (revocation.scope.targets.is_none() || self.met.is_some()),
        }
    }

    /// Everything was read; the counters too, if they are needed.
    pub fn end(mut self, revocation: &Revocation, counters: Option<&BTreeMap<Channel, ChannelCounters>>) -> Recounted {
        match (self.reading, counters) {
            (Reading::Consistent, Some(counters)) => self.add_expired(revocation, counters),
            (Reading::Consistent, None) | (Reading::Eventual, _) => {}
        }
        Recounted {
            began: self.began,
            totals: self.totals,
            outstanding: self.batches,
            met: self.met,
        }
    }

    /// What expired was found, so it is accounted for: too late. Where targets are
    /// named, nobody can say any more whom it was for; [`Self::asked`] deliveries have said it.
    fn add_expired(&mut self, revocation: &Revocation, counters: &BTreeMap<Channel, ChannelCounters>) {
        if revocation.scope.targets.is_some() {
            if self.asked < all_found(revocation, counters) {
                self.met = None;
            }
            return;
        }
        for channel in Channel::ALL {
            let found =
                revocation.fanout.found.get(&channel).copied().unwrap_or(0) + counters.get(&channel).map_or(0, |counters| counters.late);
            let outstanding = self.outstanding.get(&channel).copied().unwrap_or(0);
            let ended = self.totals.get(&channel).map_or(0, Counts::total);
            let expired = found.saturating_sub(ended + outstanding);
            if expired > 0 {
                self.totals.entry(channel).or_default().add(Outcome::TooLate, expired);
            }
        }
    }
}

/// Its walk has queued it, or its recorder; or its last worker, to be seen when its wait was over.
fn queued_by(revocation: &Revocation, recorded_at: Timestamp, not_before: Option<Timestamp>) -> Timestamp {
    let walked = match &revocation.state {
        State::Dispatched { dispatched_at } => *dispatched_at,
        State::Requested | State::Settled { .. } => Timestamp::MIN,
    };
    walked.max(recorded_at).max(not_before.unwrap_or(Timestamp::MIN))
}

/// What settling came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    /// It is settled from now on.
    New,
    /// It was, with the same deliveries.
    Still,
}

impl Revocation {
    /// Settles it by a recount that found nothing outstanding. One that counts
    /// other deliveries than it was settled with is settled anew.
    pub fn settle(&mut self, count: Recounted, now: Timestamp) -> Result<Settling, TransitionError> {
        let is_still_settled = match &self.state {
            State::Settled { totals, .. } => differ_by_confirmations_only(totals, &count.totals),
            State::Requested | State::Dispatched { .. } => false,
        };
        if is_still_settled {
            self.recounted(count.totals, count.met);
            self.was_counted(count.began, now);
            Ok(Settling::Still)
        } else {
            self.reopened(now);
            self.settled(now, count.totals, count.met)?;
            self.was_counted(count.began, now);
            Ok(Settling::New)
        }
    }
}

/// Are these the same deliveries, of which devices confirmed some meanwhile?
fn differ_by_confirmations_only(before: &BTreeMap<Channel, Counts>, now: &BTreeMap<Channel, Counts>) -> bool {
    let unconfirmed = |totals: &BTreeMap<Channel, Counts>, channel, outcome| match totals.get(&channel) {
        None => 0,
        Some(counts) => match outcome {
            Outcome::Overwritten | Outcome::Recalled | Outcome::Confirmed => {
                counts.get(Outcome::Overwritten) + counts.get(Outcome::Recalled) + counts.get(Outcome::Confirmed)
            }
            other => counts.get(other),
        },
    };
    Channel::ALL.into_iter().all(|channel| {
        let same = |outcome| unconfirmed(before, channel, outcome) == unconfirmed(now, channel, outcome);
        Outcome::ALL.into_iter().all(same)
    })
}
