//! Huawei's session: an access token, good for an hour.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use jiff::Timestamp;
use revocation_rules::retry::AttemptFailure;

use super::answer::classify_login;
use super::request::{LOGIN_PATH, login_form};
use super::settings::Account;
use crate::driver::{Given, Login, Told, post};
use crate::meaning::Said;
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
        post(&url, "application/x-www-form-urlencoded", login_form(account))
    }

    fn read(&self, told: &Told<'_>) -> Result<Given, AttemptFailure> {
        let (access_token, good_for) = classify_login(told).map_err(Said::login_failure)?;
        Ok(Given {
            text: access_token.into(),
            good_for,
        })
    }
}
