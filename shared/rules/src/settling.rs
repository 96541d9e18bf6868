//! Can a revocation settle? Recounted from the truth: headers and progresses.
//!
//! Counters are for people; a revocation settles only when every batch found
//! in its scope is finished for it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::batch::BatchHeader;
use crate::channel::Channel;
use crate::counters::ChannelCounters;
use crate::ids::BatchId;
use crate::marks::TargetMarks;
use crate::outcome::{Counts, Outcome};
use crate::progress::BatchProgress;
use crate::revocation::{Revocation, State, TransitionError};

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
fn all_found(revocation: &Revocation, counters: &BTreeMap<Channel, ChannelCounters>) -> u64 {
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
    pub header: BatchHeader,
    /// Nobody holds it and no wait is running: its job may be lost.
    pub free: bool,
}

/// What a recount of one revocation has found so far, and where it goes on. However large the push, it is a few
/// kilobytes: it travels in a job when the time of its invocation is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recount {
    /// What is free, and whether the window is closed, is judged by this time throughout.
    pub began: Timestamp,
    replays: u32,
    shard: u16,
    /// The last batch of the shard that was counted.
    after: Option<BatchId>,
    totals: BTreeMap<Channel, Counts>,
    /// Deliveries of batches that are not finished.
    outstanding: BTreeMap<Channel, u64>,
    /// Batches that are not finished.
    batches: usize,
    met: Option<TargetMarks>,
    /// Deliveries of the batches that have said which named targets they have.
    asked: u64,
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
    pub fn start(revocation: &Revocation, now: Timestamp) -> Self {
        Self {
            began: now,
            replays: revocation.replays,
            shard: 0,
            after: None,
            totals: BTreeMap::new(),
            outstanding: BTreeMap::new(),
            batches: 0,
            met: revocation.scope.targets.is_some().then(TargetMarks::default),
            asked: 0,
        }
    }

    /// Is the revocation still at what is counted here? Not once it is walked again.
    pub fn is_of(&self, revocation: &Revocation) -> bool {
        self.replays == revocation.replays && revocation.state != State::Requested
    }

    /// The shard to go on with, and the batch after which; `None` when all is counted.
    pub fn next(&self, revocation: &Revocation) -> Option<(u16, Option<&BatchId>)> {
        revocation
            .fanout
            .shards()
            .contains(&self.shard)
            .then_some((self.shard, self.after.as_ref()))
    }

    /// Counts a page of headers and the progresses that lie between its ends, and goes on after `next`, or with the
    /// next shard. Headers are read first and progresses second: what is recorded after that is reopened by its
    /// recorder. Returns what is outstanding on the page.
    pub fn add_page(
        &mut self,
        revocation: &Revocation,
        headers: Vec<BatchHeader>,
        progresses: &[BatchProgress],
        next: Option<BatchId>,
    ) -> Vec<Outstanding> {
        for progress in progresses {
            self.add_progress(revocation, progress);
        }
        let of_batch: BTreeMap<&BatchId, &BatchProgress> = progresses.iter().map(|progress| (&progress.batch.batch, progress)).collect();
        let mut outstanding = Vec::new();
        for header in headers.into_iter().filter(|header| revocation.may_cover(header)) {
            // An earlier recording's says nothing of this one.
            let progress = of_batch.get(&header.batch.batch).filter(|progress| progress.belongs_to(&header));
            if !progress.is_some_and(|progress| progress.is_finished(&revocation.id, revocation.replays)) {
                self.batches += 1;
                *self.outstanding.entry(header.channel).or_default() += u64::from(header.count);
                outstanding.push(Outstanding {
                    free: progress.is_none_or(|progress| progress.is_free(self.began)),
                    header,
                });
            }
        }
        if next.is_none() {
            self.shard = self.shard.saturating_add(1);
        }
        self.after = next;
        outstanding
    }

    fn add_progress(&mut self, revocation: &Revocation, progress: &BatchProgress) {
        let id = &revocation.id;
        match (&mut self.met, progress.met.get(id)) {
            (Some(all), Some(met)) => {
                self.asked += progress.slots.len() as u64;
                all.add_all(met);
            }
            // It ended before it could say so, its payload gone or its worker of an older version.
            (met, None) if progress.finished.contains(id) => *met = None,
            (_, _) => {}
        }
        if let Some(counts) = progress.counted_in_all(id) {
            self.totals.entry(progress.channel).or_default().add_all(&counts);
        }
    }

    /// After the window, TTL may have deleted a header before anybody could end
    /// its deliveries. Then the counters have to say how many there were.
    pub fn needs_counters(&self, revocation: &Revocation) -> bool {
        self.began >= revocation.closes_at && (revocation.scope.targets.is_none() || self.met.is_some())
    }

    /// Everything was read; the counters too, if they are needed.
    pub fn end(mut self, revocation: &Revocation, counters: Option<&BTreeMap<Channel, ChannelCounters>>) -> Recounted {
        if let Some(counters) = counters {
            self.add_expired(revocation, counters);
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
