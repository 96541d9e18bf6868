//! The machine's clock.

use jiff::Timestamp;
use revocation_app::ports::Clock;

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        // Stored times have milliseconds; a time that is kept and read back is the same time.
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_has_no_more_than_milliseconds() {
        for _ in 0..100 {
            let now = SystemClock.now();
            assert_eq!(now.as_nanosecond() % 1_000_000, 0);
        }
    }
}
