//! Which task is meant, where tasks are named by numbers.

use revocation_rules::ids::{PushKind, PushRef, Tenant};
use revocation_rules::task_number::TaskNumber;

use crate::ports::{StoreError, TaskNumbers};

/// The task that `text` names: by the number made of its id, or by its id.
/// Whether it is registered is not looked at. `None` for a text that can be neither.
///
/// # Errors
/// When the store fails.
pub async fn find_task(store: &impl TaskNumbers, tenant: &Tenant, text: &str) -> Result<Option<PushRef>, StoreError> {
    if let Some(number) = TaskNumber::parse_made(text)
        && let Some(task) = store.task_numbered(tenant, number).await?
    {
        return Ok(Some(task));
    }
    Ok(text.parse().ok().map(|id| PushRef {
        tenant: tenant.clone(),
        kind: PushKind::Task,
        id,
    }))
}
