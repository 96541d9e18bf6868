//! What panics is told of without its words, and takes nothing else down.
//!
//! The words of a panic may quote what somebody sent: a token, a text. The log
//! gets the place in our source, which is enough to find it.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;

/// It panicked; the log says where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it panicked")]
pub struct Panicked;

/// Logs the place of every panic from now on, in place of its words.
pub fn log_places() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic at {place}");
    }));
}

/// Runs `work` to its end, whatever end that is.
///
/// # Errors
/// When it panicked. What it was changing may be half changed: only what is made
/// anew for each request, or stays right at every step, may be used from inside.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| Panicked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_next_work_is_done() {
        let first = caught(async { "".chars().next().map_or_else(|| panic!("planted"), |_| 1) }).await;
        assert_eq!(first, Err(Panicked));
        assert_eq!(caught(async { 2 }).await, Ok(2));
    }
}
