//! The connections to a vendor: one for each account, kept between orders.

use std::sync::Arc;

use http::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use jiff::Timestamp;
use revocation_rules::retry::AttemptFailure;

use super::link::Link;
use super::vendor::Vendor;
use crate::answers::{misconfigured, transient};
use crate::dial::{DialError, Offer, connector};
use crate::settings::{Settings, Timeouts};
use crate::single_flight::{Kept, SingleFlight};

pub(super) struct Links<V: Vendor> {
    connector: HttpsConnector<HttpConnector>,
    timeouts: Timeouts,
    kept: SingleFlight<V::Account, Arc<Link>>,
}

impl<V: Vendor> Links<V> {
    pub fn new(settings: &Settings, timeouts: Timeouts) -> Result<Self, DialError> {
        Ok(Self {
            connector: connector(settings.extra_ca_pem.as_deref(), Offer::Http2, timeouts.connect)?,
            timeouts,
            kept: SingleFlight::new(),
        })
    }

    /// The account's connection.
    pub async fn current(&self, account: &V::Account, origin: &str) -> Result<Kept<Arc<Link>>, AttemptFailure> {
        let kept = self.after(account, origin, None).await?;
        if kept.value.is_usable() {
            return Ok(kept);
        }
        self.after(account, origin, Some(kept.version)).await
    }

    /// Another connection than the one that ended, if given.
    pub async fn after(&self, account: &V::Account, origin: &str, ended: Option<u64>) -> Result<Kept<Arc<Link>>, AttemptFailure> {
        let open = || self.open(origin);
        self.kept.obtain(account.clone(), Timestamp::UNIX_EPOCH, ended, open).await
    }

    async fn open(&self, origin: &str) -> Result<(Arc<Link>, Timestamp), AttemptFailure> {
        let channel = V::CHANNEL;
        let uri: Uri = origin.parse().map_err(|_| misconfigured(format!("{channel}:bad_settings")))?;
        let opened = Link::open(self.connector.clone(), uri, self.timeouts, V::MANNER).await;
        let link = opened.map_err(|none| transient(format!("{channel}:{}", none.as_str())))?;
        // A connection has no age, it ends.
        Ok((link, Timestamp::MAX))
    }
}
