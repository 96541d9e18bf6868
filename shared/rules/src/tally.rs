//! What a walk over many batches asks of each: a header in short, and what one revocation counted in it.
//!
//! How each single delivery ended is not in it: whoever counts a push has a hundred thousand of these to read, and
//! looks into none.

use jiff::Timestamp;

use crate::batch::{BatchHeader, Sending};
use crate::channel::Channel;
use crate::ids::{BatchId, RevocationId};
use crate::marks::TargetMarks;
use crate::outcome::{Counts, Outcome};
use crate::progress::{BatchProgress, Recording};

/// A batch header without what only its payload and its first sending need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchOutline {
    pub batch: BatchId,
    pub channel: Channel,
    /// Deliveries.
    pub count: u16,
    pub sent_at: Timestamp,
    pub recorded_at: Timestamp,
}

impl From<&BatchHeader> for BatchOutline {
    fn from(header: &BatchHeader) -> Self {
        Self {
            batch: header.batch.batch.clone(),
            channel: header.channel,
            count: header.count,
            sent_at: header.sent_at,
            recorded_at: header.recorded_at,
        }
    }
}

/// How much a batch is, of which only sums are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchCount {
    pub channel: Channel,
    /// Deliveries.
    pub count: u16,
    /// Deliveries without what the channel takes back by.
    pub without_handle: u16,
    /// Deliveries to an audience instead of a device.
    pub audiences: u16,
    pub sending: Sending,
    pub sent_at: Timestamp,
}

impl From<&BatchHeader> for BatchCount {
    fn from(header: &BatchHeader) -> Self {
        Self {
            channel: header.channel,
            count: header.count,
            without_handle: header.without_handle,
            audiences: header.audiences,
            sending: header.sending,
            sent_at: header.sent_at,
        }
    }
}

/// What a batch's progress says of one revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub batch: BatchId,
    pub channel: Channel,
    pub recording: Recording,
    /// Deliveries of the batch.
    pub deliveries: u64,
    /// Counts claims and writes.
    pub version: u64,
    pub not_before: Option<Timestamp>,
    pub told: Told,
}

/// What was written of one revocation in a progress. Empty where nobody has worked on the batch for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What its counters were told of this recording.
    pub counted: Option<Counts>,
    /// What they were told of earlier recordings under the same batch id.
    pub before: Option<Counts>,
    /// Nothing of this recording is outstanding for it, but for a replay that the batch does not know of.
    pub finished: bool,
    /// How many of its replays the batch knows of.
    pub replays: u32,
    /// Which of the targets that it names the batch has; `None` when it names none, or nobody could say.
    pub met: Option<TargetMarks>,
}

impl Told {
    /// In all recordings; `None` if it never counted here.
    pub fn in_all(&self) -> Option<Counts> {
        let mut counts: Option<Counts> = None;
        for some in [&self.before, &self.counted].into_iter().flatten() {
            counts.get_or_insert_default().add_all(some);
        }
        counts
    }

    /// Is nothing of the batch outstanding for this revocation? One that was replayed since has to try again what
    /// failed: there were `replays` of it by now.
    pub fn is_finished(&self, replays: u32) -> bool {
        self.finished && !(replays > self.replays && self.failed() > 0)
    }

    fn failed(&self) -> u64 {
        self.counted.as_ref().map_or(0, |counted| counted.get(Outcome::Failed))
    }
}

impl Tally {
    pub fn of(progress: &BatchProgress, revocation: &RevocationId) -> Self {
        Self {
            batch: progress.batch.batch.clone(),
            channel: progress.channel,
            recording: progress.recording,
            deliveries: progress.slots.len() as u64,
            version: progress.version,
            not_before: progress.not_before,
            told: progress.told(revocation),
        }
    }

    /// May somebody start working on the batch at this time?
    pub fn is_free(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|until| now >= until)
    }
}
