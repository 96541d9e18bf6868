//! What a tenant gave us to speak to a vendor with, read at most every 5 minutes.
//!
//! Read anew at once when the vendor refuses them: that is how a rotated
//! secret takes effect without a restart. That there are none is not
//! remembered: a tenant who adds them is served at once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{CredentialStore, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::ids::Tenant;
use revocation_rules::retry::AttemptFailure;

use crate::answers::{misconfigured, transient};
use crate::single_flight::{Kept, SingleFlight};

const KEPT_FOR: SignedDuration = SignedDuration::from_mins(5);

pub(crate) struct CredentialCache<C> {
    channel: Channel,
    store: Arc<dyn CredentialStore>,
    /// Reads the document; `None` when it is not one of this channel's.
    parse: fn(&str) -> Option<C>,
    kept: SingleFlight<Tenant, Arc<C>>,
}

impl<C: Send + Sync> CredentialCache<C> {
    pub fn new(channel: Channel, store: Arc<dyn CredentialStore>, parse: fn(&str) -> Option<C>) -> Self {
        Self {
            channel,
            store,
            parse,
            kept: SingleFlight::new(),
        }
    }

    /// The tenant's credentials; other ones than the `refused` reading, if given.
    pub async fn read(&self, tenant: &Tenant, now: Timestamp, refused: Option<u64>) -> Result<Kept<Arc<C>>, AttemptFailure> {
        self.kept.obtain(tenant.clone(), now, refused, || self.fetch(tenant, now)).await
    }

    async fn fetch(&self, tenant: &Tenant, now: Timestamp) -> Result<(Arc<C>, Timestamp), AttemptFailure> {
        let channel = self.channel;
        match self.store.credentials(tenant, channel).await {
            Ok(Some(document)) => match (self.parse)(&document.0) {
                Some(credentials) => Ok((Arc::new(credentials), now.saturating_add(KEPT_FOR).unwrap_or(now))),
                None => Err(misconfigured(format!("{channel}:bad_credentials"))),
            },
            Ok(None) => Err(misconfigured(format!("{channel}:no_credentials"))),
            Err(StoreError::Unavailable(_)) => Err(transient(format!("{channel}:credentials_unavailable"))),
            Err(StoreError::Damaged { .. } | StoreError::TooLarge { .. }) => Err(misconfigured(format!("{channel}:bad_credentials"))),
        }
    }
}
