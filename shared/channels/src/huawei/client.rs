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
use super::login::HuaweiLogin;
use super::request::{MAX_TOKENS, body, path};
use super::settings::{AUTH_URL, Account, HuaweiCredentials, PUSH_URL};
use crate::answers::overwritten;
use crate::around::Around;
use crate::asks::Overwrite;
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Heard, SessionFrom, Told, Vendor, Who, post, sensitive};

struct Huawei {
    push_url: String,
    login: HuaweiLogin,
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let huawei = Huawei {
        push_url: origin(around.settings.get(&PUSH_URL))?,
        login: HuaweiLogin {
            auth_url: origin(around.settings.get(&AUTH_URL))?,
        },
    };
    Client::new(huawei, around)
}

impl Vendor for Huawei {
    const CHANNEL: Channel = Channel::Huawei;
    type Credentials = HuaweiCredentials;
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

    fn request<'a>(&self, call: &Call<'a, Overwrite<'a>>, who: &Who<'_, HuaweiCredentials>) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{}", self.push_url, path(&who.credentials.account));
        let body = body(&call.ask, call.tokens(), who.credentials).ok()?;
        let mut request = post(&url, "application/json;charset=utf-8", body)?;
        let session = sensitive(&format!("Bearer {}", who.session?.expose()))?;
        request.headers_mut().insert(AUTHORIZATION, session);
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
