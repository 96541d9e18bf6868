//! Joins the parts.

use std::iter::repeat;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName};
use http::{HeaderValue, Request};
use http_body_util::Full;
use revocation_app::ports::ChannelClient;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;

use super::answer::classify;
use super::login::HonorLogin;
use super::request::{MAX_TOKENS, body, path};
use super::settings::{Account, HonorCredentials, LOGIN_URL, URL};
use crate::answers::overwritten;
use crate::around::Around;
use crate::asks::Overwrite;
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Heard, SessionFrom, Told, Vendor, Who, post, sensitive};

/// When it is sent, in milliseconds; without it Honor refuses.
const TIMESTAMP: HeaderName = HeaderName::from_static("timestamp");

struct Honor {
    url: String,
    login: HonorLogin,
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let honor = Honor {
        url: origin(around.settings.get(&URL))?,
        login: HonorLogin {
            url: origin(around.settings.get(&LOGIN_URL))?,
        },
    };
    Client::new(honor, around)
}

impl Vendor for Honor {
    const CHANNEL: Channel = Channel::Honor;
    type Credentials = HonorCredentials;
    type Ask<'a> = Overwrite<'a>;

    fn first<'a>(&self, _: &Account, _: Strategy, delivery: &ToCall<'a>) -> Result<Overwrite<'a>, Answer> {
        Overwrite::by_notify_id(delivery, MAX_TOKENS)
    }

    fn most(ask: &Overwrite<'_>) -> usize {
        ask.most
    }

    fn name(_: &Overwrite<'_>) -> &'static str {
        "overwrite"
    }

    fn request<'a>(&self, call: &Call<'a, Overwrite<'a>>, who: &Who<'_, HonorCredentials>) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{}", self.url, path(&who.credentials.account));
        let body = body(&call.ask, call.tokens(), who.credentials).ok()?;
        let mut request = post(&url, "application/json;charset=utf-8", body)?;
        let session = sensitive(&format!("Bearer {}", who.session?.expose()))?;
        request.headers_mut().insert(AUTHORIZATION, session);
        request.headers_mut().insert(TIMESTAMP, HeaderValue::from(who.now.as_millisecond()));
        Some(request)
    }

    fn read<'a>(&self, _: &Account, call: &Call<'a, Overwrite<'a>>, told: &Told<'_>) -> Heard<Overwrite<'a>> {
        let tokens: Vec<&str> = call.tokens().collect();
        classify(told, &tokens).heard(call, &overwritten(), repeat(call.ask.halved(tokens.len())))
    }

    fn login(&self) -> Option<SessionFrom<'_, Account>> {
        Some(SessionFrom::Vendor(&self.login))
    }
}
