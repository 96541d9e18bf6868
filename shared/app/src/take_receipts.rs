//! Devices, and vendors in their name, say what became of deliveries.
//!
//! A receipt is kept beside its batch and changes nothing by itself: a dispatch
//! reads the receipts of its batch, and what devices confirmed after that is
//! worked in by [`crate::confirm_batch`], many of a batch at once.
//!
//! One that comes before its batch is recorded lies where the batch's receipts
//! will be looked for. As many are kept as a push may have (ADR 0023).

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, BatchRef, DeviceToken, PushId, PushKind, PushRef, Tenant};
use revocation_rules::receipt::{Came, MAX_RECEIPTS, Receipt, ReceiptEvent, TokenDigest, most_early};
use revocation_rules::shard::ShardCount;

use crate::ports::{Clock, JobQueue, KnownBatch, PushStore, QueueError, ReceiptStore, StoreError};
use crate::queue_looks::{Confirmations, queue_looks};

/// Pushes that are read, or whose early receipts are counted, at once.
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
    /// How many are kept.
    pub accepted: usize,
    /// The places of those among them whose batch is not recorded yet.
    pub early: Vec<usize>,
    /// The places of receipts that are not kept: nobody registered their push,
    /// or another tenant did; or nobody recorded their batch, and they say
    /// nothing that counts later, or their push has had too many like them.
    pub unknown: Vec<usize>,
    /// How many of these are unknown only because of the ones before them.
    pub too_many: usize,
    /// The places of receipts of another channel's batches. They are not kept.
    pub foreign: Vec<usize>,
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

/// Keeps the receipts of one call. Whoever reports may speak of every batch of
/// the tenant's, or of those of one channel only: `about`.
///
/// # Errors
/// When the call has no receipts or too many, or when the store or the queue
/// fails: some may be kept then, and sending all again is safe.
pub async fn take_receipts(
    store: &(impl PushStore + ReceiptStore),
    queue: &impl JobQueue,
    clock: &impl Clock,
    tenant: &Tenant,
    about: Option<Channel>,
    receipts: Vec<NewReceipt>,
) -> Result<TakenReceipts, ReceiptError> {
    if receipts.is_empty() || receipts.len() > MAX_RECEIPTS {
        return Err(ReceiptError::Size);
    }
    let now = clock.now();
    let places = places(store, tenant, &receipts, now).await?;
    let named: BTreeSet<BatchRef> = places.values().flatten().map(|place| place.batch.clone()).collect();
    let known = store.known_batches(&named).await?;

    let mut taken = TakenReceipts::default();
    let mut kept = Vec::with_capacity(receipts.len());
    let mut early: BTreeMap<PushRef, Vec<(usize, Receipt)>> = BTreeMap::new();
    for (at, receipt) in receipts.iter().enumerate() {
        let Some(Some(place)) = places.get(&batch_name(receipt)) else {
            taken.unknown.push(at);
            continue;
        };
        match known.get(&place.batch) {
            Some(KnownBatch { channel, .. }) if about.is_none_or(|about| about == *channel) => {
                kept.push(new(receipt, place, TokenDigest::on(*channel, &receipt.token), now));
            }
            Some(_) => taken.foreign.push(at),
            None if place.is_open && receipt.event.bears_on_a_dispatch() => {
                let early = early.entry(place.batch.push.clone()).or_default();
                for token in TokenDigest::on_any(&receipt.token) {
                    let receipt = new(receipt, place, token, now);
                    let came = Came::BeforeBatch { about };
                    early.push((at, Receipt { came, ..receipt }));
                }
            }
            None => taken.unknown.push(at),
        }
    }
    for (admitted, receipts) in admit(store, early).await? {
        let mut places: Vec<usize> = receipts.iter().map(|(at, _)| *at).collect();
        places.dedup();
        if admitted {
            taken.early.extend(places);
            kept.extend(receipts.into_iter().map(|(_, receipt)| receipt));
        } else {
            taken.too_many += places.len();
            taken.unknown.extend(places);
        }
    }
    taken.early.sort_unstable();
    taken.unknown.sort_unstable();
    taken.accepted = receipts.len() - taken.unknown.len() - taken.foreign.len();
    keep(store, queue, clock, &kept, &known).await?;
    Ok(taken)
}

