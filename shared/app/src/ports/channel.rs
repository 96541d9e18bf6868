//! A push channel, seen from the dispatcher.

use std::fmt;

use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_rules::batch::BatchHeader;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::{PushRef, RevocationId, Tenant};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;

use super::StoreError;

/// What a channel is asked to take back.
#[derive(Debug)]
pub struct Order<'a> {
    pub push: &'a PushRef,
    pub revocation: &'a RevocationId,
    /// The batch that the deliveries were recorded in.
    pub batch: &'a BatchHeader,
    /// When the revocation was requested.
    pub requested_at: Timestamp,
    /// How messages are taken back on this channel.
    pub strategy: Strategy,
    /// The deliveries, at most 1,000, all of one push.
    pub calls: &'a [ToCall<'a>],
    /// No call starts at or after this; what had no turn is [`Answer::NotTried`].
    pub call_until: Timestamp,
}

pub trait ChannelClient: Send + Sync {
    /// Asks the vendor to take every delivery of `order` back. Answers once
    /// per delivery, by its slot, whatever happens; never fails as a whole.
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>>;
}

/// What a tenant gave us to speak to a vendor with: a JSON document whose
/// fields the channel knows. Never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(pub String);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<credentials>")
    }
}

pub trait CredentialStore: Send + Sync {
    /// A tenant's credentials for a channel; `None` when it has none.
    fn credentials<'a>(&'a self, tenant: &'a Tenant, channel: Channel) -> BoxFuture<'a, Result<Option<Credentials>, StoreError>>;
}
