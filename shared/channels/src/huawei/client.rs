//! Joins the parts.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;
use http_body_util::Full;
use revocation_app::ports::{ChannelClient, Clock, CredentialStore, SessionStore};
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;

use super::answer::{self, classify};
use super::login::HuaweiLogin;
use super::request::{MAX_TOKENS, Overwrite, body, path};
use super::settings::{AUTH_URL, Account, HuaweiCredentials, PUSH_URL, parse};
use crate::answers::{overwritten, refused, unknown, without_handle};
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Fate, Login, Reading, Told, Vendor, Verdict, Who, post, sensitive};
use crate::settings::{Settings, Timeouts};

struct Huawei {
    push_url: String,
    login: HuaweiLogin,
}

pub(crate) fn connect(
    settings: &Settings,
    timeouts: Timeouts,
    credentials: Arc<dyn CredentialStore>,
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
) -> Result<impl ChannelClient + 'static, DialError> {
    let huawei = Huawei {
        push_url: origin(settings.get(&PUSH_URL))?,
        login: HuaweiLogin {
            auth_url: origin(settings.get(&AUTH_URL))?,
        },
    };
    Client::new(huawei, settings, timeouts, credentials, sessions, clock)
}

impl Vendor for Huawei {
    const CHANNEL: Channel = Channel::Huawei;
    type Credentials = HuaweiCredentials;
    type Account = Account;
    type Ask<'a> = Overwrite<'a>;

    fn parse(document: &str) -> Option<HuaweiCredentials> {
        parse(document)
    }

    fn account(credentials: &HuaweiCredentials) -> &Account {
        &credentials.account
    }

    fn first<'a>(&self, _: Strategy, delivery: &ToCall<'a>) -> Result<Overwrite<'a>, Answer> {
        match delivery.handle {
            Some(Handle::NotifyId(notify_id)) => Ok(Overwrite {
                notify_id: *notify_id,
                notice: delivery.notice,
                most: MAX_TOKENS,
            }),
            Some(Handle::CollapseId(_)) | None => Err(without_handle()),
        }
    }

    fn most(ask: &Overwrite<'_>) -> usize {
        ask.most
    }

    fn name(_: &Overwrite<'_>) -> &'static str {
        "overwrite"
    }

    fn request<'a>(&self, call: &Call<'a, Overwrite<'a>>, who: &Who<'_, HuaweiCredentials>) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{}", self.push_url, path(&who.credentials.account));
        let body = body(&call.ask, call.tokens(), who.credentials).ok()?;
        let mut request = post(&url, "application/json;charset=utf-8", body)?;
        let session = sensitive(&format!("Bearer {}", who.session?.expose()))?;
        request.headers_mut().insert(AUTHORIZATION, session);
        Some(request)
    }

    fn read<'a>(&self, call: &Call<'a, Overwrite<'a>>, told: &Told<'_>) -> Verdict<Overwrite<'a>> {
        let verdict = classify(told.status, told.retry_after, told.body, call.tokens());
        let code = verdict.reason;
        let reading = match verdict.reading {
            answer::Reading::Accepted => call.all(&overwritten()),
            answer::Reading::AcceptedBut(illegal) => {
                let mut places = 0..;
                call.each(|_| {
                    let is_illegal = places.next().is_some_and(|at| illegal.contains(&at));
                    Fate::Ends(if is_illegal {
                        unknown("huawei:illegal_token".to_owned())
                    } else {
                        overwritten()
                    })
                })
            }
            answer::Reading::SomeUnknown if call.deliveries.len() > 1 => in_halves(call),
            answer::Reading::AllUnknown | answer::Reading::SomeUnknown => call.all(&unknown(code.clone())),
            answer::Reading::Refused => call.all(&refused(code.clone())),
            answer::Reading::SessionRefused => Reading::NotLetIn,
            answer::Reading::Failed(failure) => Reading::Failed(failure),
        };
        Verdict { code, reading }
    }

    fn login(&self) -> Option<&dyn Login<Account>> {
        Some(&self.login)
    }
}

/// Asks again with half as many a call, until it is found who was not taken:
/// the others are not to end with them. The same notify id shows the same notice.
fn in_halves<'a>(call: &Call<'a, Overwrite<'a>>) -> Reading<Overwrite<'a>> {
    let most = call.deliveries.len().div_ceil(2);
    call.each(|_| Fate::Then(Overwrite { most, ..call.ask.clone() }))
}
