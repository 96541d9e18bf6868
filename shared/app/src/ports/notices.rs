//! What an app's users read in place of a revoked message, unless a push or a revocation says otherwise.

use std::future::Future;

use revocation_rules::actor::Act;
use revocation_rules::ids::Tenant;
use revocation_rules::notice::Notices;

use super::StoreError;

pub trait AppNotices: Send + Sync {
    /// The tenant's notices; `None` when it never wrote any. Consistent.
    fn notices(&self, of: &Tenant) -> impl Future<Output = Result<Option<Notices>, StoreError>> + Send;

    /// Replaces the tenant's notices, and keeps who did so.
    fn put_notices(&self, of: &Tenant, notices: &Notices, written: &Act) -> impl Future<Output = Result<(), StoreError>> + Send;
}
