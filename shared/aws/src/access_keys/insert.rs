//! Keeps a new key.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use revocation_app::ports::{AccessKey, StoreError};

use super::DynamoAccessKeys;
use crate::failure::unavailable;
use crate::items::access_key;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyInserted {
    New,
    /// The id names a key already; that one is unchanged.
    IdTaken,
}

impl DynamoAccessKeys {
    /// # Errors
    /// When the store does not answer.
    pub async fn insert(&self, key: &AccessKey) -> Result<KeyInserted, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(access_key::write(key)))
            .condition_expression("attribute_not_exists(pk)");
        let Err(error) = put.send().await else {
            return Ok(KeyInserted::New);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(KeyInserted::IdTaken),
            _ => Err(unavailable("PutItem", &error)),
        }
    }
}
