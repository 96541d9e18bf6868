//! Huawei's session: an access token, good for an hour.

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
use crate::sessions::AccountKey;

pub(super) struct HuaweiLogin {
    pub auth_url: String,
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![&self.app_id, self.client_secret.expose()]
    }
}

impl Login<Account> for HuaweiLogin {
    fn request(&self, account: &Account, _: Timestamp) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{LOGIN_PATH}", self.auth_url);
        oauth::request(&url, &account.app_id, &account.client_secret)
    }

    fn read(&self, told: &Told<'_>) -> Result<Given, AttemptFailure> {
        oauth::read(Channel::Huawei, told)
    }
}
