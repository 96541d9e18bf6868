//! What devices said of deliveries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;

use jiff::Timestamp;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, KeyId, PushRef};
use revocation_rules::looks::{Look, Looks, Queued, Turn};
use revocation_rules::receipt::Receipt;

use super::{Saved, StoreError};

/// A batch that was recorded, as far as a receipt has to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownBatch {
    pub channel: Channel,
    /// Its deliveries.
    pub count: u16,
}

pub trait ReceiptStore: Send + Sync {
    /// Those of `batches` that were recorded. Consistent.
    fn known_batches(
        &self,
        batches: &BTreeSet<BatchRef>,
    ) -> impl Future<Output = Result<BTreeMap<BatchRef, KnownBatch>, StoreError>> + Send;

    /// Keeps every receipt; one that is there already stays. Every later read
    /// of a batch's work sees them, but for those about another channel than
    /// the batch's. `Err` means that some may not be kept.
    fn keep_receipts(&self, receipts: &[Receipt]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What is known of the looks at these batches; none for one of which nothing is. Consistent: a receipt that was kept
    /// before is seen by every look that begins after this.
    fn looks(&self, batches: &BTreeSet<BatchRef>) -> impl Future<Output = Result<BTreeMap<BatchRef, Looks>, StoreError>> + Send;

    /// Notes that a look was queued, unless one has begun since `read`: then its note would be taken for the next one's.
    fn note_queued(&self, batch: &BatchRef, read: &Looks, queued: &Queued) -> impl Future<Output = Result<Saved, StoreError>> + Send;

    /// Notes that a look begins, if it is its turn. Whoever reads the batch's work after this reads every receipt that
    /// joined it.
    fn begin_look(&self, batch: &BatchRef, look: Look, now: Timestamp) -> impl Future<Output = Result<Turn, StoreError>> + Send;

    /// Counts `receipts` more that come before their batches, if `push` has then
    /// had no more than `most`. Whoever asks again counts again.
    fn admit_early(&self, push: &PushRef, receipts: usize, most: usize) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// What a vendor signs its callbacks with, as it was set at the vendor's console.
#[derive(Clone, PartialEq, Eq)]
pub struct CallbackSecret {
    pub user: String,
    pub secret: String,
}

impl fmt::Debug for CallbackSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

pub trait CallbackSecrets: Send + Sync {
    /// What the callbacks that come with this key are signed with, if they are. Consistent.
    fn callback_secret(&self, key: &KeyId) -> impl Future<Output = Result<Option<CallbackSecret>, StoreError>> + Send;
}
