//! What devices said.

use std::collections::BTreeSet;

use jiff::Timestamp;
use revocation_app::ports::{Clock, ReceiptStore, StoreError};
use revocation_rules::ids::BatchRef;
use revocation_rules::receipt::{Receipt, ReceiptEvent, Receipts, TokenDigest};
use revocation_rules::window;

use super::{Items, MemoryStore};

impl Items {
    /// As the real store reads them: that a message was shown is not asked for.
    pub(super) fn receipts_of(&self, batch: &BatchRef) -> Receipts {
        let asked = self.asked_for(batch);
        asked.map(|receipt| (receipt.token.clone(), receipt.event)).collect()
    }

    fn asked_for(&self, batch: &BatchRef) -> impl Iterator<Item = &Receipt> {
        let since = self.headers.get(batch).map(|header| header.recorded_at);
        self.receipts
            .iter()
            .filter(move |(receipt, came)| receipt.batch == *batch && since.is_some_and(|since| window::is_after_recording(**came, since)))
            .map(|(receipt, _)| receipt)
            .filter(|receipt| receipt.event != ReceiptEvent::Shown)
    }

    pub(super) fn note_told(&mut self, reader: usize, batch: &BatchRef) {
        let told: Vec<_> = self
            .asked_for(batch)
            .map(|receipt| (receipt.batch.clone(), receipt.token.clone()))
            .collect();
        if !told.is_empty() {
            self.told_when_read.entry(reader).or_default().extend(told);
        }
    }
}

impl ReceiptStore for MemoryStore {
    async fn known_batches(&self, batches: &BTreeSet<BatchRef>) -> Result<BTreeSet<BatchRef>, StoreError> {
        self.weather.before().await?;
        let known = {
            let items = self.items();
            let is_known = |batch: &&BatchRef| {
                let header = items.headers.get(batch);
                header.is_some_and(|header| window::is_kept(header.sent_at, self.now()))
            };
            batches.iter().filter(is_known).cloned().collect()
        };
        self.weather.after().await?;
        Ok(known)
    }

    /// One after the other: a crash in between leaves some of them kept.
    async fn keep_receipts(&self, receipts: &[Receipt]) -> Result<(), StoreError> {
        for receipt in receipts {
            self.weather.before().await?;
            // Without a clock nothing is too early.
            let came = self.clock.as_ref().map_or(Timestamp::MAX, Clock::now);
            self.items().receipts.insert(receipt.clone(), came);
        }
        if !receipts.is_empty() {
            self.weather.after().await?;
        }
        Ok(())
    }
}

impl MemoryStore {
    /// Had the device said that it was opened, cleared or revoked when `reader` read the batch?
    pub fn was_told(&self, reader: usize, batch: &BatchRef, token: &TokenDigest) -> bool {
        let items = self.items();
        let told = items.told_when_read.get(&reader);
        told.is_some_and(|told| told.contains(&(batch.clone(), token.clone())))
    }

    pub fn has_receipt(&self, batch: &BatchRef, token: &TokenDigest, event: ReceiptEvent) -> bool {
        let items = self.items();
        let mut receipts = items.receipts.keys();
        receipts.any(|receipt| receipt.event == event && receipt.token == *token && receipt.batch == *batch)
    }
}
