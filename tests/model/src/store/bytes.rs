//! How large what is stored would be in the table: noted when it is written, so that a page is summed and not packed anew.

use std::collections::{BTreeMap, BTreeSet};

use revocation_aws::sizes::Stored;
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchRef, PushRef};

use super::ModelStore;

/// Bytes of one batch's items.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bytes {
    pub header: usize,
    pub payload: usize,
    pub progress: usize,
    pub receipts: usize,
}

/// A receipt's: its keys, a time and an expiry.
const RECEIPT: usize = 220;

impl ModelStore {
    pub fn bytes_of(&self, batch: &BatchRef) -> Bytes {
        let items = self.items();
        let found = items.batch(batch);
        found.map_or_else(Bytes::default, |batch| Bytes {
            receipts: batch.receipts.len() * RECEIPT,
            ..batch.bytes
        })
    }

    pub fn note_batch(&self, header: &BatchHeader, header_bytes: usize, payload_bytes: usize) {
        let mut items = self.items();
        let bytes = &mut items.batch_mut(&header.batch).bytes;
        bytes.header = header_bytes;
        bytes.payload = payload_bytes;
    }

    pub fn note_progress(&self, batch: &BatchRef, bytes: usize) {
        self.items().batch_mut(batch).bytes.progress = bytes;
    }

    pub fn note_counters(&self, push: &PushRef, item: &Stored) {
        let mut items = self.items();
        let sizes: &mut BTreeMap<String, usize> = &mut items.pushes.entry(push.clone()).or_default().counter_bytes;
        sizes.insert(format!("{}#{}", item.pk, item.sk), item.bytes);
    }

    /// Of all counters of a push.
    pub fn counters_bytes(&self, push: &PushRef) -> usize {
        let items = self.items();
        items.pushes.get(push).map_or(0, |items| items.counter_bytes.values().sum())
    }
}

impl ModelStore {
    /// When the revocation that is due first is due.
    pub fn first_due(&self) -> Option<jiff::Timestamp> {
        let items = self.items();
        let first = items.due.values().filter_map(BTreeSet::first);
        first.map(|(due_at, _, _)| *due_at).min()
    }
}

impl ModelStore {
    /// Deliveries that were given up, by the counters.
    pub fn failed(&self) -> u64 {
        let items = self.items();
        let counted = items.pushes.values().flat_map(|items| items.counters.values());
        let failed = counted.filter_map(|counted| counted.outcomes.get(&revocation_rules::outcome::Outcome::Failed));
        failed.map(|count| u64::try_from(*count).unwrap_or(0)).sum()
    }
}
