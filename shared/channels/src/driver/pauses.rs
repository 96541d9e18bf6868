//! The pauses that vendors have asked for, so that one answer makes all who call for the account wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::SessionKey;
use revocation_rules::retry::AttemptFailure;

/// How long an account is not called at all. A vendor may ask a batch to wait for a day; whether it meant everybody is
/// found out by a call.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// Accounts that are remembered at once; beyond it all are called anew.
const REMEMBERED: usize = 1_000;

#[derive(Default)]
pub(super) struct Pauses(Mutex<HashMap<SessionKey, Pause>>);

struct Pause {
    until: Timestamp,
    /// The vendor's code.
    reason: String,
}

impl Pauses {
    /// Nothing but a wish for a pause that says how long is kept.
    pub fn note(&self, account: SessionKey, failure: &AttemptFailure, now: Timestamp) {
        let AttemptFailure::Throttled {
            retry_after: Some(wait),
            reason,
        } = failure
        else {
            return;
        };
        let wait = SignedDuration::try_from(*wait).unwrap_or(LONGEST).min(LONGEST);
        let pause = Pause {
            until: now.saturating_add(wait).unwrap_or(Timestamp::MAX),
            reason: reason.clone(),
        };
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pauses.len() >= REMEMBERED {
            pauses.clear();
        }
        pauses.insert(account, pause);
    }

    /// What a call would be told now; `None` when it is time to call.
    pub fn of(&self, account: &SessionKey, now: Timestamp) -> Option<AttemptFailure> {
        let pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = pauses.get(account)?;
        let rest = pause
            .until
            .duration_since(now)
            .try_into()
            .ok()
            .filter(|rest: &std::time::Duration| !rest.is_zero())?;
        Some(AttemptFailure::Throttled {
            retry_after: Some(rest),
            reason: pause.reason.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use revocation_rules::channel::Channel;

    use super::*;

    fn account(nth: u8) -> SessionKey {
        SessionKey::new(Channel::Oppo, [nth; 32])
    }

    fn throttled(wait: Option<u64>) -> AttemptFailure {
        AttemptFailure::Throttled {
            retry_after: wait.map(Duration::from_secs),
            reason: "oppo:-2".to_owned(),
        }
    }

    #[test]
    fn an_account_is_not_called_until_its_pause_is_over_and_others_are() {
        let (pauses, now) = (Pauses::default(), Timestamp::UNIX_EPOCH);
        pauses.note(account(1), &throttled(Some(30)), now);
        assert_eq!(pauses.of(&account(2), now), None);
        let later = |secs| now + SignedDuration::from_secs(secs);
        assert_eq!(pauses.of(&account(1), later(10)), Some(throttled(Some(20))));
        assert_eq!(pauses.of(&account(1), later(30)), None);
    }

    #[test]
    fn what_says_no_time_is_no_pause_and_a_day_is_a_quarter_of_an_hour() {
        let (pauses, now) = (Pauses::default(), Timestamp::UNIX_EPOCH);
        pauses.note(account(1), &throttled(None), now);
        pauses.note(account(1), &AttemptFailure::Transient { reason: "r".to_owned() }, now);
        assert_eq!(pauses.of(&account(1), now), None);
        pauses.note(account(1), &throttled(Some(86_400)), now);
        assert_eq!(pauses.of(&account(1), now), Some(throttled(Some(900))));
    }

    #[test]
    fn no_more_accounts_are_remembered_than_the_bound() {
        let (pauses, now) = (Pauses::default(), Timestamp::UNIX_EPOCH);
        for nth in 0..=1_000_u16 {
            let [high, low] = nth.to_be_bytes();
            let mut digest = [0; 32];
            (digest[0], digest[1]) = (high, low);
            pauses.note(SessionKey::new(Channel::Oppo, digest), &throttled(Some(30)), now);
        }
        assert_eq!(pauses.0.lock().unwrap().len(), 1);
    }
}
