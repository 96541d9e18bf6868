//! Access keys in memory, and a seal for their secrets that no test should take for a real one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use revocation_app::ports::{AccessKey, AccessKeyStore, CallbackSecret, CallbackSecrets, KeyState, SecretSeal, SecretText, StoreError};
use revocation_rules::ids::KeyId;

use crate::Weather;

#[derive(Debug, Clone, Default)]
pub struct MemoryAccessKeys {
    keys: Arc<Mutex<BTreeMap<KeyId, AccessKey>>>,
    callback_secrets: Arc<Mutex<BTreeMap<KeyId, CallbackSecret>>>,
    reads: Arc<Mutex<usize>>,
    weather: Weather,
}

impl MemoryAccessKeys {
    pub fn with(keys: impl IntoIterator<Item = AccessKey>) -> Self {
        let all = Self::default();
        keys.into_iter().for_each(|key| all.insert(key));
        all
    }

    #[must_use]
    pub fn in_weather(mut self, weather: &Weather) -> Self {
        self.weather = weather.clone();
        self
    }

    pub fn insert(&self, key: AccessKey) {
        self.keys.lock().unwrap().insert(key.id.clone(), key);
    }

    /// What a vendor signs its callbacks for this key with.
    pub fn set_callback_secret(&self, id: &KeyId, secret: CallbackSecret) {
        self.callback_secrets.lock().unwrap().insert(id.clone(), secret);
    }

    /// Disables a key, or allows it again.
    pub fn set_state(&self, id: &KeyId, state: KeyState) {
        self.keys.lock().unwrap().get_mut(id).unwrap().state = state;
    }

    /// How often a key was asked for.
    pub fn reads(&self) -> usize {
        *self.reads.lock().unwrap()
    }
}

impl AccessKeyStore for MemoryAccessKeys {
    async fn access_key(&self, id: &KeyId) -> Result<Option<AccessKey>, StoreError> {
        self.weather.before().await?;
        *self.reads.lock().unwrap() += 1;
        let key = self.keys.lock().unwrap().get(id).cloned();
        self.weather.after().await?;
        Ok(key)
    }
}

impl CallbackSecrets for MemoryAccessKeys {
    async fn callback_secret(&self, key: &KeyId) -> Result<Option<CallbackSecret>, StoreError> {
        self.weather.before().await?;
        let secret = self.callback_secrets.lock().unwrap().get(key).cloned();
        self.weather.after().await?;
        Ok(secret)
    }
}

/// Turns every bit of the key's id and of the secret around.
#[derive(Debug, Clone, Default)]
pub struct MemorySeal;

const DAMAGED: StoreError = StoreError::Damaged {
    item: "access key",
    attribute: "sealed_secret",
};

impl SecretSeal for MemorySeal {
    async fn seal(&self, key: &KeyId, secret: &SecretText) -> Result<Vec<u8>, StoreError> {
        let whole = format!("{key}\n{}\n", secret.expose());
        Ok(whole.bytes().map(|byte| !byte).collect())
    }

    async fn open(&self, key: &KeyId, sealed: &[u8]) -> Result<SecretText, StoreError> {
        let whole = String::from_utf8(sealed.iter().map(|byte| !byte).collect()).map_err(|_| DAMAGED)?;
        let secret = whole.strip_prefix(&format!("{key}\n")).and_then(|rest| rest.strip_suffix('\n'));
        secret.map(SecretText::new).ok_or(DAMAGED)
    }
}
