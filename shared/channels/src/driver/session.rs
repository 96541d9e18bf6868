//! A vendor's sessions, shared by all workers of an account.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use revocation_app::ports::{Clock, SessionStore, SessionText};
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;
use tokio::time::Instant;

use super::request::sensitive;
use super::vendor::{Given, Login, SessionFrom, Told};
use crate::answers::{misconfigured, transient, waiting};
use crate::elapsed::elapsed_ms;
use crate::https::Https;
use crate::retry_after::retry_after;
use crate::sessions::{AccountKey, Opened, SharedSessions};
use crate::single_flight::Kept;

/// How long before its end a session is used no more.
const LEFT_EARLY: Duration = Duration::from_mins(5);

/// Longest session that is kept. Huawei's have some hundred bytes, and no vendor's more.
const MAX_SESSION_BYTES: usize = 8 * 1024;

pub(crate) struct Sessions {
    channel: Channel,
    https: Arc<Https>,
    clock: Arc<dyn Clock>,
    shared: SharedSessions,
}

impl Sessions {
    pub fn new(channel: Channel, https: Arc<Https>, store: Arc<dyn SessionStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            channel,
            https,
            shared: SharedSessions::new(channel, store, Arc::clone(&clock)),
            clock,
        }
    }

    /// The account's session; another one than `refused`, if given. None is begun at or after `ask_until`.
    pub async fn open<A: AccountKey + Sync>(
        &self,
        from: &SessionFrom<'_, A>,
        account: &A,
        refused: Option<u64>,
        ask_until: Timestamp,
    ) -> Result<Kept<SessionText>, AttemptFailure> {
        self.shared.open(account, refused, ask_until, || self.begin(from, account)).await
    }

    async fn begin<A: Sync>(&self, from: &SessionFrom<'_, A>, account: &A) -> Result<Opened, AttemptFailure> {
        let channel = self.channel;
        let started = Instant::now();
        let began_at = self.clock.now();
        let (what, given) = match from {
            SessionFrom::Vendor(login) => ("login", self.ask(*login, account, began_at).await),
            SessionFrom::Us(sign) => ("sign", sign(account, began_at)),
        };
        let result = given.and_then(|given| opened(given, began_at).ok_or_else(|| transient(format!("{channel}:{what}_unreadable"))));
        let ok = format!("{channel}:{what}_ok");
        let code = result.as_ref().map_or_else(AttemptFailure::reason, |_| &ok);
        tracing::info!(
            channel = %channel,
            call = what,
            code,
            duration_ms = elapsed_ms(started),
            "opened a session for {channel}: {code}"
        );
        result
    }

    async fn ask<A: Sync>(&self, login: &dyn Login<A>, account: &A, asked_at: Timestamp) -> Result<Given, AttemptFailure> {
        let channel = self.channel;
        let request = login
            .request(account, asked_at)
            .ok_or_else(|| misconfigured(format!("{channel}:bad_settings")))?;
        let reply = self
            .https
            .call(request)
            .await
            .map_err(|none| transient(format!("{channel}:login_{}", none.as_str())))?;
        let asked_for = retry_after(&reply.headers, self.clock.now());
        let told = Told {
            status: reply.status,
            retry_after: asked_for,
            body: &reply.body,
        };
        login.read(&told).map_err(|failure| waiting(failure, asked_for))
    }
}

/// `None` for what makes no header, or no sensible one: it is kept for nobody.
fn opened(given: Given, began_at: Timestamp) -> Option<Opened> {
    let text = Some(given.text.expose()).filter(|text| text.len() <= MAX_SESSION_BYTES);
    text.and_then(sensitive)?;
    Some(Opened {
        text: given.text,
        good_until: good_until(began_at, given.good_for),
    })
}

/// Counted from the question, not the answer: the vendor's clock started in between.
fn good_until(asked_at: Timestamp, good_for: Duration) -> Timestamp {
    // A session shorter than the margin is used for half its life, not never.
    let used_for = good_for.saturating_sub(LEFT_EARLY).max(good_for / 2).min(Duration::from_hours(24));
    asked_at + used_for
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
