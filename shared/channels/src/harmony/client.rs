//! Joins the parts.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Full;
use revocation_app::ports::ChannelClient;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;

use super::answer::classify;
use super::request::{MAX_TOKENS, PUSH_TYPE, body, path};
use super::settings::{Account, HarmonyCredentials, URL};
use super::token::sign;
use crate::answers::{overwritten, recalled_as_a_whole};
use crate::around::Around;
use crate::asks::{How, TakeBack};
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Fate, Heard, SessionFrom, Told, Vendor, Who, post, sensitive};
use crate::meaning::{Meaning, Said, Sayings};

struct Harmony {
    url: String,
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let harmony = Harmony {
        url: origin(around.settings.get(&URL))?,
    };
    Client::new(harmony, around)
}

type HarmonyCall<'a> = Call<'a, TakeBack<'a>>;

impl Vendor for Harmony {
    const CHANNEL: Channel = Channel::Harmony;
    type Credentials = HarmonyCredentials;
    type Ask<'a> = TakeBack<'a>;

    fn first<'a>(&self, _: &Account, strategy: Strategy, delivery: &ToCall<'a>) -> Result<TakeBack<'a>, Answer> {
        TakeBack::first(strategy, delivery, MAX_TOKENS)
    }

    fn most(ask: &TakeBack<'_>) -> usize {
        ask.most
    }

    fn name(ask: &TakeBack<'_>) -> &'static str {
        ask.name()
    }

    fn request(&self, call: &HarmonyCall<'_>, who: &Who<'_, HarmonyCredentials>) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{}", self.url, path(call.ask.how, &who.credentials.account));
        let body = body(&call.ask, call.tokens(), who.credentials).ok()?;
        let mut request = post(&url, "application/json", body)?;
        let session = sensitive(&format!("Bearer {}", who.session?.expose()))?;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, session);
        headers.insert(HeaderName::from_static("push-type"), HeaderValue::from_static(PUSH_TYPE));
        Some(request)
    }

    fn read<'a>(&self, _: &Account, call: &HarmonyCall<'a>, told: &Told<'_>) -> Heard<TakeBack<'a>> {
        let tokens: Vec<&str> = call.tokens().collect();
        match classify(told, &tokens) {
            Sayings::Each { code, said } => each(call, code, &said),
            Sayings::All(said) => all(call, said),
            Sayings::OneIsBad(said) if tokens.len() == 1 => all(call, said),
            Sayings::OneIsBad(said) => Heard {
                code: said.reason,
                reading: call.each(|_| Fate::Then(call.ask.halved(tokens.len()))),
            },
        }
    }

    fn login(&self) -> Option<SessionFrom<'_, Account>> {
        Some(SessionFrom::Us(sign))
    }
}

/// What Push Kit took.
fn taken(ask: &TakeBack<'_>) -> Answer {
    match ask.how {
        How::Recall => recalled_as_a_whole(),
        How::Overwrite(_) => overwritten(),
    }
}

/// Was it a recall that was refused, where the strategy has another way? A recall
/// that was accepted proves nothing, and so no notice follows it.
fn is_overwritten_instead(call: &HarmonyCall<'_>, said: &Said) -> bool {
    said.meaning == Meaning::Refused && call.ask.has_another_way(call.strategy)
}

fn overwrite<'a>(call: &HarmonyCall<'a>, delivery: &ToCall<'a>) -> Fate<TakeBack<'a>> {
    Fate::Then(call.ask.overwritten_instead(delivery, MAX_TOKENS))
}

fn all<'a>(call: &HarmonyCall<'a>, said: Said) -> Heard<TakeBack<'a>> {
    if is_overwritten_instead(call, &said) {
        return Heard {
            code: said.reason,
            reading: call.each(|delivery| overwrite(call, delivery)),
        };
    }
    said.heard(call, &taken(&call.ask))
}

fn each<'a>(call: &HarmonyCall<'a>, code: String, said: &[Said]) -> Heard<TakeBack<'a>> {
    let mut each = said.iter();
    let reading = call.each(|delivery| match each.next() {
        Some(said) if is_overwritten_instead(call, said) => overwrite(call, delivery),
        Some(said) => Fate::Ends(said.answer(taken(&call.ask))),
        None => Fate::Ends(Answer::NotTried),
    });
    Heard { code, reading }
}
