//! One table, and what adapters do with it.
//!
//! A write that was refused for being one of many at once is tried again, and so
//! is what a call in batches had no time for.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use revocation_app::ports::StoreError;

use crate::failure::{AwsFailure, unavailable, worn_out};
use crate::items::condition::Condition;
use crate::items::update::Update;
use crate::items::{Item, at};
use crate::pause::{TRIES, before_try};

const WRITE: &str = "BatchWriteItem";
const READ: &str = "BatchGetItem";
/// What `DynamoDB` takes in one call.
const WRITES: usize = 25;
/// The same of keys that are read.
pub const READS: usize = 100;

#[derive(Clone)]
pub struct Table {
    pub client: Client,
    pub name: String,
}

/// What became of a write under a condition.
#[derive(Debug)]
pub enum Written {
    Yes,
    /// The condition did not hold for what is there.
    No(Option<Item>),
}

impl Written {
    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }
}

impl Table {
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    pub fn query(&self) -> QueryFluentBuilder {
        self.client.query().table_name(&self.name)
    }

    pub fn scan(&self) -> ScanFluentBuilder {
        self.client.scan().table_name(&self.name)
    }

    /// One item, read consistently.
    pub async fn get(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.name).set_key(Some(key));
        let answer = request.consistent_read(true).send().await;
        Ok(answer.map_err(|error| unavailable("GetItem", &error))?.item)
    }

    /// One item that never changes under its key: so what is read eventually, at half the price, is right if anything is
    /// there. If nothing is, it may have been written a moment ago, and is asked for again.
    pub async fn get_unchanging(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.name).set_key(Some(key.clone()));
        match request.send().await.map_err(|error| unavailable("GetItem", &error))?.item {
            Some(item) => Ok(Some(item)),
            None => self.get(key).await,
        }
    }

    /// Writes an item, whatever was there.
    pub async fn put(&self, item: Item) -> Result<(), StoreError> {
        let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
        request.send().await.map_err(|error| unavailable("PutItem", &error))?;
        Ok(())
    }

    pub async fn put_if(&self, item: &Item, condition: &Condition) -> Result<Written, StoreError> {
        for nth in 0..TRIES {
            before_try(nth).await;
            let put = self
                .client
                .put_item()
                .table_name(&self.name)
                .set_item(Some(item.clone()))
                .condition_expression(condition.text)
                .set_expression_attribute_names(condition.names.clone())
                .set_expression_attribute_values(condition.values.clone())
                .return_values_on_condition_check_failure(AllOld);
            let Err(error) = put.send().await else {
                return Ok(Written::Yes);
            };
            match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(lost)) => return Ok(Written::No(lost.item().cloned())),
                Some(PutItemError::TransactionConflictException(_)) => {}
                _ => return Err(unavailable("PutItem", &error)),
            }
        }
        Err(worn_out("PutItem"))
    }

    pub async fn update_if(&self, key: Item, update: &Update) -> Result<Written, StoreError> {
        for nth in 0..TRIES {
            before_try(nth).await;
            let request = self
                .client
                .update_item()
                .table_name(&self.name)
                .set_key(Some(key.clone()))
                .update_expression(update.expression())
                .set_condition_expression(update.condition.clone())
                .set_expression_attribute_names(Some(update.names.clone()))
                // Removing takes no value, and an empty list of values is refused.
                .set_expression_attribute_values(Some(update.values.clone()).filter(|values| !values.is_empty()))
                .return_values_on_condition_check_failure(AllOld);
            let Err(error) = request.send().await else {
                return Ok(Written::Yes);
            };
            match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(lost)) => return Ok(Written::No(lost.item().cloned())),
                Some(UpdateItemError::TransactionConflictException(_)) => {}
                _ => return Err(unavailable("UpdateItem", &error)),
            }
        }
        Err(worn_out("UpdateItem"))
    }

    pub async fn delete(&self, key: Item) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.name).set_key(Some(key));
        request.send().await.map_err(|error| unavailable("DeleteItem", &error))?;
        Ok(())
    }

    /// Writes items of different keys in calls of 25, so many calls at once.
    pub async fn put_all(&self, items: impl IntoIterator<Item = Item>, at_once: usize) -> Result<(), StoreError> {
        let write = |item| {
            let put = PutRequest::builder().set_item(Some(item)).build();
            put.map(|put| WriteRequest::builder().put_request(put).build())
        };
        let writes: Vec<WriteRequest> = items
            .into_iter()
            .map(write)
            .collect::<Result<_, _>>()
            .map_err(|error| not_built(WRITE, &error))?;
        let calls: Vec<Vec<WriteRequest>> = writes.chunks(WRITES).map(<[_]>::to_vec).collect();
        stream::iter(calls)
            .map(|call| self.write(call))
            .buffer_unordered(at_once)
            .try_collect()
            .await
    }

    /// Makes one call. Items that `DynamoDB` had no time for are written again.
    async fn write(&self, mut writes: Vec<WriteRequest>) -> Result<(), StoreError> {
        for nth in 0..TRIES {
            before_try(nth).await;
            let request = self.client.batch_write_item().request_items(&self.name, writes);
            let answer = request.send().await.map_err(|error| unavailable(WRITE, &error))?;
            let left = answer.unprocessed_items.into_iter().flat_map(HashMap::into_values);
            writes = left.flatten().collect();
            if writes.is_empty() {
                return Ok(());
            }
        }
        Err(worn_out(WRITE))
    }

    /// The items of `keys` that exist, with these attributes (a list such as `pk, sk, count`) or all. Keys that
    /// `DynamoDB` had no time for are asked for again.
    pub async fn get_all(
        &self,
        keys: &[(String, String)],
        attributes: Option<&str>,
    ) -> Result<HashMap<(String, String), Item>, StoreError> {
        // By placeholders, since half of our words are `DynamoDB`'s.
        let names = attributes.map(|list| list.split(", ").map(|name| (format!("#{name}"), name.to_owned())));
        let names: Option<HashMap<_, _>> = names.map(Iterator::collect);
        let projection = attributes.map(|list| format!("#{}", list.replace(", ", ", #")));
        let mut wanted: Vec<Item> = keys.iter().map(|(pk, sk)| at(pk, sk)).collect();
        let mut found = HashMap::new();
        for nth in 0..TRIES {
            before_try(nth).await;
            let ask = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(true)
                .set_projection_expression(projection.clone())
                .set_expression_attribute_names(names.clone())
                .build()
                .map_err(|error| not_built(READ, &error))?;
            let request = self.client.batch_get_item().request_items(&self.name, ask);
            let answer = request.send().await.map_err(|error| unavailable(READ, &error))?;
            for item in answer.responses.into_iter().flat_map(HashMap::into_values).flatten() {
                if let (Some(AttributeValue::S(pk)), Some(AttributeValue::S(sk))) = (item.get("pk"), item.get("sk")) {
                    found.insert((pk.clone(), sk.clone()), item);
                }
            }
            let left = answer.unprocessed_keys.into_iter().flat_map(HashMap::into_values);
            wanted = left.flat_map(|keys| keys.keys).collect();
            if wanted.is_empty() {
                return Ok(found);
            }
        }
        Err(worn_out(READ))
    }
}

/// A request that the SDK does not take.
pub fn not_built(operation: &'static str, error: &BuildError) -> StoreError {
    StoreError::Unavailable(Box::new(AwsFailure::new(operation, error.to_string())))
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Table").field(&self.name).finish()
    }
}
