//! A push with its revocations and progress; lists of pushes.

use revocation_rules::ids::{PushRef, RevocationId, TargetId};

use crate::count_deliveries::{Totals, count_by_channel};
use crate::ports::{BatchHeaders, Clock, Overview, PushList, PushListPage, PushListQuery, PushOverview, PushStore, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
    #[error("the push is not registered")]
    PushNotFound,
    #[error("the push has no such revocation")]
    RevocationNotFound,
    #[error("the cursor is not one we gave")]
    BadCursor,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything about one push.
///
/// # Errors
/// When it is unknown or the store fails.
pub async fn look_up_push(store: &impl PushOverview, push: &PushRef) -> Result<Overview, LookUpError> {
    store.overview(push).await?.ok_or(LookUpError::PushNotFound)
}

/// One revocation of a push: the overview with all the others left out.
///
/// # Errors
/// When either is unknown or the store fails.
pub async fn look_up_revocation(store: &impl PushOverview, push: &PushRef, id: &RevocationId) -> Result<Overview, LookUpError> {
    let mut overview = look_up_push(store, push).await?;
    overview.revocations.retain(|revocation| revocation.id == *id);
    if overview.revocations.is_empty() {
        return Err(LookUpError::RevocationNotFound);
    }
    Ok(overview)
}

/// How much was recorded of a push, per channel.
///
/// # Errors
/// When it is unknown or the store fails.
pub async fn look_up_totals(store: &(impl PushStore + BatchHeaders), clock: &impl Clock, push: &PushRef) -> Result<Totals, LookUpError> {
    let push = store.push(push).await?.ok_or(LookUpError::PushNotFound)?;
    Ok(count_by_channel(store, clock, &push).await?)
}

/// Pushes by type and time. Where nothing went to the target that is asked for,
/// it may be the token of a device that was recorded without one.
///
/// # Errors
/// When the cursor is not ours or the store fails.
pub async fn list_pushes(store: &impl PushList, query: &PushListQuery) -> Result<PushListPage, LookUpError> {
    let page = store.list(query).await?.ok_or(LookUpError::BadCursor)?;
    let by_name = query.target.as_ref().map(|target| TargetId::of_token_text(target.as_str()));
    match by_name {
        Some(name) if page.pushes.is_empty() && page.next.is_none() => {
            let query = PushListQuery {
                target: Some(name),
                ..query.clone()
            };
            store.list(&query).await?.ok_or(LookUpError::BadCursor)
        }
        Some(_) | None => Ok(page),
    }
}
