//! Short waits between our own tries, with full jitter.

use std::time::Duration;

use revocation_app::ports::StoreError;
use tokio::time::{Instant, sleep, timeout_at};

use crate::failure::{AwsFailure, passes};

/// How often a write is tried that was refused for being one of many at once.
pub const TRIES: u32 = 6;

const FIRST: Duration = Duration::from_millis(20);

/// Waits before try number `nth`, counted from 0; the first one is at once.
pub async fn before_try(nth: u32) {
    if nth > 0 {
        let longest = FIRST * (1 << nth.min(6));
        sleep(longest.mul_f64(rand::random())).await;
    }
}

/// The longest pause between two rounds of [`patiently`].
const LONGEST: Duration = Duration::from_secs(2);

/// Goes on with `round` for as long as it fails for what goes away by waiting, `patience` long at most. For a write
/// that must not be given up while there is time: what it says has happened already. Each round is told how many were
/// before it, and has to be harmless if an earlier one was written all the same.
///
/// # Errors
/// The last round's; or that there was no answer in time.
pub async fn patiently<T, F>(operation: &'static str, patience: Duration, round: impl Fn(u32) -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let until = Instant::now() + patience;
    let mut nth = 0;
    loop {
        let error = match timeout_at(until, round(nth)).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => error,
            Err(_) => return Err(StoreError::Unavailable(Box::new(AwsFailure::new(operation, "no answer in time")))),
        };
        let pause = (FIRST * 8 * (1 << nth.min(6))).min(LONGEST).mul_f64(rand::random());
        if !passes(&error) || Instant::now() + pause >= until {
            return Err(error);
        }
        tracing::warn!(operation, round = nth, %error, "{operation} failed, and is tried again");
        sleep(pause).await;
        nth += 1;
    }
}
