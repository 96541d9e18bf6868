//! Joins the parts.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use revocation_app::ports::ChannelClient;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;

use super::answer::classify;
use super::login::OppoLogin;
use super::request::{MAX_MESSAGES, notify_id, push};
use super::settings::{Account, OppoCredentials, URL};
use crate::answers::{overwritten, without_handle};
use crate::around::Around;
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Heard, SessionFrom, Told, Vendor, Who, post};
use crate::part::Part;

struct Oppo {
    url: String,
    login: OppoLogin,
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let url = origin(around.settings.get(&URL))?;
    let oppo = Oppo {
        login: OppoLogin { url: url.clone() },
        url,
    };
    Client::new(oppo, around)
}

impl Vendor for Oppo {
    const CHANNEL: Channel = Channel::Oppo;
    type Credentials = OppoCredentials;
    /// Each message of a call has its own notify id and notice: one call takes them all.
    type Ask<'a> = Part;

    fn first(&self, _: &Account, _: Strategy, delivery: &ToCall<'_>) -> Result<Part, Answer> {
        notify_id(delivery).map(|_| Part::WHOLE).ok_or_else(without_handle)
    }

    fn most(_: &Part) -> usize {
        MAX_MESSAGES
    }

    fn name(_: &Part) -> &'static str {
        "overwrite"
    }

    fn request(&self, call: &Call<'_, Part>, who: &Who<'_, OppoCredentials>) -> Option<Request<Full<Bytes>>> {
        let (path, form) = push(&call.deliveries, who.revocation, who.credentials, who.session?.expose())?;
        post(&format!("{}{path}", self.url), super::FORM, form)
    }

    fn read(&self, _: &Account, call: &Call<'_, Part>, told: &Told<'_>) -> Heard<Part> {
        let tokens: Vec<&str> = call.tokens().collect();
        classify(told, &tokens).heard(call, &overwritten(), call.ask.split(tokens.len()))
    }

    fn login(&self) -> Option<SessionFrom<'_, Account>> {
        Some(SessionFrom::Vendor(&self.login))
    }
}
