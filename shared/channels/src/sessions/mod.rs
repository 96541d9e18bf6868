//! Sessions with vendors, shared by all workers of a channel.
//!
//! However many workers need a session at the same time, one of them opens it,
//! under a lease in the store, and the others take it from there; so too when
//! it is renewed, and when the vendor refuses it before its time. Promises:
//!
//! - A session is renewed from four fifths of its life on, by one worker; the
//!   others use the one they have until it is over.
//! - A failure to open one is everybody's for a few seconds, a wrong secret for
//!   half a minute: 300 workers do not ask 300 times. Credentials that changed
//!   are another account.
//! - Who opens one and is killed holds the others up until its lease is over,
//!   12 s at most; whoever lost its lease writes over nothing.
//! - When the store does not answer, each worker opens a session of its own:
//!   the store saves logins, it never stops a revocation.
//! - Nobody waits longer than about 20 s, or past the time until which it may ask: from then on it begins no login, and
//!   has no use for a session that somebody else opens.
//!
//! | what | file |
//! |---|---|
//! | whom a session is for | `account` |
//! | what to do, given what is known: pure | `step` |
//! | one worker's turn at the store | `round` |
//! | where there is nothing to share | `none` |

mod account;
mod none;
mod round;
#[cfg(test)]
mod simulation;
mod step;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
pub use none::NoSessions;
use revocation_app::ports::{Clock, SessionKey, SessionRecord, SessionStore, SessionText, VendorSession};
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;
use tokio::time::{Instant, timeout_at};

pub(crate) use account::{AccountKey, key};

use crate::answers::transient;
use crate::single_flight::Kept;
use step::{Step, step};

/// The end of all waiting for a session; only a result is still written after it.
const OPENED_WITHIN: Duration = Duration::from_secs(18);

/// What a login gave.
pub(crate) struct Opened {
    pub text: SessionText,
    /// It is not used at or after this: leave a margin before the vendor's own end.
    pub good_until: Timestamp,
}

pub(crate) struct SharedSessions {
    channel: Channel,
    store: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
    slots: Mutex<HashMap<SessionKey, Arc<Slot>>>,
}

/// How long one opening may take.
struct Limits {
    /// The end of all of it.
    until: Instant,
    /// No login begins at or after this.
    ask_until: Timestamp,
}

/// One account, in this process.
struct Slot {
    key: SessionKey,
    /// Whose turn it is to speak to the store.
    turn: tokio::sync::Mutex<()>,
    /// What the store said last, or what we did without it.
    known: Mutex<SessionRecord>,
}

impl SharedSessions {
    pub fn new(channel: Channel, store: Arc<dyn SessionStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            channel,
            store,
            clock,
            slots: Mutex::new(HashMap::new()),
        }
    }

    /// The account's session, opened by `login` if nobody has one; another one
    /// than the `refused` version, if given. A login that has begun may end after `ask_until`.
    pub async fn open<F>(
        &self,
        account: &impl AccountKey,
        refused: Option<u64>,
        ask_until: Timestamp,
        login: impl FnOnce() -> F + Send,
    ) -> Result<Kept<SessionText>, AttemptFailure>
    where
        F: Future<Output = Result<Opened, AttemptFailure>> + Send,
    {
        let limits = Limits {
            until: Instant::now() + OPENED_WITHIN,
            ask_until,
        };
        let slot = self.slot(account::key(self.channel, account));
        let _turn = match self.look(&slot, refused) {
            Step::Use(session) | Step::UseForNow(session) => return Ok(kept(session)),
            Step::Fail(shared) => return Err(shared.failure),
            Step::Open { meanwhile: Some(session) } => match slot.turn.try_lock() {
                Ok(turn) => turn,
                // Somebody in this process is renewing it.
                Err(_) => return Ok(kept(session)),
            },
            Step::Open { meanwhile: None } | Step::Wait => {
                let turn = timeout_at(self.waits_until(&limits), slot.turn.lock()).await;
                turn.map_err(|_| self.waited_in_vain())?
            }
        };
        // Whoever had the turn before us may have opened one, or failed to.
        match self.look(&slot, refused) {
            Step::Use(session) | Step::UseForNow(session) => Ok(kept(session)),
            Step::Fail(shared) => Err(shared.failure),
            Step::Open { .. } | Step::Wait => self.round(&slot, refused, &limits, login).await.map(kept),
        }
    }

    /// When waiting for somebody else is of no use any more.
    fn waits_until(&self, limits: &Limits) -> Instant {
        let rest = Duration::try_from(limits.ask_until.duration_since(self.clock.now())).unwrap_or_default();
        Instant::now()
            .checked_add(rest)
            .map_or(limits.until, |ask_until| limits.until.min(ask_until))
    }

    fn may_ask(&self, limits: &Limits) -> bool {
        self.clock.now() < limits.ask_until
    }

    /// What to do as far as this process knows.
    fn look(&self, slot: &Slot, refused: Option<u64>) -> Step {
        step(&slot.known(), refused, self.clock.now())
    }

    fn waited_in_vain(&self) -> AttemptFailure {
        transient(format!("{}:session_wait", self.channel))
    }

    fn slot(&self, key: SessionKey) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(key.clone()).or_insert_with(|| {
            Arc::new(Slot {
                key,
                turn: tokio::sync::Mutex::new(()),
                known: Mutex::new(SessionRecord::default()),
            })
        });
        Arc::clone(slot)
    }
}

impl Slot {
    fn known(&self) -> MutexGuard<'_, SessionRecord> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kept(session: VendorSession) -> Kept<SessionText> {
    Kept {
        value: session.text,
        version: session.version,
        good_until: session.good_until,
    }
}
