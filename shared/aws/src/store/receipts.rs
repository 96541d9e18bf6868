//! Receipts: written in calls of 25, read by one query beside their batch's work.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures::{StreamExt, TryStreamExt, stream};
use revocation_app::ports::{ReceiptStore, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, PushRef};
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, TokenDigest};
use revocation_rules::window;

use super::DynamoPushStore;
use crate::failure::{AwsFailure, unavailable, worn_out};
use crate::items::{batch, expires_at, key, number, receipt, text};
use crate::pause::{TRIES, before_try};

const WRITE: &str = "BatchWriteItem";
/// What `DynamoDB` takes in one call.
const WRITES: usize = 25;
const READS: usize = 100;
/// Calls on the way at once.
const CALLS: usize = 8;
/// Events that bear on a dispatch lie side by side; what comes after them is not read.
/// Those that came early lie before them.
const LAST: ReceiptEvent = ReceiptEvent::Revoked;

impl ReceiptStore for DynamoPushStore {
    async fn known_batches(&self, batches: &BTreeSet<BatchRef>) -> Result<BTreeMap<BatchRef, Channel>, StoreError> {
        let keys: Vec<_> = batches.iter().map(key_of).collect();
        let hundreds: Vec<Vec<_>> = keys.chunks(READS).map(<[_]>::to_vec).collect();
        let found: Vec<HashMap<_, _>> = stream::iter(hundreds)
            .map(|keys| async move { self.get_all(&keys, Some(batch::KNOWN_BY)).await })
            .buffer_unordered(CALLS)
            .try_collect()
            .await?;
        let found: HashMap<_, _> = found.into_iter().flatten().collect();
        let now = self.now();
        let mut known = BTreeMap::new();
        for batch in batches {
            if let Some(header) = found.get(&key_of(batch))
                && window::is_kept(batch::read_sent_at(header)?, now)
            {
                known.insert(batch.clone(), batch::read_channel(header)?);
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
        let writes: Vec<WriteRequest> = one_each
            .into_values()
            .map(|receipt| {
                let put = PutRequest::builder().set_item(Some(receipt::write(receipt, now))).build();
                put.map(|put| WriteRequest::builder().put_request(put).build())
            })
            .collect::<Result<_, _>>()
            .map_err(|error| StoreError::Unavailable(Box::new(AwsFailure::new(WRITE, error.to_string()))))?;
        let calls: Vec<Vec<WriteRequest>> = writes.chunks(WRITES).map(<[_]>::to_vec).collect();
        stream::iter(calls)
            .map(|call| self.write_all(call))
            .buffer_unordered(CALLS)
            .try_collect()
            .await
    }

    async fn admit_early(&self, push: &PushRef, receipts: usize, most: usize) -> Result<bool, StoreError> {
        let Some(before) = most.checked_sub(receipts) else {
            return Ok(false);
        };
        let added = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(key::early_count(push)))
            .key("sk", text("count"))
            .update_expression("SET v = :v, expires_at = :expires ADD receipts :more")
            .condition_expression("attribute_not_exists(receipts) OR receipts <= :before")
            .expression_attribute_values(":v", number(1))
            .expression_attribute_values(":expires", number(expires_at(window::kept_until(self.now()))))
            .expression_attribute_values(":more", number(receipts))
            .expression_attribute_values(":before", number(before))
            .send()
            .await;
        match added {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(unavailable("UpdateItem", &error)),
            },
        }
    }
}

fn key_of(batch: &BatchRef) -> (String, String) {
    (key::shard(&batch.push, batch.shard), key::header(&batch.batch))
}

impl DynamoPushStore {
    /// Writes up to 25 items. Those that `DynamoDB` had no time for are written again.
    async fn write_all(&self, mut writes: Vec<WriteRequest>) -> Result<(), StoreError> {
        for nth in 0..TRIES {
            before_try(nth).await;
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.table, writes)
                .send()
                .await
                .map_err(|error| unavailable(WRITE, &error))?;
            writes = answer
                .unprocessed_items
                .into_iter()
                .flat_map(HashMap::into_values)
                .flatten()
                .collect();
            if writes.is_empty() {
                return Ok(());
            }
        }
        Err(worn_out(WRITE))
    }

    /// What was said of a batch's deliveries, but for that they were shown.
    pub(super) async fn receipts(&self, of: &BatchRef) -> Result<Vec<receipt::Said>, StoreError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
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
