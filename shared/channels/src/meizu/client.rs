//! Joins the parts.

use std::iter::repeat;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;

use super::answer::classify;
use super::request::{MAX_PUSH_IDS, PATH, body, is_list};
use super::settings::{Account, URL};
use crate::answers::{gone, overwritten, without_handle};
use crate::around::Around;
use crate::asks::Overwrite;
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Heard, Told, Vendor, Who, post};

struct Meizu {
    url: String,
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let meizu = Meizu {
        url: origin(around.settings.get(&URL))?,
    };
    Client::new(meizu, around)
}

impl Vendor for Meizu {
    const CHANNEL: Channel = Channel::Meizu;
    type Credentials = Account;
    type Ask<'a> = Overwrite<'a, &'a str>;

    fn first<'a>(&self, _: &Account, _: Strategy, delivery: &ToCall<'a>) -> Result<Overwrite<'a, &'a str>, Answer> {
        let Some(Handle::NotifyKey(notify_key)) = delivery.handle else {
            return Err(without_handle());
        };
        if is_list(delivery.token.as_str()) {
            return Err(gone("meizu:not_a_push_id".to_owned()));
        }
        Ok(Overwrite {
            id: notify_key.as_str(),
            notice: delivery.notice,
            most: MAX_PUSH_IDS,
        })
    }

    fn most(ask: &Overwrite<'_, &str>) -> usize {
        ask.most
    }

    fn name(_: &Overwrite<'_, &str>) -> &'static str {
        "overwrite"
    }

    fn request<'a>(&self, call: &Call<'a, Overwrite<'a, &'a str>>, who: &Who<'_, Account>) -> Option<Request<Full<Bytes>>> {
        let body = body(&call.ask, call.tokens(), who.credentials).ok()?;
        post(
            &format!("{}{PATH}", self.url),
            "application/x-www-form-urlencoded;charset=UTF-8",
            body,
        )
    }

    fn read<'a>(&self, _: &Account, call: &Call<'a, Overwrite<'a, &'a str>>, told: &Told<'_>) -> Heard<Overwrite<'a, &'a str>> {
        let tokens: Vec<&str> = call.tokens().collect();
        classify(told, &tokens).heard(call, &overwritten(), repeat(call.ask.halved(tokens.len())))
    }
}
