//! Is there a recall at all? Remembered, so that not every order asks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

/// How long a recall that is not there is not asked for.
const NOT_ASKED_FOR: Duration = Duration::from_mins(10);

/// What vivo's address of the recall said last.
#[derive(Default)]
pub(super) struct RecallAddress {
    missing_since: Mutex<Option<Instant>>,
}

impl RecallAddress {
    pub fn answered(&self, status: StatusCode) {
        let is_missing = matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
        *self.missing_since.lock().unwrap_or_else(PoisonError::into_inner) = is_missing.then(Instant::now);
    }

    pub fn is_missing(&self) -> bool {
        let missing_since = *self.missing_since.lock().unwrap_or_else(PoisonError::into_inner);
        missing_since.is_some_and(|since| since.elapsed() < NOT_ASKED_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_recall_is_asked_for_again_after_ten_minutes() {
        tokio::time::pause();
        let address = RecallAddress::default();
        assert!(!address.is_missing());
        address.answered(StatusCode::NOT_FOUND);
        assert!(address.is_missing());
        tokio::time::advance(Duration::from_secs(599)).await;
        assert!(address.is_missing());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!address.is_missing());
        address.answered(StatusCode::METHOD_NOT_ALLOWED);
        assert!(address.is_missing());
        address.answered(StatusCode::OK);
        assert!(!address.is_missing());
    }
}
