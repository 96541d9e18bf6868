//! The garbage collector: what is past its expiry may be deleted at any time, or never.

use jiff::Timestamp;
use revocation_rules::ids::BatchRef;
use revocation_rules::push;
use revocation_rules::revocation::Revocation;
use revocation_rules::window;

use super::MemoryStore;
use crate::Chance;

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

    /// Deletes of everything that is past its time about so many of a thousand items.
    pub fn delete_past(&self, now: Timestamp, chance: &mut Chance, in_thousand: usize) {
        let mut items = self.items();
        let mut stays = |is_kept: bool| is_kept || !chance.in_thousand(in_thousand);
        items.pushes.retain(|_, push| stays(push.is_kept(now)));
        items.headers.retain(|_, header| stays(window::is_kept(header.sent_at, now)));
        let named: Vec<_> = items
            .headers
            .iter()
            .map(|(batch, header)| (batch.clone(), header.digest.clone()))
            .collect();
        items.payloads.retain(|key, _| stays(named.contains(key)));
        items.targets.retain(|_, until| stays(now < *until));
        items.receipts.retain(|_, came| stays(window::is_kept(*came, now)));
        // Kept for 30 days after its request or its push's last sending.
        let is_kept = |revocation: &Revocation| {
            let last_sending = revocation.closes_at - window::WINDOW;
            now < revocation.requested_at.max(last_sending) + push::KEPT
        };
        items.revocations.retain(|_, revocation| stays(is_kept(revocation)));
    }
}
