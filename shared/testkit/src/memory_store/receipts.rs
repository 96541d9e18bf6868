//! What devices said.

use std::collections::BTreeSet;

use revocation_app::ports::{ReceiptStore, StoreError};
use revocation_rules::ids::BatchRef;
use revocation_rules::receipt::{Receipt, ReceiptEvent, Receipts, TokenDigest};

use super::{Items, MemoryStore};

impl Items {
    /// As the real store reads them: that a message was shown is not asked for.
    pub(super) fn receipts_of(&self, batch: &BatchRef) -> Receipts {
        let of = self.receipts.iter().filter(|receipt| receipt.batch == *batch);
        let asked = of.filter(|receipt| receipt.event != ReceiptEvent::Shown);
        asked.map(|receipt| (receipt.token.clone(), receipt.event)).collect()
    }

    pub(super) fn note_told(&mut self, reader: usize, batch: &BatchRef) {
        let told = self
            .receipts
            .iter()
            .filter(|receipt| receipt.batch == *batch && receipt.event != ReceiptEvent::Shown);
        let told: Vec<_> = told.map(|receipt| (receipt.batch.clone(), receipt.token.clone())).collect();
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
            batches.iter().filter(|batch| items.headers.contains_key(batch)).cloned().collect()
        };
        self.weather.after().await?;
        Ok(known)
    }

    /// One after the other: a crash in between leaves some of them kept.
    async fn keep_receipts(&self, receipts: &[Receipt]) -> Result<(), StoreError> {
        for receipt in receipts {
            self.weather.before().await?;
            self.items().receipts.insert(receipt.clone());
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
        let mut receipts = items.receipts.iter();
        receipts.any(|receipt| receipt.event == event && receipt.token == *token && receipt.batch == *batch)
    }
}
