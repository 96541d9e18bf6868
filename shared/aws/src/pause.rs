//! Short waits between our own tries, with full jitter.

use std::time::Duration;

/// How often a write is tried that was refused for being one of many at once.
pub const TRIES: u32 = 6;

const FIRST: Duration = Duration::from_millis(20);

/// Waits before try number `nth`, counted from 0; the first one is at once.
pub async fn before_try(nth: u32) {
    if nth > 0 {
        let longest = FIRST * (1 << nth.min(6));
        tokio::time::sleep(longest.mul_f64(rand::random())).await;
    }
}
