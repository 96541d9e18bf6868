//! Honor's session: an access token, good for an hour.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use jiff::Timestamp;
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;

use super::request::LOGIN_PATH;
use super::settings::Account;
use crate::driver::{Given, Login, Told};
use crate::oauth;

pub(super) struct HonorLogin {
    pub url: String,
}

impl Login<Account> for HonorLogin {
    fn request(&self, account: &Account, _: Timestamp) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{LOGIN_PATH}", self.url);
        oauth::request(&url, &account.client_id, &account.client_secret)
    }

    fn read(&self, told: &Told<'_>) -> Result<Given, AttemptFailure> {
        oauth::read(Channel::Honor, told)
    }
}
