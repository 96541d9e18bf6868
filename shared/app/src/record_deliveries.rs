//! A sender records what it delivered. What belongs to a revoked push is revoked at once.
//!
//! The race that matters (law L1): this writes the header and then reads the
//! push; a revocation writes its closure and then reads the headers. Whatever
//! the order, at least one of the two sees the other.

use std::time::Duration;

use jiff::Timestamp;
use revocation_rules::batch::{self, BatchError, BatchHeader, Delivery, Sending, SentAtError};
use revocation_rules::channel::{Capability, Channel, Channels};
use revocation_rules::gate::Gate;
use revocation_rules::ids::{BatchId, PushKind, PushRef, RevocationId, TargetId};
use revocation_rules::plan::can_take_back;
use revocation_rules::push::Push;

use crate::check_gate::revoked_targets;
use crate::facts;
use crate::fan_out::FIRST_LOOK;
use crate::ports::{
    BatchRecorder, Clock, Counters, DispatchJob, Job, JobQueue, PushStore, QueueError, Recorded, RevocationStore, Saved, StoreError,
    TargetIndex,
};

/// One record call.
#[derive(Debug)]
pub struct NewBatch {
    pub push: PushRef,
    pub batch: BatchId,
    pub channel: Channel,
    pub sending: Sending,
    /// When they were sent, if the sender says so.
    pub sent_at: Option<Timestamp>,
    pub deliveries: Vec<Delivery>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct RecordedBatch {
    pub recorded: u16,
    pub kept: Recorded,
    /// May the sender go on, on this channel?
    pub gate: Gate,
    /// Targets of this batch that are revoked while the gate is open for the others.
    pub revoked_targets: Vec<TargetId>,
    /// How many of them a revocation could not take back, for want of a notify id.
    pub not_revocable: u16,
    /// Whether this channel can take anything back.
    pub capability: Capability,
}

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("the push is not registered")]
    PushNotFound,
    #[error("the push can no longer be revoked")]
    WindowClosed { closed_at: Timestamp },
    #[error(transparent)]
    Deliveries(#[from] BatchError),
    #[error("`sent_at` {0}")]
    SentAt(#[from] SentAtError),
    /// Another batch was recorded under this batch id.
    #[error("another batch was recorded under this id")]
    Conflict,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Records one batch, and hands it on if it is revoked already.
///
/// # Errors
/// Nothing is kept when the call itself is wrong. After a store or queue error
/// the batch may be kept: the sender sends the same call again.
pub async fn record_deliveries(
    store: &(impl PushStore + BatchRecorder + TargetIndex + RevocationStore + Counters),
    queue: &impl JobQueue,
    clock: &impl Clock,
    channels: &Channels,
    new: NewBatch,
) -> Result<RecordedBatch, RecordError> {
    let now = clock.now();
    batch::check(new.channel, &new.deliveries)?;
    let push = store.push(&new.push).await?.ok_or(RecordError::PushNotFound)?;
    let closed_at = push.registration.closes_at();
    if now >= closed_at {
        return Err(RecordError::WindowClosed { closed_at });
    }
    let header = header(&push, &new, channels, now)?;
    // Before the header, so that what is recorded is found by its targets.
    if new.push.kind == PushKind::Message {
        let targets = new.deliveries.iter().map(|delivery| &delivery.target).collect();
        store.index_targets(&push, &targets).await?;
    }
    let kept = match store.record(&header, &new.deliveries).await? {
        Recorded::Conflict => return Err(RecordError::Conflict),
        kept @ (Recorded::New | Recorded::Same) => kept,
    };
    let push = store.push(&new.push).await?.ok_or(RecordError::PushNotFound)?;
    for revocation in push.revocations_of(header.channel) {
        hand_on(store, queue, clock, &header, kept, revocation).await?;
    }
    Ok(RecordedBatch {
        recorded: header.count,
        kept,
        gate: push.gate(Some(header.channel)),
        revoked_targets: revoked_targets(store, &push, header.channel, &new.deliveries).await?,
        not_revocable: header.without_handle,
        capability: channels.capability(header.channel),
    })
}

fn header(push: &Push, new: &NewBatch, channels: &Channels, now: Timestamp) -> Result<BatchHeader, RecordError> {
    let cannot = |delivery: &&Delivery| !can_take_back(new.channel, channels, delivery);
    let without_handle = new.deliveries.iter().filter(cannot).count();
    Ok(BatchHeader {
        batch: push.shards.locate(new.push.clone(), new.batch.clone()),
        channel: new.channel,
        // Cannot fail: `batch::check` allows 1,000 at most.
        count: u16::try_from(new.deliveries.len()).unwrap_or(u16::MAX),
        without_handle: u16::try_from(without_handle).unwrap_or(u16::MAX),
        sending: new.sending,
        sent_at: batch::sent_at(new.sent_at, &push.registration, now)?,
        recorded_at: now,
        digest: batch::digest(new.channel, new.sending, new.sent_at, &new.deliveries),
    })
}

/// Has a batch revoked that was recorded for a revoked push.
async fn hand_on(
    store: &(impl RevocationStore + Counters),
    queue: &impl JobQueue,
    clock: &impl Clock,
    header: &BatchHeader,
    kept: Recorded,
    id: &RevocationId,
) -> Result<(), RecordError> {
    let push = &header.batch.push;
    let mut reopened = false;
    let revocation = loop {
        let Some(mut revocation) = store.revocation(push, id).await? else {
            // The closure and the revocation are one transaction.
            return Err(StoreError::Damaged {
                item: "push",
                attribute: "closures",
            }
            .into());
        };
        let before = revocation.state.clone();
        revocation.reopened(clock.now());
        if revocation.state == before {
            break revocation;
        }
        if store.save_revocation(&revocation).await? == Saved::Yes {
            reopened = true;
            break revocation;
        }
    };
    queue
        .send(&[Job::Dispatch(DispatchJob::of(&revocation, header))], Duration::ZERO)
        .await?;
    if reopened {
        queue.send(&[Job::check(&revocation, 0)], FIRST_LOOK).await?;
    }
    // The fan-out counts what was recorded before the request, this what came after.
    if kept == Recorded::New && header.recorded_at >= revocation.requested_at {
        store.add_late(push, id, header.channel, u64::from(header.count)).await?;
        facts::caught_late(header.channel, u64::from(header.count));
    }
    Ok(())
}
