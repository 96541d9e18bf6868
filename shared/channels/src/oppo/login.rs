//! OPPO's session: a token, good for a day.

use std::time::Duration;

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

/// What OPPO documents; its answer does not say it.
const GOOD_FOR: Duration = Duration::from_hours(24);

pub(super) struct OppoLogin {
    pub url: String,
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![&self.app_key, self.master_secret.expose()]
    }
}

impl Login<Account> for OppoLogin {
    fn request(&self, account: &Account, now: Timestamp) -> Option<Request<Full<Bytes>>> {
        let url = format!("{}{LOGIN_PATH}", self.url);
        post(&url, super::FORM, login_form(account, now))
    }

    fn read(&self, told: &Told<'_>) -> Result<Given, AttemptFailure> {
        let text = classify_login(told).map_err(Said::login_failure)?;
        Ok(Given {
            text: text.into(),
            good_for: GOOD_FOR,
        })
    }
}
