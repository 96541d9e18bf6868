//! Access keys in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use revocation_app::ports::{AccessKey, AccessKeyStore, StoreError};
use revocation_rules::ids::KeyId;

#[derive(Debug, Clone, Default)]
pub struct MemoryAccessKeys(Arc<Mutex<BTreeMap<KeyId, AccessKey>>>);

impl MemoryAccessKeys {
    pub fn with(keys: impl IntoIterator<Item = AccessKey>) -> Self {
        Self(Arc::new(Mutex::new(keys.into_iter().map(|key| (key.id.clone(), key)).collect())))
    }

    pub fn insert(&self, key: AccessKey) {
        self.0.lock().unwrap().insert(key.id.clone(), key);
    }
}

impl AccessKeyStore for MemoryAccessKeys {
    async fn access_key(&self, id: &KeyId) -> Result<Option<AccessKey>, StoreError> {
        Ok(self.0.lock().unwrap().get(id).cloned())
    }
}
