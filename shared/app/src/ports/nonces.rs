//! Words that may be said once: what tells a signed request from its repetition by somebody else.

use std::future::Future;

use jiff::Timestamp;
use revocation_rules::ids::KeyId;

use super::StoreError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    Now,
    /// It was spent before, and counts still.
    Before,
}

pub trait Nonces: Send + Sync {
    /// Spends a key's `nonce`, which then counts until `until`, that moment included.
    fn spend(&self, key: &KeyId, nonce: &str, now: Timestamp, until: Timestamp) -> impl Future<Output = Result<Spent, StoreError>> + Send;
}
