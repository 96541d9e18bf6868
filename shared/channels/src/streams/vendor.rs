//! What each vendor has to implement.

use std::hash::Hash;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use revocation_app::ports::Order;
use revocation_rules::channel::Channel;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};

use super::link::Manner;
use crate::driver::Told;
use crate::meaning::Said;
use crate::sessions::AccountKey;
use crate::single_flight::Kept;

/// Whom an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// This device alone.
    One,
    /// Every other request would be told the same.
    Everyone,
}

pub(crate) trait Vendor: Send + Sync + 'static {
    const CHANNEL: Channel;
    const MANNER: Manner;
    /// What a tenant's document holds.
    type Credentials: PartialEq + Send + Sync;
    /// The part of it that lets us in. Each has a connection of its own.
    type Account: AccountKey + Clone + Eq + Hash + Send + Sync;
    /// What lets us in for a while.
    type Pass: Clone + Send + Sync;
    /// What the requests of an order have in common.
    type Common<'a>: Send + Sync;
    /// What is asked for a delivery.
    type Ask<'a>: Copy + Send + Sync;

    /// `None` when the document is not one of this vendor's.
    fn parse(document: &str) -> Option<Self::Credentials>;

    fn account(credentials: &Self::Credentials) -> &Self::Account;

    /// Where the account is served: an address without a path.
    fn origin(&self, account: &Self::Account) -> &str;

    /// Nobody waits for it past `ask_until`.
    fn pass(
        &self,
        account: &Self::Account,
        now: Timestamp,
        ask_until: Timestamp,
    ) -> impl Future<Output = Result<Kept<Self::Pass>, AttemptFailure>> + Send;

    /// Another one than `refused`, which the vendor no longer takes.
    fn pass_after(
        &self,
        account: &Self::Account,
        now: Timestamp,
        ask_until: Timestamp,
        refused: &Kept<Self::Pass>,
    ) -> impl Future<Output = Result<Kept<Self::Pass>, AttemptFailure>> + Send;

    /// `None` only if the settings make no request.
    fn common<'a>(&self, order: &'a Order<'a>, credentials: &'a Self::Credentials, now: Timestamp) -> Option<Self::Common<'a>>;

    /// What is asked for a delivery; an answer when nothing is to be asked.
    fn first<'a>(credentials: &Self::Credentials, call: &ToCall<'a>) -> Result<Self::Ask<'a>, Answer>;

    /// The request and its body; an answer when there can be none.
    fn request(common: &Self::Common<'_>, call: &ToCall<'_>, ask: Self::Ask<'_>, pass: &Self::Pass)
    -> Result<(Request<()>, Bytes), Answer>;

    /// Is it the yes that nearly every answer is? Saves reading it.
    fn is_plain_yes(_: &Told<'_>) -> bool {
        false
    }

    fn read(told: &Told<'_>) -> (Said, About);

    /// What a delivery came to that was accepted.
    fn accepted(ask: Self::Ask<'_>) -> Answer;
}
