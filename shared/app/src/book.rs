//! Tells revocations' counters what changed in a batch that they counted before.

use revocation_rules::batch::Delivery;
use revocation_rules::ids::RevocationId;
use revocation_rules::plan;
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::revocation::Revocation;

use crate::ports::{RevocationStore, StoreError};

/// Books `revocations` anew. One whose slots have not all ended keeps what it
/// counted until they have.
pub(crate) async fn book_all(
    store: &impl RevocationStore,
    progress: &mut BatchProgress,
    revocations: Vec<RevocationId>,
    deliveries: Option<&[Delivery]>,
) -> Result<Vec<(Revocation, Change)>, StoreError> {
    let mut changes = Vec::with_capacity(revocations.len());
    for id in revocations {
        let Some(revocation) = store.revocation(&progress.batch.push, &id).await? else {
            continue;
        };
        // What was counted while the payload was there stays.
        if !plan::is_scope_known(deliveries, &revocation.scope) {
            continue;
        }
        let in_scope = plan::slots_in_scope(progress.channel, progress.slots.len(), deliveries, &revocation.scope);
        if in_scope.iter().all(|slot| progress.slots.get(*slot).is_some()) {
            let change = progress.book(&id, &in_scope);
            changes.push((revocation, change));
        }
    }
    Ok(changes)
}
