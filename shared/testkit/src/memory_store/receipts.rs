//! What devices said.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use revocation_app::ports::{Clock, KnownBatch, ReceiptStore, Saved, StoreError};
use revocation_rules::batch::BatchHeader;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, PushRef};
use revocation_rules::looks::{Look, Looks, Queued, Turn};
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, Receipts, TokenDigest};
use revocation_rules::window;

use super::{Items, MemoryStore};

impl Items {
    /// As the real store reads them: that a message was shown is not asked for.
    pub(super) fn receipts_of(&self, header: &BatchHeader) -> Receipts {
        self.receipts
            .iter()
            .filter(|(receipt, _)| receipt.batch == header.batch && receipt.event != ReceiptEvent::Shown)
            .filter(|(receipt, came)| receipt.came.speaks_of(header, **came))
            .map(|(receipt, _)| (receipt.token.clone(), receipt.event))
            .collect()
    }

    /// The law in its own words, not the rule's code: what came with the batch, or before it for its channel.
    pub(super) fn note_told(&mut self, reader: usize, batch: &BatchRef) {
        let Some(header) = self.headers.get(batch) else {
            return;
        };
        let nine_days = jiff::SignedDuration::from_hours(9 * 24);
        let speaks_of_it = |receipt: &Receipt, came: Timestamp| match receipt.came {
            Came::AfterBatch => window::is_after_recording(came, header.recorded_at),
            Came::BeforeBatch { about } => {
                header.recorded_at.duration_since(came) < nine_days && (about.is_none() || about == Some(header.channel))
            }
        };
        let told: Vec<_> = self
            .receipts
            .iter()
            .filter(|(receipt, came)| receipt.batch == *batch && speaks_of_it(receipt, **came))
            .map(|(receipt, _)| receipt)
            .filter(|receipt| receipt.event != ReceiptEvent::Shown)
            .map(|receipt| (receipt.batch.clone(), receipt.token.clone()))
            .collect();
        if !told.is_empty() {
            self.told_when_read.entry(reader).or_default().extend(told);
        }
    }
}

impl ReceiptStore for MemoryStore {
    async fn known_batches(&self, batches: &BTreeSet<BatchRef>) -> Result<BTreeMap<BatchRef, KnownBatch>, StoreError> {
        self.weather.before().await?;
        let known = {
            let items = self.items();
            let known = |batch: &BatchRef| {
                let header = items.headers.get(batch)?;
                let known = KnownBatch {
                    channel: header.channel,
                    count: header.count,
                };
                window::is_kept(header.sent_at, self.now()).then(|| (batch.clone(), known))
            };
            batches.iter().filter_map(known).collect()
        };
        self.weather.after().await?;
        Ok(known)
    }

    /// One after the other: a crash in between leaves some of them kept.
    async fn keep_receipts(&self, receipts: &[Receipt]) -> Result<(), StoreError> {
        for receipt in receipts {
            self.weather.before().await?;
            // Without a clock it came after whatever was recorded.
            let came = self.clock.as_ref().map_or(Timestamp::MAX, Clock::now);
            self.items().receipts.insert(receipt.clone(), came);
        }
        if !receipts.is_empty() {
            self.weather.after().await?;
        }
        Ok(())
    }

    async fn looks(&self, batches: &BTreeSet<BatchRef>) -> Result<BTreeMap<BatchRef, Looks>, StoreError> {
        self.weather.before().await?;
        let known = {
            let items = self.items();
            let known = |batch: &BatchRef| Some((batch.clone(), *items.looks.get(batch)?));
            batches.iter().filter_map(known).collect()
        };
        self.weather.after().await?;
        Ok(known)
    }

    async fn note_queued(&self, batch: &BatchRef, read: &Looks, queued: &Queued) -> Result<Saved, StoreError> {
        self.weather.before().await?;
        let saved = {
            let mut items = self.items();
            let looks = items.looks.entry(batch.clone()).or_default();
            if looks.begun() == read.begun() {
                looks.queued = Some(*queued);
                Saved::Yes
            } else {
                Saved::Outdated
            }
        };
        self.weather.after().await?;
        Ok(saved)
    }

    async fn begin_look(&self, batch: &BatchRef, look: Look, now: Timestamp) -> Result<Turn, StoreError> {
        self.weather.before().await?;
        let turn = self.items().looks.entry(batch.clone()).or_default().begin(look, now);
        self.weather.after().await?;
        Ok(turn)
    }

    async fn admit_early(&self, push: &PushRef, receipts: usize, most: usize) -> Result<bool, StoreError> {
        self.weather.before().await?;
        let admitted = {
            let mut items = self.items();
            let count = items.early.entry(push.clone()).or_default();
            let admitted = count.saturating_add(receipts) <= most;
            if admitted {
                *count += receipts;
            }
            admitted
        };
        self.weather.after().await?;
        Ok(admitted)
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

    /// The same, but for what is about another channel than the batch's.
    pub fn has_receipt_on(&self, channel: Channel, batch: &BatchRef, token: &TokenDigest, event: ReceiptEvent, since: Timestamp) -> bool {
        let items = self.items();
        let mut receipts = items.receipts.iter().filter(|(_, came)| **came >= since);
        receipts.any(|(receipt, _)| {
            let about_it = match receipt.came {
                Came::AfterBatch | Came::BeforeBatch { about: None } => true,
                Came::BeforeBatch { about: Some(about) } => about == channel,
            };
            about_it && receipt.event == event && receipt.token == *token && receipt.batch == *batch
        })
    }
}
