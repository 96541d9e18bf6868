//! Keeps a new key.

use revocation_app::ports::{AccessKey, StoreError};

use super::DynamoAccessKeys;
use crate::items::access_key;
use crate::items::condition::Condition;
use crate::table::Written;

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
        Ok(match self.table.put_if(&access_key::write(key), &Condition::FREE).await? {
            Written::Yes => KeyInserted::New,
            Written::No(_) => KeyInserted::IdTaken,
        })
    }
}
