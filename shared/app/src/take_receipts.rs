//! Devices, and vendors in their name, say what became of deliveries.
//!
//! A receipt is kept beside its batch and changes nothing by itself: a dispatch
//! reads the receipts of its batch, and what a device confirmed after that is
//! worked in by [`crate::confirm_batch`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use revocation_rules::ids::{BatchId, BatchRef, DeviceToken, PushId, PushKind, PushRef, Tenant};
use revocation_rules::receipt::{MAX_RECEIPTS, Receipt, ReceiptEvent, TokenDigest};
use revocation_rules::shard::ShardCount;

use crate::ports::{Clock, Job, JobQueue, PushStore, QueueError, ReceiptStore, StoreError};

/// Pushes that are read at once.
const AT_ONCE: usize = 16;

/// What somebody says of one delivery. A token that is not in the batch does no
/// harm: nobody ever asks for its receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReceipt {
    pub kind: PushKind,
    pub id: PushId,
    pub batch: BatchId,
    pub token: DeviceToken,
    pub event: ReceiptEvent,
    /// When it happened, if they say so.
    pub at: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenReceipts {
    pub accepted: usize,
    /// The places of receipts whose push or batch nobody recorded, or another
    /// tenant did. They are not kept.
    pub unknown: Vec<usize>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    #[error("must have 1 to {MAX_RECEIPTS} receipts")]
    Size,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Keeps the receipts of one call.
///
/// # Errors
/// When the call has no receipts or too many, or when the store or the queue
/// fails: some may be kept then, and sending all again is safe.
pub async fn take_receipts(
    store: &(impl PushStore + ReceiptStore),
    queue: &impl JobQueue,
    clock: &impl Clock,
    tenant: &Tenant,
    receipts: Vec<NewReceipt>,
) -> Result<TakenReceipts, ReceiptError> {
    if receipts.is_empty() || receipts.len() > MAX_RECEIPTS {
        return Err(ReceiptError::Size);
    }
    let now = clock.now();
    let shards = shards(store, tenant, &receipts).await?;
    let located: Vec<Option<Receipt>> = receipts.into_iter().map(|receipt| locate(receipt, tenant, &shards, now)).collect();
    let named: BTreeSet<BatchRef> = located.iter().flatten().map(|receipt| receipt.batch.clone()).collect();
    let known = store.known_batches(&named).await?;

    let mut taken = TakenReceipts::default();
    let mut kept = Vec::with_capacity(located.len());
    for (at, receipt) in located.into_iter().enumerate() {
        match receipt.filter(|receipt| known.contains(&receipt.batch)) {
            Some(receipt) => kept.push(receipt),
            None => taken.unknown.push(at),
        }
    }
    taken.accepted = kept.len();
    store.keep_receipts(&kept).await?;
    // After the writes: whoever works on the job finds them.
    let confirmed = kept.iter().filter(|receipt| receipt.event == ReceiptEvent::Revoked);
    let confirmed: BTreeSet<&BatchRef> = confirmed.map(|receipt| &receipt.batch).collect();
    let job = |batch: &BatchRef| Job::Confirm {
        batch: batch.clone(),
        nth: 0,
    };
    let jobs: Vec<Job> = confirmed.into_iter().map(job).collect();
    queue.send(&jobs, Duration::ZERO).await?;
    Ok(taken)
}

fn push_of(receipt: &NewReceipt, tenant: &Tenant) -> PushRef {
    PushRef {
        tenant: tenant.clone(),
        kind: receipt.kind,
        id: receipt.id.clone(),
    }
}

/// Over how many key ranges each push that is named and known is spread.
async fn shards(store: &impl PushStore, tenant: &Tenant, receipts: &[NewReceipt]) -> Result<BTreeMap<PushRef, ShardCount>, StoreError> {
    let named: BTreeSet<PushRef> = receipts.iter().map(|receipt| push_of(receipt, tenant)).collect();
    stream::iter(named)
        .map(|name| async move {
            let push = store.push(&name).await?;
            Ok(push.map(|push| (name, push.shards)))
        })
        .buffer_unordered(AT_ONCE)
        .try_filter_map(|found| async move { Ok(found) })
        .try_collect()
        .await
}

fn locate(receipt: NewReceipt, tenant: &Tenant, shards: &BTreeMap<PushRef, ShardCount>, now: Timestamp) -> Option<Receipt> {
    let push = push_of(&receipt, tenant);
    let shards = *shards.get(&push)?;
    Some(Receipt {
        token: TokenDigest::of(&receipt.token),
        event: receipt.event,
        at: receipt.at.unwrap_or(now),
        batch: shards.locate(push, receipt.batch),
    })
}
