//! Which identities of the senders' queue may record for which tenants.

use std::future::Future;

use revocation_rules::ids::Tenant;
use revocation_rules::queue_sender::QueueSender;

use super::StoreError;

pub trait QueueSenders: Send + Sync {
    /// Has somebody bound this sender to that tenant?
    fn is_bound(&self, sender: &QueueSender, tenant: &Tenant) -> impl Future<Output = Result<bool, StoreError>> + Send;
}
