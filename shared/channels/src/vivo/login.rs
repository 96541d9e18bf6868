//! vivo's session: a token, of which an app may have several.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use jiff::Timestamp;
use revocation_rules::retry::AttemptFailure;

use super::answer::classify_login;
use super::request::{LOGIN_PATH, login};
use super::settings::Account;
use crate::driver::{Given, Login, Told, post};
use crate::meaning::Said;
use crate::sessions::AccountKey;

/// A token lives 24 hours; vivo advises to take a new one every one or two.
const GOOD_FOR: Duration = Duration::from_hours(2);

pub(super) struct VivoLogin {
    pub url: String,
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![&self.id_text, &self.key, self.secret.expose()]
    }
}

impl Login<Account> for VivoLogin {
    fn request(&self, account: &Account, now: Timestamp) -> Option<Request<Full<Bytes>>> {
        post(&format!("{}{LOGIN_PATH}", self.url), super::JSON, login(account, now)?)
    }

    fn read(&self, told: &Told<'_>) -> Result<Given, AttemptFailure> {
        let text = classify_login(told).map_err(Said::login_failure)?;
        Ok(Given {
            text: text.into(),
            good_for: GOOD_FOR,
        })
    }
}
