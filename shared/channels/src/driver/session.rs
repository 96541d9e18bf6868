//! A vendor's sessions, shared by all calls of an account.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use revocation_app::ports::Clock;
use revocation_rules::retry::AttemptFailure;
use tokio::time::Instant;

use super::vendor::{Login, Told, Vendor};
use crate::answers::{misconfigured, transient};
use crate::elapsed::elapsed_ms;
use crate::https::Https;
use crate::retry_after::retry_after;
use crate::secret::Secret;
use crate::single_flight::{Kept, SingleFlight};

/// How long before its end a session is renewed.
const RENEWED_EARLY: Duration = Duration::from_mins(5);

pub(super) struct Sessions<V: Vendor> {
    https: Arc<Https>,
    clock: Arc<dyn Clock>,
    kept: SingleFlight<V::Account, Secret>,
}

impl<V: Vendor> Sessions<V> {
    pub fn new(https: Arc<Https>, clock: Arc<dyn Clock>) -> Self {
        Self {
            https,
            clock,
            kept: SingleFlight::new(),
        }
    }

    /// The account's session; another one than `refused`, if given.
    pub async fn open(
        &self,
        login: &dyn Login<V::Account>,
        account: &V::Account,
        refused: Option<u64>,
    ) -> Result<Kept<Secret>, AttemptFailure> {
        let make = || self.log_in(login, account);
        self.kept.obtain(account.clone(), self.clock.now(), refused, make).await
    }

    async fn log_in(&self, login: &dyn Login<V::Account>, account: &V::Account) -> Result<(Secret, Timestamp), AttemptFailure> {
        let channel = V::CHANNEL;
        let started = Instant::now();
        let result = self.ask(login, account).await;
        let ok = format!("{channel}:login_ok");
        let code = result.as_ref().map_or_else(AttemptFailure::reason, |_| &ok);
        tracing::info!(
            channel = %channel,
            call = "login",
            code,
            duration_ms = elapsed_ms(started),
            "logged in at {channel}: {code}"
        );
        result
    }

    async fn ask(&self, login: &dyn Login<V::Account>, account: &V::Account) -> Result<(Secret, Timestamp), AttemptFailure> {
        let channel = V::CHANNEL;
        let asked_at = self.clock.now();
        let request = login
            .request(account, asked_at)
            .ok_or_else(|| misconfigured(format!("{channel}:bad_settings")))?;
        let reply = self
            .https
            .call(request)
            .await
            .map_err(|none| transient(format!("{channel}:login_{}", none.as_str())))?;
        let opened = login.read(&Told {
            status: reply.status,
            retry_after: retry_after(&reply.headers, self.clock.now()),
            body: &reply.body,
        })?;
        Ok((opened.text, good_until(asked_at, opened.good_for)))
    }
}

/// Counted from the question, not the answer: the vendor's clock started in between.
fn good_until(asked_at: Timestamp, good_for: Duration) -> Timestamp {
    // A session shorter than the margin is used for half its life, not never.
    let used_for = good_for
        .saturating_sub(RENEWED_EARLY)
        .max(good_for / 2)
        .min(Duration::from_hours(24));
    asked_at + used_for
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_renewed_five_minutes_early() {
        let used_for = |secs| good_until(Timestamp::UNIX_EPOCH, Duration::from_secs(secs)).as_second();
        assert_eq!(used_for(3600), 3300);
        assert_eq!(used_for(400), 200);
        assert_eq!(used_for(0), 0);
        assert_eq!(used_for(u64::MAX), 86_400);
    }
}
