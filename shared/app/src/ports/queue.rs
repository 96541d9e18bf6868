//! Work handed on. At least once, in any order.

use std::future::Future;
use std::time::Duration;

use revocation_rules::batch::BatchHeader;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, PushRef, RevocationId, Tenant};
use revocation_rules::looks::Look;
use revocation_rules::revocation::Revocation;
use revocation_rules::settling::{Eagerness, Recount};

use super::QueueError;

/// Revoke one delivery batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchJob {
    pub batch: BatchRef,
    pub channel: Channel,
    pub revocation: RevocationId,
    /// How many replays of the revocation there were when the job was made; `None` from an older version. Whoever has
    /// it need not read the revocation, whose other parts that matter here never change.
    pub replays: Option<u32>,
    /// How often somebody else was found at work on the batch: each look waits longer.
    pub nth: u32,
}

impl DispatchJob {
    pub fn of(revocation: &Revocation, header: &BatchHeader) -> Self {
        Self::new(revocation, header.batch.clone(), header.channel)
    }

    pub fn new(revocation: &Revocation, batch: BatchRef, channel: Channel) -> Self {
        Self {
            batch,
            channel,
            revocation: revocation.id.clone(),
            replays: Some(revocation.replays),
            nth: 0,
        }
    }
}

/// Count what became of a revocation's deliveries, and settle it if all have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecountJob {
    pub push: PushRef,
    pub revocation: RevocationId,
    pub eagerness: Eagerness,
    /// What earlier invocations have counted; `None` at the beginning.
    pub so_far: Option<Recount>,
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Walk the shards of a push and queue its batches.
    Fanout { push: PushRef, revocation: RevocationId },
    /// See whether a revocation can settle. `nth` counts from 0; each look waits longer.
    Check { push: PushRef, revocation: RevocationId, nth: u32 },
    /// Recount a revocation from the truth.
    Recount(Box<RecountJob>),
    /// Revoke a batch. Goes to its channel's queue, or, where the deployment has
    /// no dispatcher for the channel, to one where it ends as unsupported and holds up nothing else.
    Dispatch(DispatchJob),
    /// See whether devices confirmed what a batch was revoked by. `nth` counts
    /// from 0; each look that finds somebody still at work waits longer. `look` is the one that receipts wait for, if
    /// they were gathered.
    Confirm { batch: BatchRef, nth: u32, look: Option<Look> },
}

impl Job {
    pub fn fanout(revocation: &Revocation) -> Self {
        Self::Fanout {
            push: revocation.push.clone(),
            revocation: revocation.id.clone(),
        }
    }

    pub fn check(revocation: &Revocation, nth: u32) -> Self {
        Self::Check {
            push: revocation.push.clone(),
            revocation: revocation.id.clone(),
            nth,
        }
    }

    pub fn dispatch(revocation: &Revocation, batch: BatchRef, channel: Channel) -> Self {
        Self::Dispatch(DispatchJob::new(revocation, batch, channel))
    }

    /// Whose work it is. A queue sees to it that no tenant waits for another one's.
    pub fn tenant(&self) -> &Tenant {
        match self {
            Self::Fanout { push, .. } | Self::Check { push, .. } => &push.tenant,
            Self::Recount(job) => &job.push.tenant,
            Self::Dispatch(job) => &job.batch.push.tenant,
            Self::Confirm { batch, .. } => &batch.push.tenant,
        }
    }
}

pub trait JobQueue: Send + Sync {
    /// Queues every job, to be seen after `delay` (15 minutes at most; longer is cut).
    /// `Err` means that some may not have been queued; sending all again is safe.
    fn send(&self, jobs: &[Job], delay: Duration) -> impl Future<Output = Result<(), QueueError>> + Send;
}
