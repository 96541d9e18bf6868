//! What devices said, and the apps' notices, with `DynamoDB`'s limits.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use revocation_app::ports::{AppNotices, Clock as _, KnownBatch, ReceiptStore, Saved, StoreResult};
use revocation_aws::sizes::{self, Stored};
use revocation_rules::actor::Act;
use revocation_rules::ids::{BatchRef, PushRef, Tenant};
use revocation_rules::looks::{Look, Looks, Queued, Turn};
use revocation_rules::notice::Notices;
use revocation_rules::receipt::Receipt;

use super::Metered;
use crate::dynamo::Call;

/// Writes of one `BatchWriteItem`, and how many of those at once.
const WRITES: usize = 25;
const CALLS: usize = 8;
const READS: usize = 100;
/// Of what is known of the looks at a batch.
const LOOKS_BYTES: usize = 200;

fn looks_of(batch: &BatchRef) -> Stored {
    Stored {
        pk: sizes::receipt_key(batch),
        sk: "looks".to_owned(),
        bytes: LOOKS_BYTES,
        indexes: Vec::new(),
    }
}

impl ReceiptStore for Metered {
    async fn known_batches(&self, batches: &BTreeSet<BatchRef>) -> StoreResult<BTreeMap<BatchRef, KnownBatch>> {
        let keys: Vec<(String, usize)> = batches
            .iter()
            .map(|batch| (sizes::shard_key(&batch.push, batch.shard), self.inner().bytes_of(batch).header))
            .collect();
        for hundred in keys.chunks(READS) {
            self.meter.call(&Call::get_all(hundred.to_vec())).await?;
        }
        self.inner().known_batches(batches).await
    }

    async fn keep_receipts(&self, receipts: &[Receipt]) -> StoreResult<()> {
        let now = self.meter.world.sim.now();
        let items: Vec<Stored> = receipts.iter().map(|receipt| sizes::receipt(receipt, now)).collect();
        let calls: Vec<Call> = items
            .chunks(WRITES)
            .map(|some| Call::put_all(&some.iter().collect::<Vec<_>>()))
            .collect();
        stream::iter(calls)
            .map(|call| async move { self.meter.call(&call).await })
            .buffer_unordered(CALLS)
            .try_collect::<()>()
            .await?;
        self.inner().keep_receipts(receipts).await
    }

    async fn looks(&self, batches: &BTreeSet<BatchRef>) -> StoreResult<BTreeMap<BatchRef, Looks>> {
        let keys: Vec<(String, usize)> = batches.iter().map(|batch| (sizes::receipt_key(batch), LOOKS_BYTES)).collect();
        for hundred in keys.chunks(READS) {
            self.meter.call(&Call::get_all(hundred.to_vec())).await?;
        }
        self.inner().looks(batches).await
    }

    async fn note_queued(&self, batch: &BatchRef, read: &Looks, queued: &Queued) -> StoreResult<Saved> {
        self.meter.call(&Call::update(&looks_of(batch))).await?;
        self.inner().note_queued(batch, read, queued).await
    }

    async fn begin_look(&self, batch: &BatchRef, look: Look, now: Timestamp) -> StoreResult<Turn> {
        self.meter.call(&Call::update(&looks_of(batch))).await?;
        self.inner().begin_look(batch, look, now).await
    }

    async fn admit_early(&self, push: &PushRef, receipts: usize, most: usize) -> StoreResult<bool> {
        let item = Stored {
            pk: sizes::early_key(push),
            sk: "count".to_owned(),
            bytes: 100,
            indexes: Vec::new(),
        };
        self.meter.call(&Call::update(&item)).await?;
        self.inner().admit_early(push, receipts, most).await
    }
}

impl AppNotices for Metered {
    async fn notices(&self, of: &Tenant) -> StoreResult<Option<Notices>> {
        let found = self.inner().notices(of).await?;
        self.meter.call(&Call::get(sizes::app_key(of), 0)).await?;
        Ok(found)
    }

    async fn put_notices(&self, of: &Tenant, notices: &Notices, by: &Act) -> StoreResult<()> {
        self.inner().put_notices(of, notices, by).await
    }
}
