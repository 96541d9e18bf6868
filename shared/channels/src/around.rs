//! What a client of a vendor works with.

use std::sync::Arc;

use revocation_app::ports::{Clock, CredentialStore, SessionStore};

use crate::settings::{Settings, Timeouts};

/// Its settings, and the ports it reads.
pub(crate) struct Around<'s> {
    pub settings: &'s Settings,
    pub timeouts: Timeouts,
    pub credentials: Arc<dyn CredentialStore>,
    pub sessions: Arc<dyn SessionStore>,
    pub clock: Arc<dyn Clock>,
}
