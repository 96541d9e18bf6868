//! Spent nonces in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use revocation_app::ports::{Nonces, Spent, StoreError};
use revocation_rules::ids::KeyId;

#[derive(Debug, Default)]
pub struct MemoryNonces(Mutex<HashMap<(KeyId, String), Timestamp>>);

impl Nonces for MemoryNonces {
    async fn spend(&self, key: &KeyId, nonce: &str, now: Timestamp, until: Timestamp) -> Result<Spent, StoreError> {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match spent.get(&(key.clone(), nonce.to_owned())) {
            Some(counts_until) if *counts_until >= now => Ok(Spent::Before),
            Some(_) | None => {
                spent.insert((key.clone(), nonce.to_owned()), until);
                Ok(Spent::Now)
            }
        }
    }
}
