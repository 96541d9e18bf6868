//! Looks up one key.

use revocation_app::ports::{AccessKey, AccessKeyStore, StoreError};
use revocation_rules::ids::KeyId;

use super::DynamoAccessKeys;
use crate::items::{access_key, keyed};

impl AccessKeyStore for DynamoAccessKeys {
    async fn access_key(&self, id: &KeyId) -> Result<Option<AccessKey>, StoreError> {
        let item = self.table.get(keyed(id.as_str())).await?;
        item.as_ref().map(access_key::read).transpose()
    }
}
