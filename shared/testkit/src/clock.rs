//! Time stands still until a test moves it; or is as it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::Clock;

/// A clock that tests move. Clones show the same time; a skewed one shows it
/// wrong by a fixed amount, as another machine's does.
#[derive(Debug, Clone)]
pub struct ManualClock {
    now_ms: Arc<AtomicI64>,
    skew_ms: i64,
}

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        Self {
            now_ms: Arc::new(AtomicI64::new(now.as_millisecond())),
            skew_ms: 0,
        }
    }

    #[must_use]
    pub fn skewed(&self, by_ms: i64) -> Self {
        Self {
            now_ms: Arc::clone(&self.now_ms),
            skew_ms: by_ms,
        }
    }

    pub fn advance(&self, by: SignedDuration) {
        self.now_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub fn set(&self, now: Timestamp) {
        self.now_ms.store(now.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms.load(Ordering::SeqCst) + self.skew_ms).unwrap()
    }
}

/// The clock of this machine, for tests whose other side looks at one.
#[derive(Debug, Clone, Copy)]
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the other side's clock is the real one")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
