//! What devices said of deliveries.

use std::collections::BTreeSet;
use std::future::Future;

use revocation_rules::ids::BatchRef;
use revocation_rules::receipt::Receipt;

use super::StoreError;

pub trait ReceiptStore: Send + Sync {
    /// Those of `batches` that were recorded. Consistent.
    fn known_batches(&self, batches: &BTreeSet<BatchRef>) -> impl Future<Output = Result<BTreeSet<BatchRef>, StoreError>> + Send;

    /// Keeps every receipt; one that is there already stays. Every later read
    /// of a batch's work sees them. `Err` means that some may not be kept.
    fn keep_receipts(&self, receipts: &[Receipt]) -> impl Future<Output = Result<(), StoreError>> + Send;
}
