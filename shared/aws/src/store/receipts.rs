//! Receipts: written in calls of 25, read by one query beside their batch's work.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use revocation_app::ports::{KnownBatch, ReceiptStore, Saved, StoreError};
use revocation_rules::ids::{BatchRef, PushRef};
use revocation_rules::looks::{Look, Looks, Queued, Turn};
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, TokenDigest};
use revocation_rules::window;

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::update::Update;
use crate::items::{Item, VERSION, at, batch, expires_at, key, looks, number, receipt, text};
use crate::table::{READS, Written};

/// Calls on the way at once.
const CALLS: usize = 8;
/// Events that bear on a dispatch lie side by side; what comes after them is not read.
/// Those that came early lie before them.
const LAST: ReceiptEvent = ReceiptEvent::Revoked;

impl ReceiptStore for DynamoPushStore {
    async fn known_batches(&self, batches: &BTreeSet<BatchRef>) -> Result<BTreeMap<BatchRef, KnownBatch>, StoreError> {
        let found = self
            .in_hundreds(batches.iter().map(key_of).collect(), Some(batch::KNOWN_BY))
            .await?;
        let now = self.now();
        let mut known = BTreeMap::new();
        for batch in batches {
            if let Some(header) = found.get(&key_of(batch))
                && window::is_kept(batch::read_sent_at(header)?, now)
            {
                known.insert(batch.clone(), batch::read_known(header)?);
            }
        }
        Ok(known)
    }

    async fn keep_receipts(&self, receipts: &[Receipt]) -> Result<(), StoreError> {
        let now = self.now();
        // A call must not name the same item twice.
        let one_each: BTreeMap<(&BatchRef, ReceiptEvent, &TokenDigest, Came), &Receipt> = receipts
            .iter()
            .map(|receipt| ((&receipt.batch, receipt.event, &receipt.token, receipt.came), receipt))
            .collect();
        let items = one_each.into_values().map(|receipt| receipt::write(receipt, now));
        self.table.put_all(items, CALLS).await
    }

    async fn looks(&self, batches: &BTreeSet<BatchRef>) -> Result<BTreeMap<BatchRef, Looks>, StoreError> {
        let found = self.in_hundreds(batches.iter().map(looks_of).collect(), None).await?;
        let known = |batch: &BatchRef| Some((batch.clone(), looks::read(found.get(&looks_of(batch))?)));
        let known = batches.iter().filter_map(known);
        known.map(|(batch, looks)| Ok((batch, looks?))).collect()
    }

    async fn note_queued(&self, batch: &BatchRef, read: &Looks, queued: &Queued) -> Result<Saved, StoreError> {
        let (pk, sk) = looks_of(batch);
        let written = self.table.update_if(at(pk, sk), &looks::note_queued(read, queued)).await?;
        // A lost answer that is asked for again finds its own note, and notes it again.
        Ok(if written.is_yes() { Saved::Yes } else { Saved::Outdated })
    }

    async fn begin_look(&self, batch: &BatchRef, look: Look, now: Timestamp) -> Result<Turn, StoreError> {
        let (pk, sk) = looks_of(batch);
        match self.table.update_if(at(pk, sk), &looks::begin(look, now)).await? {
            Written::Yes => Ok(Turn::Begun),
            // Also when an answer was lost, and the SDK meets what it wrote itself.
            Written::No(there) => {
                let there = there.as_ref().map(looks::read).transpose()?;
                Ok(there.unwrap_or_default().turn_of(look))
            }
        }
    }

    async fn admit_early(&self, push: &PushRef, receipts: usize, most: usize) -> Result<bool, StoreError> {
        let Some(before) = most.checked_sub(receipts) else {
            return Ok(false);
        };
        let mut update = Update::default()
            .set("v", number(VERSION))
            .set("expires_at", number(expires_at(window::kept_until(self.now()))))
            .add("receipts", i64::try_from(receipts).unwrap_or(i64::MAX));
        update.values.insert(":before".to_owned(), number(before));
        update.condition = Some("attribute_not_exists(#receipts) OR #receipts <= :before".to_owned());
        let written = self.table.update_if(at(key::early_count(push), "count"), &update).await?;
        Ok(written.is_yes())
    }
}

fn key_of(batch: &BatchRef) -> (String, String) {
    (key::shard(&batch.push, batch.shard), key::header(&batch.batch))
}

/// Where it says what is known of the looks at a batch.
fn looks_of(batch: &BatchRef) -> (String, String) {
    (key::receipts(batch), looks::SK.to_owned())
}

impl DynamoPushStore {
    /// The items of however many keys.
    async fn in_hundreds(
        &self,
        keys: Vec<(String, String)>,
        attributes: Option<&'static str>,
    ) -> Result<HashMap<(String, String), Item>, StoreError> {
        let hundreds: Vec<Vec<_>> = keys.chunks(READS).map(<[_]>::to_vec).collect();
        let found: Vec<HashMap<_, _>> = stream::iter(hundreds)
            .map(|keys| async move { self.table.get_all(&keys, attributes).await })
            .buffer_unordered(CALLS)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// What was said of a batch's deliveries, but for that they were shown.
    pub(super) async fn receipts(&self, of: &BatchRef) -> Result<Vec<receipt::Said>, StoreError> {
        let mut items = self
            .table
            .query()
            .consistent_read(true)
            .projection_expression(receipt::ATTRIBUTES)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(key::receipts(of)))
            .expression_attribute_values(":first", text(key::EARLY_RECEIPTS))
            .expression_attribute_values(":last", text(key::receipts_to(LAST)))
            .into_paginator()
            .items()
            .send();
        let mut receipts = Vec::new();
        while let Some(item) = items.next().await {
            receipts.push(receipt::read(&item.map_err(|error| unavailable("Query", &error))?)?);
        }
        Ok(receipts)
    }
}