/// Keeps what is to be kept, and has the batches looked at of which something is confirmed.
async fn keep(
    store: &impl ReceiptStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    kept: &[Receipt],
    known: &BTreeMap<BatchRef, KnownBatch>,
) -> Result<(), ReceiptError> {
    store.keep_receipts(kept).await?;
    // After the writes: whoever works on the job finds them. Also for those that
    // came early, as the batch may have been recorded and revoked meanwhile.
    let mut confirmed = Confirmations::default();
    for receipt in kept.iter().filter(|receipt| receipt.event == ReceiptEvent::Revoked) {
        match known.get(&receipt.batch) {
            Some(batch) if batch.count > 1 => {
                confirmed.several.insert(&receipt.batch, &receipt.token);
            }
            Some(_) | None => {
                confirmed.single.insert(&receipt.batch);
            }
        }
    }
    queue_looks(store, queue, clock, &confirmed).await
}

/// Keeps what a device did with an instruction, which names the batch: no push has to be read to find it. A batch that
/// is gone has nothing left to confirm.
///
/// # Errors
/// When the store or the queue fails; saying it again is safe.
pub(crate) async fn take_acknowledgement(
    store: &impl ReceiptStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    batch: &BatchRef,
    token: &DeviceToken,
    event: ReceiptEvent,
) -> Result<(), ReceiptError> {
    let known = store.known_batches(&BTreeSet::from([batch.clone()])).await?;
    // A device has no word in what vendors delivered.
    let Some(KnownBatch {
        channel: channel @ Channel::SelfBuilt,
        ..
    }) = known.get(batch)
    else {
        return Ok(());
    };
    let receipt = Receipt {
        token: TokenDigest::on(*channel, token),
        event,
        at: clock.now(),
        batch: batch.clone(),
        came: Came::AfterBatch,
    };
    keep(store, queue, clock, &[receipt], &known).await
}

type BatchName<'a> = (PushKind, &'a PushId, &'a BatchId);

/// Where a batch lies that somebody names, whether or not it is there.
struct Place {
    batch: BatchRef,
    /// Its push has deliveries that can still be revoked, or may get some.
    is_open: bool,
}

fn batch_name(receipt: &NewReceipt) -> BatchName<'_> {
    (receipt.kind, &receipt.id, &receipt.batch)
}

fn new(receipt: &NewReceipt, place: &Place, token: TokenDigest, now: Timestamp) -> Receipt {
    Receipt {
        token,
        event: receipt.event,
        at: receipt.at.unwrap_or(now),
        batch: place.batch.clone(),
        came: Came::AfterBatch,
    }
}

/// Each batch that is named, once; without a place if its push is not known.
async fn places<'a>(
    store: &impl PushStore,
    tenant: &Tenant,
    receipts: &'a [NewReceipt],
    now: Timestamp,
) -> Result<BTreeMap<BatchName<'a>, Option<Place>>, StoreError> {
    let pushes: BTreeSet<(PushKind, &PushId)> = receipts.iter().map(|receipt| (receipt.kind, &receipt.id)).collect();
    let pushes: Vec<PushRef> = pushes
        .into_iter()
        .map(|(kind, id)| PushRef {
            tenant: tenant.clone(),
            kind,
            id: id.clone(),
        })
        .collect();
    let known: BTreeMap<PushRef, (ShardCount, bool)> = stream::iter(pushes)
        .map(|name: PushRef| async move {
            let push = store.push(&name).await?;
            Ok::<_, StoreError>(push.map(|push| (name, (push.shards, now < push.registration.closes_at()))))
        })
        .buffer_unordered(AT_ONCE)
        .try_filter_map(|found| async move { Ok(found) })
        .try_collect()
        .await?;
    let batches: BTreeSet<BatchName<'_>> = receipts.iter().map(batch_name).collect();
    let place = |(kind, id, batch): BatchName<'_>| {
        let push = PushRef {
            tenant: tenant.clone(),
            kind,
            id: id.clone(),
        };
        let (shards, is_open) = *known.get(&push)?;
        Some(Place {
            batch: shards.locate(push, batch.clone()),
            is_open,
        })
    };
    Ok(batches.into_iter().map(|name| (name, place(name))).collect())
}

/// Asks for each push whether it may have as many early receipts.
async fn admit(
    store: &impl ReceiptStore,
    early: BTreeMap<PushRef, Vec<(usize, Receipt)>>,
) -> Result<Vec<(bool, Vec<(usize, Receipt)>)>, StoreError> {
    stream::iter(early)
        .map(|(push, receipts)| async move {
            let admitted = store.admit_early(&push, receipts.len(), most_early(push.kind)).await?;
            Ok((admitted, receipts))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}
