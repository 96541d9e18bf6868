//! Joins the parts.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Request};
use jiff::Timestamp;
use revocation_app::ports::{ChannelClient, Order, SessionText};
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::{ToCall, reason};
use revocation_rules::retry::{Answer, AttemptFailure};

use super::answer::classify;
use super::login::FcmLogin;
use super::request::{Ask, Common};
use super::settings::{AUTH_URL, Account, FcmCredentials, Topics, URL, parse};
use super::target::Target;
use crate::answers::{misconfigured, overwritten, transient, without_handle};
use crate::around::Around;
use crate::dial::{DialError, origin};
use crate::driver::{Pauses, SessionFrom, Sessions, Told, sensitive};
use crate::https::Https;
use crate::meaning::Said;
use crate::single_flight::Kept;
use crate::streams::{About, Client, Manner, Vendor};

struct Fcm {
    url: String,
    login: FcmLogin,
    sessions: Sessions,
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let https = Arc::new(Https::new(around.settings, around.timeouts)?);
    let (store, clock) = (Arc::clone(&around.sessions), Arc::clone(&around.clock));
    let fcm = Fcm {
        url: origin(around.settings.get(&URL))?,
        login: FcmLogin {
            auth_url: origin(around.settings.get(&AUTH_URL))?,
        },
        sessions: Sessions::new(Channel::Fcm, https, Arc::clone(&store), clock),
    };
    // A quota is a project's, whoever of its workers is told so.
    let pauses = Pauses::new(store, around.timeouts.shared);
    Ok(Client::new(fcm, around)?.sharing(pauses))
}

impl Fcm {
    async fn session(&self, account: &Account, refused: Option<u64>, ask_until: Timestamp) -> Result<Kept<HeaderValue>, AttemptFailure> {
        let session = self
            .sessions
            .open(&SessionFrom::Vendor(&self.login), account, refused, ask_until)
            .await?;
        Ok(Kept {
            value: header(&session.value)?,
            version: session.version,
            good_until: session.good_until,
        })
    }
}

fn header(session: &SessionText) -> Result<HeaderValue, AttemptFailure> {
    sensitive(&format!("Bearer {}", session.expose())).ok_or_else(|| transient("fcm:login_unreadable"))
}

impl Vendor for Fcm {
    const CHANNEL: Channel = Channel::Fcm;
    const MANNER: Manner = Manner {
        // The documented ones have some hundred bytes, and say much of it twice.
        longest_answer: 16 * 1024,
        proves: |_| true,
    };
    type Credentials = FcmCredentials;
    type Account = Account;
    /// The `authorization` header.
    type Pass = HeaderValue;
    type Common<'a> = Common<'a>;
    type Ask<'a> = Ask<'a>;

    fn parse(document: &str) -> Option<FcmCredentials> {
        parse(document)
    }

    fn account(credentials: &FcmCredentials) -> &Account {
        &credentials.account
    }

    fn origin(&self, _: &Account) -> &str {
        &self.url
    }

    async fn pass(&self, account: &Account, _: Timestamp, ask_until: Timestamp) -> Result<Kept<HeaderValue>, AttemptFailure> {
        self.session(account, None, ask_until).await
    }

    async fn pass_after(
        &self,
        account: &Account,
        _: Timestamp,
        ask_until: Timestamp,
        refused: &Kept<HeaderValue>,
    ) -> Result<Kept<HeaderValue>, AttemptFailure> {
        self.session(account, Some(refused.version), ask_until).await
    }

    fn common<'a>(&self, _: &'a Order<'a>, credentials: &'a FcmCredentials, now: Timestamp) -> Option<Common<'a>> {
        Common::new(&self.url, credentials, now)
    }

    fn first<'a>(credentials: &FcmCredentials, call: &ToCall<'a>) -> Result<Ask<'a>, Answer> {
        let target = Target::of(call.token.as_str());
        if target.is_an_audience() && credentials.topics == Topics::Refuse {
            return Err(audience_unknown(Outcome::NotRevocable));
        }
        match call.handle {
            Some(Handle::Tag(tag)) => Ok(Ask { target, tag }),
            Some(Handle::NotifyId(_) | Handle::CollapseId(_) | Handle::NotifyKey(_)) | None => Err(without_handle()),
        }
    }

    fn request(common: &Common<'_>, call: &ToCall<'_>, ask: Ask<'_>, session: &HeaderValue) -> Result<(Request<()>, Bytes), Answer> {
        let request = common.request(ask, call.notice, session);
        request.ok_or_else(|| Answer::Failed(misconfigured("fcm:bad_settings")))
    }

    fn read(told: &Told<'_>) -> (Said, About) {
        classify(told)
    }

    fn accepted(ask: Ask<'_>) -> Answer {
        if ask.target.is_an_audience() {
            audience_unknown(Outcome::Overwritten)
        } else {
            overwritten()
        }
    }
}

/// Nobody can say whose devices they are.
fn audience_unknown(outcome: Outcome) -> Answer {
    Answer::Ended {
        outcome,
        reason: reason::AUDIENCE_UNKNOWN.to_owned(),
    }
}
