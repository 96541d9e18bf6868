//! A vendor, connected: its credentials, its sessions, its line.

use std::sync::Arc;

use jiff::Timestamp;
use revocation_app::ports::{Clock, SessionText};
use revocation_rules::ids::Tenant;
use revocation_rules::retry::AttemptFailure;

use super::pauses::Pauses;
use super::session::Sessions;
use super::vendor::{AccountOf, Vendor, VendorCredentials};
use crate::answers::misconfigured;
use crate::around::Around;
use crate::credentials::CredentialCache;
use crate::dial::DialError;
use crate::https::Https;
use crate::sessions;
use crate::single_flight::Kept;

pub(crate) struct Client<V: Vendor> {
    pub(super) vendor: V,
    pub(super) https: Arc<Https>,
    pub(super) clock: Arc<dyn Clock>,
    credentials: CredentialCache<V::Credentials>,
    sessions: Sessions,
    pauses: Pauses,
}

/// Who is calling, and in which session, if the vendor has sessions.
pub(super) struct Caller<V: Vendor> {
    pub credentials: Kept<Arc<V::Credentials>>,
    pub session: Option<Kept<SessionText>>,
}

impl<V: Vendor> Caller<V> {
    fn account(&self) -> &AccountOf<V> {
        self.credentials.value.account()
    }
}

impl<V: Vendor> Client<V> {
    pub fn new(vendor: V, around: Around<'_>) -> Result<Self, DialError> {
        let https = Arc::new(Https::new(around.settings, around.timeouts)?);
        Ok(Self {
            vendor,
            credentials: CredentialCache::new(V::CHANNEL, around.credentials, V::Credentials::parse),
            pauses: Pauses::new(Arc::clone(&around.sessions), around.timeouts.shared),
            sessions: Sessions::new(V::CHANNEL, Arc::clone(&https), around.sessions, Arc::clone(&around.clock)),
            https,
            clock: around.clock,
        })
    }

    /// What calling for the tenant would come to now, if the vendor has asked its account for a pause.
    pub(super) async fn pause(&self, tenant: &Tenant) -> Result<(), AttemptFailure> {
        let credentials = self.credentials.read(tenant, self.clock.now(), None).await?;
        let account = sessions::key(V::CHANNEL, credentials.value.account());
        self.pauses.of(&account, self.clock.now()).await.map_or(Ok(()), Err)
    }

    /// The vendor's answer to a whole call.
    pub(super) async fn failed(&self, account: &AccountOf<V>, failure: &AttemptFailure) {
        if failure.is_throttled() {
            self.pauses
                .note(&sessions::key(V::CHANNEL, account), failure, self.clock.now())
                .await;
        }
    }

    /// The tenant's credentials and a session of theirs. Credentials that are
    /// refused are read anew, once: they may have been rotated. Nothing is asked
    /// of the vendor from `ask_until` on.
    pub(super) async fn caller(&self, tenant: &Tenant, ask_until: Timestamp) -> Result<Caller<V>, AttemptFailure> {
        let credentials = self.credentials.read(tenant, self.clock.now(), None).await?;
        match self.session(credentials.value.account(), None, ask_until).await {
            Ok(session) => Ok(Caller { credentials, session }),
            Err(AttemptFailure::Misconfigured { reason }) => {
                let newer = self.credentials.read(tenant, self.clock.now(), Some(credentials.version)).await?;
                if newer.value.account() == credentials.value.account() {
                    return Err(misconfigured(reason));
                }
                let session = self.session(newer.value.account(), None, ask_until).await?;
                Ok(Caller {
                    credentials: newer,
                    session,
                })
            }
            Err(failure) => Err(failure),
        }
    }

    /// Another caller than `before`, who was not let in; `None` when there is
    /// no other: the same credentials, and no session to renew.
    pub(super) async fn caller_after(
        &self,
        tenant: &Tenant,
        before: &Caller<V>,
        ask_until: Timestamp,
    ) -> Result<Option<Caller<V>>, AttemptFailure> {
        let credentials = self
            .credentials
            .read(tenant, self.clock.now(), Some(before.credentials.version))
            .await?;
        let account = credentials.value.account();
        let same = account == before.account();
        let refused = before.session.as_ref().map(|session| session.version);
        let session = self.session(account, refused.filter(|_| same), ask_until).await?;
        Ok((!same || session.is_some()).then_some(Caller { credentials, session }))
    }

    async fn session(
        &self,
        account: &AccountOf<V>,
        refused: Option<u64>,
        ask_until: Timestamp,
    ) -> Result<Option<Kept<SessionText>>, AttemptFailure> {
        match self.vendor.login() {
            None => Ok(None),
            Some(from) => self.sessions.open(&from, account, refused, ask_until).await.map(Some),
        }
    }
}
