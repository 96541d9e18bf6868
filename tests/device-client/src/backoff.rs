//! How long to wait before the next connection: full jitter over a wait that doubles.
//!
//! Everybody who was cut off at once must not come back at once.

use std::time::Duration;

#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    failed: u32,
}

impl Backoff {
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failed: 0 }
    }

    /// A connection was good: the next loss starts anew.
    pub fn reset(&mut self) {
        self.failed = 0;
    }

    /// The wait before the next connection; `spread` is a random number from 0 to 1.
    pub fn wait(&mut self, spread: f64) -> Duration {
        let ceiling = self.first.saturating_mul(1 << self.failed.min(16)).min(self.longest);
        self.failed = self.failed.saturating_add(1);
        ceiling.mul_f64(spread.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_its_longest_and_starts_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));
        let waits: Vec<u64> = (0..9).map(|_| backoff.wait(1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        backoff.reset();
        assert_eq!(backoff.wait(1.0), Duration::from_secs(1));
        assert_eq!(backoff.wait(0.0), Duration::ZERO);
    }
}
