//! How much a vendor takes of an app within a second.
//!
//! A vendor counts devices or requests, as its documentation says; one that documents no quota has none here. What is
//! asked for within any second is no more than the quota: the strictest reading of "so many a second". A request that
//! is more than what is left is refused as a whole, has no effect, and counts for nothing.

use std::collections::{HashMap, VecDeque};

/// What a vendor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Devices,
    Requests,
}

const SECOND_MS: u64 = 1_000;

#[derive(Default)]
pub struct Quota {
    /// Of each app alone; without it everything is taken.
    per_second: Option<u64>,
    apps: HashMap<String, Asked>,
}

/// What an app has asked for within the last second.
#[derive(Default)]
struct Asked {
    /// When, and how much; oldest first.
    requests: VecDeque<(u64, u64)>,
    sum: u64,
}

impl Quota {
    pub fn set(&mut self, per_second: Option<u64>) {
        *self = Self {
            per_second,
            apps: HashMap::new(),
        };
    }

    /// Whether a request of an app for `amount` more is taken, which counts from `now_ms` on for a second.
    pub fn takes(&mut self, app: &str, amount: u64, now_ms: u64) -> bool {
        let Some(per_second) = self.per_second else {
            return true;
        };
        let asked = self.apps.entry(app.to_owned()).or_default();
        while let Some(&(at, amount)) = asked.requests.front()
            && at + SECOND_MS <= now_ms
        {
            asked.sum -= amount;
            asked.requests.pop_front();
        }
        if asked.sum + amount > per_second {
            return false;
        }
        asked.sum += amount;
        asked.requests.push_back((now_ms, amount));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(per_second: u64) -> Quota {
        let mut quota = Quota::default();
        quota.set(Some(per_second));
        quota
    }

    #[test]
    fn no_second_has_more_than_the_quota_wherever_it_begins() {
        let mut quota = of(3_000);
        let taken: Vec<u64> = (0..5_000).step_by(10).filter(|now| quota.takes("app", 1_000, *now)).collect();
        for from in 0..4_000 {
            let within = taken.iter().filter(|at| (from..from + SECOND_MS).contains(*at)).count();
            assert!(within <= 3, "{within} from {from}");
        }
        assert_eq!(taken.len(), 15);
    }

    #[test]
    fn what_is_refused_counts_for_nothing_and_no_app_for_another() {
        let mut quota = of(1_500);
        assert!(quota.takes("a", 1_000, 0));
        assert!(!quota.takes("a", 1_000, 1));
        assert!(quota.takes("a", 500, 2));
        assert!(quota.takes("b", 1_000, 3));
        assert!(!quota.takes("a", 1, 999));
        assert!(quota.takes("a", 1_000, 1_000));
    }

    #[test]
    fn more_than_a_second_has_is_never_taken_and_without_a_quota_everything_is() {
        assert!(!of(999).takes("app", 1_000, 0));
        assert!(Quota::default().takes("app", u64::MAX, 0));
    }
}
