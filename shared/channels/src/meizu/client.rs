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
use super::request::{MAX_PUSH_IDS, Overwrite, PATH, body, is_list};
use super::settings::{Account, URL};
use crate::answers::{gone, overwritten, without_handle};
use crate::around::Around;
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
    type Ask<'a> = Overwrite<'a>;

    fn first<'a>(&self, _: &Account, _: Strategy, delivery: &ToCall<'a>) -> Result<Overwrite<'a>, Answer> {
        let Some(Handle::NotifyKey(notify_key)) = delivery.handle else {
            return Err(without_handle());
        };
        if is_list(delivery.token.as_str()) {
            return Err(gone("meizu:not_a_push_id".to_owned()));
        }
        Ok(Overwrite {
            notify_key,
            notice: delivery.notice,
            most: MAX_PUSH_IDS,
        })
    }

    fn most(ask: &Overwrite<'_>) -> usize {
        ask.most
    }

    fn name(_: &Overwrite<'_>) -> &'static str {
        "overwrite"
    }

    fn request<'a>(&self, call: &Call<'a, Overwrite<'a>>, who: &Who<'_, Account>) -> Option<Request<Full<Bytes>>> {
        let body = body(&call.ask, call.tokens(), who.credentials).ok()?;
        post(
            &format!("{}{PATH}", self.url),
            "application/x-www-form-urlencoded;charset=UTF-8",
            body,
        )
    }

    fn read<'a>(&self, _: &Account, call: &Call<'a, Overwrite<'a>>, told: &Told<'_>) -> Heard<Overwrite<'a>> {
        let tokens: Vec<&str> = call.tokens().collect();
        // The same notify key shows the same notice.
        let most = tokens.len().div_ceil(2);
        let half = Overwrite { most, ..call.ask.clone() };
        classify(told, &tokens).heard(call, &overwritten(), repeat(half))
    }
}
