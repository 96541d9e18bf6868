//! The garbage collector: what is past its expiry may be deleted at any time, or never.

use jiff::Timestamp;
use revocation_rules::ids::BatchRef;
use revocation_rules::push;
use revocation_rules::revocation::Revocation;
use revocation_rules::window;

use super::MemoryStore;
use crate::Chance;

/// What is kept of a batch for a while after its window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    Header,
    /// By its digest.
    Payload(String),
}

impl MemoryStore {
    /// Headers and payloads whose expiry has come and that are still there.
    pub fn expired(&self, now: Timestamp) -> Vec<(Kept, BatchRef)> {
        let items = self.items();
        let headers = items.headers.iter().filter(|(_, header)| !window::is_kept(header.sent_at, now));
        let payloads = items.payloads.iter().filter(|(_, (_, until))| now >= *until);
        headers
            .map(|(batch, _)| (Kept::Header, batch.clone()))
            .chain(payloads.map(|((batch, digest), _)| (Kept::Payload(digest.clone()), batch.clone())))
            .collect()
    }

    /// Deletes one item, as the store does some time after its expiry.
    pub fn delete_expired(&self, kept: &Kept, batch: &BatchRef) {
        let mut items = self.items();
        match kept {
            Kept::Header => {
                items.headers.remove(batch);
            }
            Kept::Payload(digest) => {
                items.payloads.remove(&(batch.clone(), digest.clone()));
            }
        }
    }

    /// Deletes of everything that is past its time about so many of a thousand items.
    pub fn delete_past(&self, now: Timestamp, chance: &mut Chance, in_thousand: usize) {
        let mut items = self.items();
        let mut stays = |is_kept: bool| is_kept || !chance.in_thousand(in_thousand);
        items.pushes.retain(|_, push| stays(push.is_kept(now)));
        items.headers.retain(|_, header| stays(window::is_kept(header.sent_at, now)));
        items.payloads.retain(|_, (_, until)| stays(now < *until));
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
