//! The garbage collector: what is past its expiry may be deleted at any time, or never.

use jiff::Timestamp;
use revocation_rules::ids::BatchRef;
use revocation_rules::window;

use super::MemoryStore;

/// What is kept of a batch for a while after its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Header,
    Payload,
}

impl MemoryStore {
    /// Headers and payloads whose expiry has come and that are still there.
    pub fn expired(&self, now: Timestamp) -> Vec<(Kept, BatchRef)> {
        let items = self.items();
        let mut expired = Vec::new();
        for (batch, header) in &items.headers {
            if now >= window::kept_until(header.sent_at) {
                expired.push((Kept::Header, batch.clone()));
                if items.payloads.contains_key(&(batch.clone(), header.digest.clone())) {
                    expired.push((Kept::Payload, batch.clone()));
                }
            }
        }
        expired
    }

    /// Deletes one item, as the store does some time after its expiry.
    pub fn delete_expired(&self, kept: Kept, batch: &BatchRef) {
        let mut items = self.items();
        match kept {
            Kept::Header => {
                items.headers.remove(batch);
            }
            Kept::Payload => items.payloads.retain(|(of, _), _| of != batch),
        }
    }
}
