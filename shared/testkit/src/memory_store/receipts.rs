//! What devices said.

use std::collections::BTreeSet;

use revocation_app::ports::{ReceiptStore, StoreError};
use revocation_rules::ids::BatchRef;
use revocation_rules::receipt::{Receipt, ReceiptEvent, Receipts};

use super::{Items, MemoryStore};

impl Items {
    /// As the real store reads them: that a message was shown is not asked for.
    pub(super) fn receipts_of(&self, batch: &BatchRef) -> Receipts {
        let of = self.receipts.iter().filter(|receipt| receipt.batch == *batch);
        let asked = of.filter(|receipt| receipt.event != ReceiptEvent::Shown);
        asked.map(|receipt| (receipt.token.clone(), receipt.event)).collect()
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
    /// Every receipt that was ever kept.
    pub fn all_receipts(&self) -> Vec<Receipt> {
        self.items().receipts.iter().cloned().collect()
    }
}
