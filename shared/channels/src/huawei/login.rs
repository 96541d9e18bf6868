//! Huawei's session: an access token, good for an hour.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use jiff::Timestamp;
use revocation_rules::retry::AttemptFailure;

use super::answer::classify_login;
use super::request::{LOGIN_PATH, login_form};
use super::settings::Account;
use crate::driver::{Login, Opened, Told, post};

pub(super) struct HuaweiLogin {
    pub auth_url: String,
}

impl Login<Account> for HuaweiLogin {
    fn request(&self, account: &Account, _: Timestamp) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{LOGIN_PATH}", self.auth_url);
        post(&url, "application/x-www-form-urlencoded", login_form(account))
    }

    fn read(&self, told: &Told<'_>) -> Result<Opened, AttemptFailure> {
        let (access_token, good_for) = classify_login(told.status, told.retry_after, told.body)?;
        Ok(Opened {
            text: access_token.as_str().into(),
            good_for,
        })
    }
}
