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
use super::request::{Ask, How, MAX_TARGETS, body, is_list};
use super::settings::{Account, EUROPE_URL, GLOBAL_URL, INDIA_URL, RUSSIA_URL, Region, URL, XiaomiCredentials, parse};
use crate::answers::{gone, misconfigured, overwritten, recalled, refused, unknown, without_handle};
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Fate, Reading, Told, Vendor, Verdict, Who, post, sensitive};
use crate::settings::{Settings, Timeouts};

pub(super) struct Xiaomi {
    url: String,
    global_url: String,
    europe_url: String,
    russia_url: String,
    india_url: String,
}

pub(crate) fn connect(
    settings: &Settings,
    timeouts: Timeouts,
    credentials: Arc<dyn CredentialStore>,
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
) -> Result<impl ChannelClient + 'static, DialError> {
    let xiaomi = Xiaomi {
        url: origin(settings.get(&URL))?,
        global_url: origin(settings.get(&GLOBAL_URL))?,
        europe_url: origin(settings.get(&EUROPE_URL))?,
        russia_url: origin(settings.get(&RUSSIA_URL))?,
        india_url: origin(settings.get(&INDIA_URL))?,
    };
    Client::new(xiaomi, settings, timeouts, credentials, sessions, clock)
}

impl Xiaomi {
    fn url(&self, region: Region) -> &str {
        match region {
            Region::Cn => &self.url,
            Region::Global => &self.global_url,
            Region::Europe => &self.europe_url,
            Region::Russia => &self.russia_url,
            Region::India => &self.india_url,
        }
    }
}

type XiaomiCall<'a> = Call<'a, Ask<'a>>;

impl Vendor for Xiaomi {
    const CHANNEL: Channel = Channel::Xiaomi;
    type Credentials = XiaomiCredentials;
    type Account = Account;
    type Ask<'a> = Ask<'a>;

    fn parse(document: &str) -> Option<XiaomiCredentials> {
        parse(document)
    }

    fn account(credentials: &XiaomiCredentials) -> &Account {
        &credentials.account
    }

    fn first<'a>(&self, strategy: Strategy, delivery: &ToCall<'a>) -> Result<Ask<'a>, Answer> {
        let Some(Handle::NotifyId(notify_id)) = delivery.handle else {
            return Err(without_handle());
        };
        if is_list(delivery.token.as_str()) {
            return Err(gone("xiaomi:not_a_regid".to_owned()));
        }
        Ok(Ask {
            how: match strategy {
                Strategy::Overwrite => How::Overwrite(delivery.notice),
                Strategy::Recall | Strategy::RecallThenOverwrite => How::Recall,
            },
            notify_id: *notify_id,
            most: MAX_TARGETS,
        })
    }

    fn most(ask: &Ask<'_>) -> usize {
        ask.most
    }

    fn name(ask: &Ask<'_>) -> &'static str {
        match ask.how {
            How::Overwrite(_) => "overwrite",
            How::Recall => "recall",
        }
    }

    fn request(&self, call: &XiaomiCall<'_>, who: &Who<'_, XiaomiCredentials>) -> Option<Request<Full<Bytes>>> {
        let account = &who.credentials.account;
        let url = format!("{}{}", self.url(account.region), call.ask.how.path());
        let body = body(&call.ask, call.tokens(), who.credentials);
        let mut request = post(&url, "application/x-www-form-urlencoded;charset=UTF-8", body)?;
        let key = sensitive(&format!("key={}", account.app_secret.expose()))?;
        request.headers_mut().insert(AUTHORIZATION, key);
        Some(request)
    }

    fn read<'a>(&self, call: &XiaomiCall<'a>, told: &Told<'_>) -> Verdict<Ask<'a>> {
        let verdict = classify(told.status, told.retry_after, told.body, call.tokens());
        let code = verdict.reason;
        let reading = match verdict.reading {
            answer::Reading::Accepted => call.all(&taken(&call.ask)),
            answer::Reading::AcceptedBut(bad) => {
                let mut places = 0..;
                call.each(|_| {
                    let is_bad = places.next().is_some_and(|at| bad.contains(&at));
                    Fate::Ends(if is_bad {
                        unknown("xiaomi:bad_regid".to_owned())
                    } else {
                        taken(&call.ask)
                    })
                })
            }
            answer::Reading::SomeUnknown if call.deliveries.len() > 1 => in_halves(call),
            answer::Reading::AllUnknown | answer::Reading::SomeUnknown => call.all(&unknown(code.clone())),
            answer::Reading::Refused | answer::Reading::NotFound => instead(call, || call.all(&refused(code.clone()))),
            answer::Reading::Forbidden | answer::Reading::NoSuchCall => instead(call, || Reading::Failed(misconfigured(code.clone()))),
            answer::Reading::NotLetIn => Reading::NotLetIn,
            answer::Reading::QuotaUsedUp => Reading::QuotaUsedUp,
            answer::Reading::Failed(failure) => Reading::Failed(failure),
        };
        Verdict { code, reading }
    }
}

/// What Xiaomi took.
fn taken(ask: &Ask<'_>) -> Answer {
    match ask.how {
        How::Overwrite(_) => overwritten(),
        How::Recall => recalled(),
    }
}

/// Asks again with half as many a call, until the bad one is found: the others
/// are not to end with it.
fn in_halves<'a>(call: &XiaomiCall<'a>) -> Reading<Ask<'a>> {
    let most = call.deliveries.len().div_ceil(2);
    call.each(|_| Fate::Then(Ask { most, ..call.ask.clone() }))
}

/// Overwrites what the recall did not take, where that is the strategy.
fn instead<'a>(call: &XiaomiCall<'a>, otherwise: impl FnOnce() -> Reading<Ask<'a>>) -> Reading<Ask<'a>> {
    match (call.ask.how, call.strategy) {
        (How::Recall, Strategy::RecallThenOverwrite) => call.each(|delivery| {
            Fate::Then(Ask {
                how: How::Overwrite(delivery.notice),
                notify_id: call.ask.notify_id,
                most: MAX_TARGETS,
            })
        }),
        (How::Recall, Strategy::Recall | Strategy::Overwrite) | (How::Overwrite(_), _) => otherwise(),
    }
}
