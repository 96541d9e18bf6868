//! Joins the parts.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::Timestamp;
use revocation_app::ports::{ChannelClient, Order};
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};

use super::answer::classify;
use super::request::Common;
use super::settings::{Account, ApnsCredentials, Environment, SANDBOX_URL, URL, parse};
use super::token::{ProviderToken, ProviderTokens};
use crate::answers::{overwritten, refused, without_handle};
use crate::around::Around;
use crate::dial::{DialError, origin};
use crate::driver::Told;
use crate::meaning::Said;
use crate::single_flight::Kept;
use crate::streams::{About, Client, Manner, Vendor};

struct Apns {
    production: String,
    sandbox: String,
    tokens: ProviderTokens,
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let apns = Apns {
        production: origin(around.settings.get(&URL))?,
        sandbox: origin(around.settings.get(&SANDBOX_URL))?,
        tokens: ProviderTokens::new(Arc::clone(&around.sessions), Arc::clone(&around.clock)),
    };
    Client::new(apns, around)
}

impl Vendor for Apns {
    const CHANNEL: Channel = Channel::Apns;
    const MANNER: Manner = Manner {
        // The documented ones have under 100 bytes. A success has none; what has one may come from somebody else.
        longest_answer: 4 * 1024,
        proves: |status| !matches!(status, StatusCode::FORBIDDEN),
    };
    type Credentials = ApnsCredentials;
    type Account = Account;
    type Pass = ProviderToken;
    type Common<'a> = Common<'a>;
    /// The collapse id.
    type Ask<'a> = &'a str;

    fn parse(document: &str) -> Option<ApnsCredentials> {
        parse(document)
    }

    fn account(credentials: &ApnsCredentials) -> &Account {
        &credentials.account
    }

    fn origin(&self, account: &Account) -> &str {
        match account.environment {
            Environment::Production => &self.production,
            Environment::Sandbox => &self.sandbox,
        }
    }

    async fn pass(&self, account: &Account, now: Timestamp, ask_until: Timestamp) -> Result<Kept<ProviderToken>, AttemptFailure> {
        self.tokens.read(account, now, ask_until).await
    }

    async fn pass_after(
        &self,
        account: &Account,
        now: Timestamp,
        ask_until: Timestamp,
        refused: &Kept<ProviderToken>,
    ) -> Result<Kept<ProviderToken>, AttemptFailure> {
        self.tokens.read_after(account, now, ask_until, refused).await
    }

    fn common<'a>(&self, order: &'a Order<'a>, credentials: &'a ApnsCredentials, now: Timestamp) -> Option<Common<'a>> {
        Common::new(
            self.origin(&credentials.account),
            order.revocation,
            credentials.topic.clone(),
            order.calls.iter().map(|call| call.notice),
            now,
        )
    }

    fn first<'a>(_: &ApnsCredentials, call: &ToCall<'a>) -> Result<&'a str, Answer> {
        match call.handle {
            Some(Handle::CollapseId(collapse_id)) => Ok(collapse_id),
            Some(Handle::NotifyId(_) | Handle::Tag(_) | Handle::NotifyKey(_)) | None => Err(without_handle()),
        }
    }

    fn request(common: &Common<'_>, call: &ToCall<'_>, collapse_id: &str, token: &ProviderToken) -> Result<(Request<()>, Bytes), Answer> {
        let request = common.request(call, collapse_id, &token.header);
        request.ok_or_else(|| refused("apns:BadCollapseId".to_owned()))
    }

    fn is_plain_yes(told: &Told<'_>) -> bool {
        told.status == StatusCode::OK && told.body.is_empty()
    }

    fn read(told: &Told<'_>) -> (Said, About) {
        classify(told)
    }

    fn accepted(_: &str) -> Answer {
        overwritten()
    }
}
