//! Joins the parts.

use std::iter::repeat;

use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;
use http_body_util::Full;
use revocation_app::ports::ChannelClient;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;

use super::answer::classify;
use super::request::{MAX_TARGETS, body, is_list, path};
use super::settings::{Account, EUROPE_URL, GLOBAL_URL, INDIA_URL, RUSSIA_URL, Region, URL, XiaomiCredentials};
use crate::answers::{gone, overwritten, recalled};
use crate::around::Around;
use crate::asks::{How, TakeBack};
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Fate, Heard, Told, Vendor, Who, post, sensitive};
use crate::meaning::{Meaning, Sayings};

pub(super) struct Xiaomi {
    url: String,
    global_url: String,
    europe_url: String,
    russia_url: String,
    india_url: String,
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let xiaomi = Xiaomi {
        url: origin(around.settings.get(&URL))?,
        global_url: origin(around.settings.get(&GLOBAL_URL))?,
        europe_url: origin(around.settings.get(&EUROPE_URL))?,
        russia_url: origin(around.settings.get(&RUSSIA_URL))?,
        india_url: origin(around.settings.get(&INDIA_URL))?,
    };
    Client::new(xiaomi, around)
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

type XiaomiCall<'a> = Call<'a, TakeBack<'a>>;

impl Vendor for Xiaomi {
    const CHANNEL: Channel = Channel::Xiaomi;
    type Credentials = XiaomiCredentials;
    type Ask<'a> = TakeBack<'a>;

    fn first<'a>(&self, _: &Account, strategy: Strategy, delivery: &ToCall<'a>) -> Result<TakeBack<'a>, Answer> {
        let ask = TakeBack::first(strategy, delivery, MAX_TARGETS)?;
        if is_list(delivery.token.as_str()) {
            return Err(gone("xiaomi:not_a_regid".to_owned()));
        }
        Ok(ask)
    }

    fn most(ask: &TakeBack<'_>) -> usize {
        ask.most
    }

    fn name(ask: &TakeBack<'_>) -> &'static str {
        ask.name()
    }

    fn request(&self, call: &XiaomiCall<'_>, who: &Who<'_, XiaomiCredentials>) -> Option<Request<Full<Bytes>>> {
        let account = &who.credentials.account;
        let url = format!("{}{}", self.url(account.region), path(call.ask.how));
        let body = body(&call.ask, call.tokens(), who.credentials);
        let mut request = post(&url, "application/x-www-form-urlencoded;charset=UTF-8", body)?;
        let key = sensitive(&format!("key={}", account.app_secret.expose()))?;
        request.headers_mut().insert(AUTHORIZATION, key);
        Some(request)
    }

    fn read<'a>(&self, _: &Account, call: &XiaomiCall<'a>, told: &Told<'_>) -> Heard<TakeBack<'a>> {
        let tokens: Vec<&str> = call.tokens().collect();
        match classify(told, &tokens) {
            Sayings::All(said) if is_overwritten_instead(call, said.meaning) => Heard {
                code: said.reason,
                reading: call.each(|delivery| Fate::Then(call.ask.overwritten_instead(delivery, MAX_TARGETS))),
            },
            said => said.heard(call, &taken(&call.ask), repeat(call.ask.halved(tokens.len()))),
        }
    }
}

/// What Xiaomi took.
fn taken(ask: &TakeBack<'_>) -> Answer {
    match ask.how {
        How::Overwrite(_) => overwritten(),
        How::Recall => recalled(),
    }
}

/// Did a recall not do it, for good or for want of a right, where the strategy has another way?
fn is_overwritten_instead(call: &XiaomiCall<'_>, meaning: Meaning) -> bool {
    let is_no = matches!(meaning, Meaning::Refused | Meaning::NotThere | Meaning::NotForUs);
    is_no && call.ask.has_another_way(call.strategy)
}
