//! The connections to Apple: one for each account, kept between orders.

use std::sync::Arc;

use http::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use jiff::Timestamp;
use revocation_rules::retry::AttemptFailure;

use super::link::Link;
use super::settings::{Account, Environment, SANDBOX_URL, URL};
use crate::answers::{misconfigured, transient};
use crate::dial::{DialError, Offer, connector, origin};
use crate::settings::{Settings, Timeouts};
use crate::single_flight::{Kept, SingleFlight};

pub(super) struct Links {
    connector: HttpsConnector<HttpConnector>,
    production: String,
    sandbox: String,
    timeouts: Timeouts,
    kept: SingleFlight<Account, Arc<Link>>,
}

impl Links {
    pub fn new(settings: &Settings, timeouts: Timeouts) -> Result<Self, DialError> {
        Ok(Self {
            connector: connector(settings.extra_ca_pem.as_deref(), Offer::Http2, timeouts.connect)?,
            production: origin(settings.get(&URL))?,
            sandbox: origin(settings.get(&SANDBOX_URL))?,
            timeouts,
            kept: SingleFlight::new(),
        })
    }

    /// The address of the account's service, without a path.
    pub fn origin(&self, account: &Account) -> &str {
        match account.environment {
            Environment::Production => &self.production,
            Environment::Sandbox => &self.sandbox,
        }
    }

    /// The account's connection.
    pub async fn current(&self, account: &Account) -> Result<Kept<Arc<Link>>, AttemptFailure> {
        let kept = self.after(account, None).await?;
        if kept.value.is_usable() {
            return Ok(kept);
        }
        self.after(account, Some(kept.version)).await
    }

    /// Another connection than the one that ended, if given.
    pub async fn after(&self, account: &Account, ended: Option<u64>) -> Result<Kept<Arc<Link>>, AttemptFailure> {
        let open = || self.open(self.origin(account));
        self.kept.obtain(account.clone(), Timestamp::UNIX_EPOCH, ended, open).await
    }

    async fn open(&self, origin: &str) -> Result<(Arc<Link>, Timestamp), AttemptFailure> {
        let uri: Uri = origin.parse().map_err(|_| misconfigured("apns:bad_settings"))?;
        let opened = Link::open(self.connector.clone(), uri, self.timeouts).await;
        let link = opened.map_err(|none| transient(format!("apns:{}", none.as_str())))?;
        // A connection has no age, it ends.
        Ok((link, Timestamp::MAX))
    }
}
