//! The pauses that vendors ask for, so that one answer makes all who call for the account wait: in this process at once,
//! in the others from their next look at the table on.
//!
//! A worker looks before an order, half a second after its last look at the earliest, and not at all while it knows of a
//! pause. When the table does not answer in time, the pauses are this worker's own: it saves calls, it never stops one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{SessionKey, SessionStore, SharedPause, Source, StoreError};
use revocation_rules::retry::AttemptFailure;
use tokio::time::timeout;

/// How long an account is not called at all. A vendor may ask a batch to wait for a day; whether it meant everybody is
/// found out by a call. Whatever somebody with a wrong clock has noted, nobody waits longer.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// Accounts that are remembered at once; beyond it all are called anew.
const REMEMBERED: usize = 1_000;
/// Between two looks of a worker at an account's pause.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_millis(500);
/// A pause that ends this much later than the one that is known is noted anew; 300 workers that are told the same at
/// once need not all write it.
const SAME: SignedDuration = SignedDuration::from_secs(1);

pub(crate) struct Pauses {
    store: Arc<dyn SessionStore>,
    answers_within: Duration,
    accounts: Mutex<HashMap<SessionKey, Arc<Account>>>,
}

#[derive(Default)]
struct Account {
    known: Mutex<Known>,
    /// Whose turn it is to look at the table; the others wait for what it says.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    pause: Option<SharedPause>,
    looked_at: Option<Timestamp>,
}

impl Pauses {
    /// `answers_within`: one answer of the table.
    pub fn new(store: Arc<dyn SessionStore>, answers_within: Duration) -> Self {
        Self {
            store,
            answers_within,
            accounts: Mutex::default(),
        }
    }

    /// Nothing but a wish for a pause that says how long is kept. In this process it counts before anything is awaited.
    pub async fn note(&self, key: &SessionKey, failure: &AttemptFailure, now: Timestamp) {
        let AttemptFailure::Throttled {
            retry_after: Some(wait),
            reason,
        } = failure
        else {
            return;
        };
        let wait = SignedDuration::try_from(*wait).unwrap_or(LONGEST).min(LONGEST);
        let pause = SharedPause {
            until: now.saturating_add(wait).unwrap_or(Timestamp::MAX),
            reason: reason.clone(),
        };
        if self.account(key).keep(pause.clone()) {
            let noted = timeout(self.answers_within, self.store.note_pause(key, &pause)).await;
            if let Err(error) = noted.unwrap_or_else(|_| Err(late())) {
                warn(key, &error, "the pause is this worker's alone");
            }
        }
    }

    /// What a call would be told now; `None` when it is time to call.
    pub async fn of(&self, key: &SessionKey, now: Timestamp) -> Option<AttemptFailure> {
        let account = self.account(key);
        if let Some(failure) = account.failure(now) {
            return Some(failure);
        }
        if account.is_to_look(now) {
            let _turn = account.turn.lock().await;
            // Whoever had the turn before us has looked.
            if account.is_to_look(now) {
                match timeout(self.answers_within, self.store.pause(key))
                    .await
                    .unwrap_or_else(|_| Err(late()))
                {
                    Ok(Some(pause)) => {
                        account.keep(pause);
                    }
                    Ok(None) => {}
                    Err(error) => warn(key, &error, "called without knowing of others' pauses"),
                }
                account.known().looked_at = Some(now);
            }
        }
        account.failure(now)
    }

    fn account(&self, key: &SessionKey) -> Arc<Account> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.get(key) {
            return Arc::clone(account);
        }
        if accounts.len() >= REMEMBERED {
            accounts.clear();
        }
        Arc::clone(accounts.entry(key.clone()).or_default())
    }
}

impl Account {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it was worth keeping: the one that ends last is kept.
    fn keep(&self, pause: SharedPause) -> bool {
        let mut known = self.known();
        let ends = known.pause.as_ref().map_or(Timestamp::MIN, |known| known.until);
        if ends.saturating_add(SAME).is_ok_and(|same| pause.until < same) {
            return false;
        }
        known.pause = Some(pause);
        true
    }

    /// A clock that was set back looks again.
    fn is_to_look(&self, now: Timestamp) -> bool {
        let looked_at = self.known().looked_at;
        looked_at.is_none_or(|looked_at| now.duration_since(looked_at).abs() >= LOOKS_EVERY)
    }

    fn failure(&self, now: Timestamp) -> Option<AttemptFailure> {
        let known = self.known();
        let pause = known.pause.as_ref()?;
        let rest = pause.until.duration_since(now).min(LONGEST);
        let rest = Duration::try_from(rest).ok().filter(|rest| !rest.is_zero())?;
        Some(AttemptFailure::Throttled {
            retry_after: Some(rest),
            reason: pause.reason.clone(),
        })
    }
}

fn late() -> StoreError {
    StoreError::Unavailable(Source::from("no answer in time"))
}

fn warn(key: &SessionKey, error: &StoreError, what: &str) {
    let channel = key.channel();
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(%channel, %error, cause, "the store of vendor sessions can not be used: {what}");
}

