//! What devices said.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use revocation_app::ports::{KnownBatch, ReceiptStore, Saved, StoreError};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchRef, PushRef};
use revocation_rules::looks::{Look, Looks, Queued, Turn};
use revocation_rules::receipt::{Receipt, ReceiptEvent, Receipts};
use revocation_rules::window;

use super::{BatchItems, ModelStore};

impl BatchItems {
    /// As the real store reads them: that a message was shown is not asked for.
    pub(super) fn receipts_of(&self, header: &BatchHeader) -> Receipts {
        let speaks =
            |(receipt, came): &(&Receipt, &Timestamp)| receipt.event != ReceiptEvent::Shown && receipt.came.speaks_of(header, **came);
        let said = self.receipts.iter().filter(speaks);
        said.map(|(receipt, _)| (receipt.token.clone(), receipt.event)).collect()
    }
}

impl ReceiptStore for ModelStore {
    async fn known_batches(&self, batches: &BTreeSet<BatchRef>) -> Result<BTreeMap<BatchRef, KnownBatch>, StoreError> {
        let now = self.now();
        let items = self.items();
        let known = |batch: &BatchRef| {
            let header = items.batch(batch)?.header.as_ref()?;
            let known = KnownBatch {
                channel: header.channel,
                count: header.count,
            };
            window::is_kept(header.sent_at, now).then(|| (batch.clone(), known))
        };
        Ok(batches.iter().filter_map(known).collect())
    }

    async fn keep_receipts(&self, receipts: &[Receipt]) -> Result<(), StoreError> {
        let now = self.now();
        let mut items = self.items();
        for receipt in receipts {
            items.batch_mut(&receipt.batch).receipts.insert(receipt.clone(), now);
        }
        Ok(())
    }

    async fn looks(&self, batches: &BTreeSet<BatchRef>) -> Result<BTreeMap<BatchRef, Looks>, StoreError> {
        let items = self.items();
        let known = |batch: &BatchRef| Some((batch.clone(), items.batch(batch)?.looks?));
        Ok(batches.iter().filter_map(known).collect())
    }

    async fn note_queued(&self, batch: &BatchRef, read: &Looks, queued: &Queued) -> Result<Saved, StoreError> {
        let mut items = self.items();
        let looks = items.batch_mut(batch).looks.get_or_insert_default();
        if looks.begun() != read.begun() {
            return Ok(Saved::Outdated);
        }
        looks.queued = Some(*queued);
        Ok(Saved::Yes)
    }

    async fn begin_look(&self, batch: &BatchRef, look: Look, now: Timestamp) -> Result<Turn, StoreError> {
        let mut items = self.items();
        Ok(items.batch_mut(batch).looks.get_or_insert_default().begin(look, now))
    }

    async fn admit_early(&self, push: &PushRef, receipts: usize, most: usize) -> Result<bool, StoreError> {
        let mut items = self.items();
        let early = &mut items.pushes.entry(push.clone()).or_default().early;
        let admitted = early.saturating_add(receipts) <= most;
        if admitted {
            *early += receipts;
        }
        Ok(admitted)
    }
}
