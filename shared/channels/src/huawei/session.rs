//! Huawei's session: an access token, good for an hour, shared by all workers of an app.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Uri};
use http_body_util::Full;
use jiff::Timestamp;
use revocation_app::ports::{Clock, SessionStore};
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;
use tokio::time::Instant;

use super::answer::classify_login;
use super::request::{LOGIN_PATH, login_form};
use super::settings::Account;
use crate::answers::transient;
use crate::elapsed::elapsed_ms;
use crate::https::Https;
use crate::retry_after::retry_after;
use crate::sessions::{AccountKey, Opened, SharedSessions};
use crate::single_flight::Kept;

/// How long before its end a session is used no more.
const LEFT_EARLY: Duration = Duration::from_mins(5);

/// The `Authorization` header of a session.
#[derive(Clone)]
pub(super) struct Session(pub HeaderValue);

pub(super) struct Sessions {
    auth_url: String,
    https: Arc<Https>,
    clock: Arc<dyn Clock>,
    shared: SharedSessions,
}

impl Sessions {
    pub fn new(auth_url: String, https: Arc<Https>, store: Arc<dyn SessionStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            auth_url,
            https,
            shared: SharedSessions::new(Channel::Huawei, store, Arc::clone(&clock)),
            clock,
        }
    }

    /// The account's session; another one than `refused`, if given.
    pub async fn open(&self, account: &Account, refused: Option<u64>) -> Result<Kept<Session>, AttemptFailure> {
        let kept = self.shared.open(account, refused, || self.login(account)).await?;
        Ok(Kept {
            value: Session(bearer(kept.value.expose()).ok_or_else(unreadable)?),
            version: kept.version,
            good_until: kept.good_until,
        })
    }

    async fn login(&self, account: &Account) -> Result<Opened, AttemptFailure> {
        let started = Instant::now();
        let asked_at = self.clock.now();
        let result = self.ask(account, asked_at).await;
        let code = result.as_ref().map_or_else(AttemptFailure::reason, |_| "huawei:login_ok");
        tracing::info!(
            channel = "huawei",
            call = "login",
            code,
            duration_ms = elapsed_ms(started),
            "logged in at huawei: {code}"
        );
        result
    }

    async fn ask(&self, account: &Account, asked_at: Timestamp) -> Result<Opened, AttemptFailure> {
        let uri: Uri = format!("{}{LOGIN_PATH}", self.auth_url).parse().map_err(|_| unreadable())?;
        let request = Request::post(uri)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(login_form(account))))
            .map_err(|_| unreadable())?;
        let reply = self
            .https
            .call(request)
            .await
            .map_err(|none| transient(format!("huawei:login_{}", none.as_str())))?;
        let wait = retry_after(&reply.headers, self.clock.now());
        let (access_token, good_for) = classify_login(reply.status, wait, &reply.body)?;
        // What makes no header is kept for nobody.
        bearer(&access_token).ok_or_else(unreadable)?;
        Ok(Opened {
            text: access_token.into(),
            good_until: good_until(asked_at, good_for),
        })
    }
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec![&self.app_id, self.client_secret.expose()]
    }
}

fn bearer(access_token: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::try_from(format!("Bearer {access_token}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn unreadable() -> AttemptFailure {
    transient("huawei:login_unreadable")
}

/// Counted from the question, not the answer: Huawei's clock started in between.
fn good_until(asked_at: Timestamp, good_for: Duration) -> Timestamp {
    // A session shorter than the margin is used for half its life, not never.
    let used_for = good_for.saturating_sub(LEFT_EARLY).max(good_for / 2).min(Duration::from_hours(24));
    asked_at + used_for
}

/// Puts the session on a request.
pub(super) fn authorize(request: &mut Request<Full<Bytes>>, session: &Session) {
    request.headers_mut().insert(AUTHORIZATION, session.0.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_left_five_minutes_early() {
        let used_for = |secs| good_until(Timestamp::UNIX_EPOCH, Duration::from_secs(secs)).as_second();
        assert_eq!(used_for(3600), 3300);
        assert_eq!(used_for(400), 200);
        assert_eq!(used_for(0), 0);
        assert_eq!(used_for(u64::MAX), 86_400);
    }
}