#[cfg(test)]
mod simulation;

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use revocation_rules::channel::Channel;
    use revocation_testkit::{MemorySessions, Weather};

    use super::simulation::Counting;
    use super::*;

    const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

    fn account(nth: u8) -> SessionKey {
        SessionKey::new(Channel::Oppo, [nth; 32])
    }

    fn throttled(wait: Option<u64>) -> AttemptFailure {
        AttemptFailure::Throttled {
            retry_after: wait.map(Duration::from_secs),
            reason: "oppo:-2".to_owned(),
        }
    }

    fn later(millis: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(millis)
    }

    fn over(store: Arc<dyn SessionStore>) -> Pauses {
        Pauses::new(store, ANSWERS_WITHIN)
    }

    fn alone() -> Pauses {
        over(Arc::new(MemorySessions::default()))
    }

    #[tokio::test]
    async fn an_account_is_not_called_until_its_pause_is_over_and_others_are() {
        let pauses = alone();
        pauses.note(&account(1), &throttled(Some(30)), later(0)).await;
        assert_eq!(pauses.of(&account(2), later(0)).await, None);
        assert_eq!(pauses.of(&account(1), later(10_000)).await, Some(throttled(Some(20))));
        assert_eq!(pauses.of(&account(1), later(30_000)).await, None);
    }

    #[tokio::test]
    async fn what_says_no_time_is_no_pause_and_a_day_is_a_quarter_of_an_hour() {
        let pauses = alone();
        pauses.note(&account(1), &throttled(None), later(0)).await;
        let transient = AttemptFailure::Transient { reason: "r".to_owned() };
        pauses.note(&account(1), &transient, later(0)).await;
        assert_eq!(pauses.of(&account(1), later(0)).await, None);
        pauses.note(&account(1), &throttled(Some(86_400)), later(0)).await;
        assert_eq!(pauses.of(&account(1), later(0)).await, Some(throttled(Some(900))));
    }

    #[tokio::test]
    async fn what_one_worker_is_told_the_others_know_in_half_a_second() {
        let store = Arc::new(MemorySessions::default());
        let (one, other) = (over(store.clone()), over(store.clone()));
        assert_eq!(other.of(&account(1), later(0)).await, None);
        one.note(&account(1), &throttled(Some(30)), later(100)).await;
        assert_eq!(other.of(&account(1), later(499)).await, None, "it has looked a moment ago");
        assert_eq!(other.of(&account(1), later(500)).await, Some(throttled_ms(29_600)));
        let new = over(store);
        assert_eq!(new.of(&account(1), later(500)).await, Some(throttled_ms(29_600)));
        assert_eq!(new.of(&account(2), later(500)).await, None, "another account's");
    }

    fn throttled_ms(wait: u64) -> AttemptFailure {
        AttemptFailure::Throttled {
            retry_after: Some(Duration::from_millis(wait)),
            reason: "oppo:-2".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_shorter_pause_takes_nothing_from_a_longer_one() {
        let store = Arc::new(MemorySessions::default());
        let (one, other) = (over(store.clone()), over(store.clone()));
        one.note(&account(1), &throttled(Some(60)), later(0)).await;
        other.note(&account(1), &throttled(Some(5)), later(0)).await;
        assert_eq!(one.of(&account(1), later(0)).await, Some(throttled(Some(60))));
        assert_eq!(over(store).of(&account(1), later(0)).await, Some(throttled(Some(60))));
    }

    #[tokio::test]
    async fn a_pause_that_a_clock_far_ahead_has_noted_lasts_a_quarter_of_an_hour_at_most() {
        let store = Arc::new(MemorySessions::default());
        let ahead = later(7 * 86_400_000);
        over(store.clone()).note(&account(1), &throttled(Some(30)), ahead).await;
        assert_eq!(over(store).of(&account(1), later(0)).await, Some(throttled(Some(900))));
    }

    #[tokio::test]
    async fn a_worker_s_orders_at_once_look_once() {
        let store = Counting::default();
        let pauses = over(Arc::new(store.clone()));
        let key = account(1);
        join_all((0..50).map(|_| pauses.of(&key, later(0)))).await;
        assert_eq!(store.looks(), 1);
        for at in 1..=1_000 {
            pauses.of(&account(1), later(at)).await;
        }
        assert_eq!(store.looks(), 3);
        pauses.note(&account(1), &throttled(Some(30)), later(1_000)).await;
        for at in 1_000..10_000 {
            assert!(pauses.of(&account(1), later(at)).await.is_some());
        }
        assert_eq!(store.looks(), 3, "it knows");
    }

    #[tokio::test(start_paused = true)]
    async fn without_the_table_a_pause_is_the_worker_s_own_and_nobody_is_stopped() {
        let down = Arc::new(MemorySessions::default().in_weather(&Weather::storm(1, 1_000)));
        let (one, other) = (over(down.clone()), over(down));
        assert_eq!(one.of(&account(1), later(0)).await, None);
        one.note(&account(1), &throttled(Some(30)), later(0)).await;
        assert_eq!(one.of(&account(1), later(0)).await, Some(throttled(Some(30))));
        assert_eq!(other.of(&account(1), later(0)).await, None);
        let hangs = over(Arc::new(Counting::hanging()));
        let started = tokio::time::Instant::now();
        assert_eq!(hangs.of(&account(1), later(0)).await, None);
        assert_eq!(started.elapsed(), ANSWERS_WITHIN);
    }

    #[tokio::test]
    async fn no_more_accounts_are_remembered_than_the_bound() {
        let pauses = alone();
        for nth in 0..=1_000_u16 {
            let [high, low] = nth.to_be_bytes();
            let mut digest = [0; 32];
            (digest[0], digest[1]) = (high, low);
            pauses
                .note(&SessionKey::new(Channel::Oppo, digest), &throttled(Some(30)), later(0))
                .await;
        }
        assert_eq!(pauses.accounts.lock().unwrap().len(), 1);
    }
}
