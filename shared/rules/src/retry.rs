//! What a vendor's answer means for a delivery, and when to ask again.

use std::time::Duration;

use crate::outcome::Outcome;

/// Attempts in a row without headway before a batch is given up.
pub const MAX_ATTEMPTS: u32 = 10;
/// The first wait before another attempt; doubles each time.
pub const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait that the policy itself asks for.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// The longest wait that a vendor may ask for.
pub const LONGEST_VENDOR_WAIT: Duration = Duration::from_hours(24);

/// What one delivery's attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It ended. The reason is a code such as `huawei:80300007`.
    Ended { outcome: Outcome, reason: String },
    /// It did not end; the reason says why.
    Failed(AttemptFailure),
    /// The vendor says that it does not know the device: it may be gone, or our
    /// own setting (environment, topic, app, package) is wrong. [`crate::suspicion`] decides.
    Unknown { reason: String },
    /// Time ran out before its turn; nothing was asked.
    NotTried,
}

/// Why an attempt had no outcome. A closed set; the vendor's own code is the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptFailure {
    /// Nobody's fault: a broken connection, a 5xx, an unknown code.
    Transient { reason: String },
    /// The vendor asked for a pause.
    Throttled { retry_after: Option<Duration>, reason: String },
    /// Our credentials or settings are wrong; a person must look.
    Misconfigured { reason: String },
}

impl AttemptFailure {
    pub fn reason(&self) -> &str {
        match self {
            Self::Transient { reason } | Self::Throttled { reason, .. } | Self::Misconfigured { reason } => reason,
        }
    }

    /// Nothing is wrong, it is too early.
    pub const fn is_throttled(&self) -> bool {
        matches!(self, Self::Throttled { .. })
    }

    /// The wait the vendor asked for.
    fn floor(&self) -> Duration {
        match self {
            Self::Transient { .. } | Self::Misconfigured { .. } => Duration::ZERO,
            Self::Throttled { retry_after, .. } => retry_after.unwrap_or_default().min(LONGEST_VENDOR_WAIT),
        }
    }
}

/// How long to wait after the `attempt`th attempt in a row (from 1) failed.
///
/// Full jitter over an exponential wait, never earlier than the vendor asked.
/// `spread` is a random number from 0 to 1, an argument so that this stays a function.
pub fn wait<'a>(failures: impl IntoIterator<Item = &'a AttemptFailure>, attempt: u32, spread: f64) -> Duration {
    let floor = failures.into_iter().map(AttemptFailure::floor).max().unwrap_or_default();
    let ceiling = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_WAIT);
    floor + ceiling.mul_f64(spread.clamp(0.0, 1.0))
}

/// How long after the `nth` look (from 0) at a batch that somebody else works on the next one comes. Most workers need
/// less than a second.
pub fn look(nth: u32) -> Duration {
    Duration::from_secs(1 << nth.min(6))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However often an attempt fails, the wait stays between what the
        /// vendor asked for and what the policy allows on top of it.
        #[test]
        fn a_retry_never_waits_less_than_the_vendor_asked(asked in 0_u64..200_000, attempt in 0_u32..100, spread in 0.0_f64..=1.0) {
            let failure = AttemptFailure::Throttled { retry_after: Some(Duration::from_secs(asked)), reason: "429".into() };
            let floor = Duration::from_secs(asked).min(LONGEST_VENDOR_WAIT);
            let wait = wait([&failure], attempt, spread);
            prop_assert!(wait >= floor);
            prop_assert!(wait <= floor + LONGEST_WAIT);
        }
    }

    #[test]
    fn the_wait_doubles() {
        let failure = AttemptFailure::Transient { reason: "503".into() };
        assert_eq!(wait([&failure], 1, 1.0), Duration::from_secs(2));
        assert_eq!(wait([&failure], 4, 1.0), Duration::from_secs(16));
        assert_eq!(wait([&failure], 4, 0.0), Duration::ZERO);
    }
}
