//! Which notices a revocation has: its own, else the push's, else the app's, else "Message revoked".
//!
//! Decided when it is requested and kept with it, so that every device reads the same.

use revocation_rules::notice::Notices;
use revocation_rules::push::Push;

use crate::ports::{AppNotices, StoreError};

pub(crate) async fn resolve_notices(store: &impl AppNotices, push: &Push, asked: Option<&Notices>) -> Result<Notices, StoreError> {
    let said = asked.or(push.registration.notices.as_ref());
    if let Some(notices) = said {
        return Ok(notices.clone());
    }
    Ok(store.notices(&push.registration.push.tenant).await?.unwrap_or_default())
}
