//! Looks up one key.

use revocation_app::ports::{AccessKey, AccessKeyStore, StoreError};
use revocation_rules::ids::KeyId;

use super::DynamoAccessKeys;
use crate::failure::unavailable;
use crate::items::{access_key, text};

impl AccessKeyStore for DynamoAccessKeys {
    async fn access_key(&self, id: &KeyId) -> Result<Option<AccessKey>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(id.as_str()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable("GetItem", &error))?;
        answer.item.as_ref().map(access_key::read).transpose()
    }
}
