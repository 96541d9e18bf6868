//! One worker's turn at the store: look, lease, open, keep.

use std::time::Duration;

use futures::future::BoxFuture;
use revocation_app::ports::{Saved, SessionRecord, Source, StoreError, VendorSession};
use revocation_rules::retry::AttemptFailure;
use tokio::time::{Instant, sleep, timeout_at};

use super::step::{LEASED_FOR, Step, after, next_version, shared, step};
use super::{Limits, Opened, SharedSessions, Slot};
use crate::answers::transient;

/// One answer of the store. Patient, since who gives up logs in alone.
const STORE_ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// For keeping what came of a login, when all time is used up.
const LAST_WORD_WITHIN: Duration = Duration::from_secs(2);
/// The longest login. Under a lease it ends before the lease does.
const LOGIN_WITHIN: Duration = Duration::from_secs(10);
const LOGIN_AFTER_LEASE_WITHIN: Duration = Duration::from_secs(11);
/// With less time left than this, no login is begun.
const LOGIN_AT_LEAST: Duration = Duration::from_secs(3);
/// Between two looks at somebody else's lease.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

type Opening = Result<VendorSession, AttemptFailure>;

impl SharedSessions {
    /// Takes the session from the store, or opens it for everybody.
    pub(super) async fn round<F>(&self, slot: &Slot, refused: Option<u64>, limits: &Limits, login: impl FnOnce() -> F + Send) -> Opening
    where
        F: Future<Output = Result<Opened, AttemptFailure>> + Send,
    {
        let until = limits.until;
        let mut pause = FIRST_PAUSE;
        loop {
            let record = match self.read(slot, until).await {
                Ok(record) => record,
                Err(error) => return self.open_alone(slot, refused, limits, login, &error).await,
            };
            *slot.known() = record.clone();
            match step(&record, refused, self.clock.now()) {
                Step::Use(session) | Step::UseForNow(session) => return Ok(session),
                Step::Fail(shared) => return Err(shared.failure),
                Step::Open { .. } if !self.may_ask(limits) => return Err(self.waited_in_vain()),
                Step::Open { meanwhile } => {
                    let leased_until = until.min(Instant::now() + LOGIN_AFTER_LEASE_WITHIN);
                    let leased = self.leased(&record);
                    match self.write(slot, &leased, record.version, until).await {
                        Ok(Saved::Yes) => return self.open_leased(slot, refused, limits, leased_until, login, leased).await,
                        // Somebody was faster.
                        Ok(Saved::Outdated) => {}
                        Err(error) if meanwhile.is_some() => return self.open_alone(slot, refused, limits, login, &error).await,
                        Err(error) => {
                            // The lease may be ours, and others wait for its end: what comes of it is written
                            // if it is, and refused if it is not.
                            self.warn(&error, "opened without knowing whether the lease is ours");
                            return self.open_leased(slot, refused, limits, leased_until, login, leased).await;
                        }
                    }
                }
                Step::Wait => {}
            }
            let next_look = Instant::now() + pause.mul_f64(0.5 + rand::random::<f64>() / 2.0);
            if next_look + LOGIN_AT_LEAST > until || next_look > self.waits_until(limits) {
                return Err(self.waited_in_vain());
            }
            sleep(next_look - Instant::now()).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Under the lease: opens one, and keeps what came of it for everybody.
    async fn open_leased<F>(
        &self,
        slot: &Slot,
        refused: Option<u64>,
        limits: &Limits,
        until: Instant,
        login: impl FnOnce() -> F + Send,
        leased: SessionRecord,
    ) -> Opening
    where
        F: Future<Output = Result<Opened, AttemptFailure>> + Send,
    {
        let before = leased.version;
        if !self.may_ask(limits) {
            return self.give_back(slot, leased, until).await;
        }
        let opening = self.log_in(until, login).await;
        let record = self.record_of(&opening, leased);
        *slot.known() = record.clone();
        let until = until.max(Instant::now() + LAST_WORD_WITHIN);
        match self.write(slot, &record, before, until).await {
            Ok(Saved::Yes) => {}
            Ok(Saved::Outdated) => {
                // The lease was over before we were done. What came after it counts, if it
                // is of use: everybody is to have the same session.
                let newer = self.read(slot, until).await.unwrap_or_default();
                if let Step::Use(session) = step(&newer, refused, self.clock.now()) {
                    *slot.known() = newer;
                    return Ok(session);
                }
            }
            Err(error) => self.warn(&error, "kept by this worker alone"),
        }
        self.or_the_old_one(opening, &record, refused)
    }

    /// Our time ran out while the lease was written: the next one need not wait for its end.
    async fn give_back(&self, slot: &Slot, leased: SessionRecord, until: Instant) -> Opening {
        let before = leased.version;
        let record = SessionRecord {
            version: next_version(before, self.clock.now()),
            leased_until: None,
            ..leased
        };
        *slot.known() = record.clone();
        let until = until.min(Instant::now() + LAST_WORD_WITHIN);
        if let Err(error) = self.write(slot, &record, before, until).await {
            self.warn(&error, "a lease is left to its end");
        }
        Err(self.waited_in_vain())
    }

    /// Without the store: a session of our own.
    async fn open_alone<F>(
        &self,
        slot: &Slot,
        refused: Option<u64>,
        limits: &Limits,
        login: impl FnOnce() -> F + Send,
        error: &StoreError,
    ) -> Opening
    where
        F: Future<Output = Result<Opened, AttemptFailure>> + Send,
    {
        let mut known = slot.known().clone();
        known.leased_until = None;
        if let Step::Open { meanwhile: Some(session) } | Step::UseForNow(session) | Step::Use(session) =
            step(&known, refused, self.clock.now())
        {
            self.warn(error, "renewed later");
            // The store is looked at again when this lease, nobody's, is over.
            known.leased_until = Some(after(self.clock.now(), LEASED_FOR));
            *slot.known() = known;
            return Ok(session);
        }
        if !self.may_ask(limits) {
            return Err(self.waited_in_vain());
        }
        self.warn(error, "opened by this worker alone");
        let opening = self.log_in(limits.until, login).await;
        let record = self.record_of(&opening, known);
        *slot.known() = record.clone();
        self.or_the_old_one(opening, &record, refused)
    }

    async fn log_in<F>(&self, until: Instant, login: impl FnOnce() -> F) -> Opening
    where
        F: Future<Output = Result<Opened, AttemptFailure>> + Send,
    {
        let opened_at = self.clock.now();
        let end = until.min(Instant::now() + LOGIN_WITHIN);
        let opened = timeout_at(end, login()).await;
        let opened = opened.unwrap_or_else(|_| Err(transient(format!("{}:login_timeout", self.channel))))?;
        Ok(VendorSession {
            text: opened.text,
            version: rand::random(),
            opened_at,
            good_until: opened.good_until,
        })
    }

    /// What is known after an opening. A failure leaves the session that there was.
    fn record_of(&self, opening: &Opening, before: SessionRecord) -> SessionRecord {
        let now = self.clock.now();
        let failure = opening.as_ref().err().map(|failure| shared(failure.clone(), now));
        SessionRecord {
            version: next_version(before.version, now),
            session: opening.as_ref().ok().cloned().or(before.session),
            failure,
            leased_until: None,
        }
    }

    /// A renewal that failed costs nothing while the old session is good.
    fn or_the_old_one(&self, opening: Opening, record: &SessionRecord, refused: Option<u64>) -> Opening {
        opening.or_else(|failure| match step(record, refused, self.clock.now()) {
            Step::UseForNow(session) => Ok(session),
            Step::Use(_) | Step::Open { .. } | Step::Wait | Step::Fail(_) => Err(failure),
        })
    }

    /// The record with our lease in it.
    fn leased(&self, record: &SessionRecord) -> SessionRecord {
        let now = self.clock.now();
        SessionRecord {
            version: next_version(record.version, now),
            leased_until: Some(after(now, LEASED_FOR)),
            ..record.clone()
        }
    }

    async fn read(&self, slot: &Slot, until: Instant) -> Result<SessionRecord, StoreError> {
        Ok(in_time(self.store.session(&slot.key), until).await?.unwrap_or_default())
    }

    async fn write(&self, slot: &Slot, record: &SessionRecord, before: u64, until: Instant) -> Result<Saved, StoreError> {
        in_time(self.store.put_session(&slot.key, record, before), until).await
    }

    fn warn(&self, error: &StoreError, what: &str) {
        let channel = self.channel;
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::warn!(%channel, %error, cause, "the store of vendor sessions can not be used: {what}");
    }
}

async fn in_time<T>(answer: BoxFuture<'_, Result<T, StoreError>>, until: Instant) -> Result<T, StoreError> {
    let late = |_| StoreError::Unavailable(Source::from("no answer in time"));
    let until = until.min(Instant::now() + STORE_ANSWERS_WITHIN);
    timeout_at(until, answer).await.map_err(late)?
}
