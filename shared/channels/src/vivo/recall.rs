//! Is there a recall at all? Remembered, so that not every order asks.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use super::settings::Account;

/// How long a recall that is not there is not asked for.
const NOT_ASKED_FOR: Duration = Duration::from_mins(10);
/// Apps that are remembered at once; beyond it all are asked for anew.
const REMEMBERED: usize = 1_000;

/// The apps to which vivo said last that there is no recall, and when, by their ids. Each app for itself: vivo may
/// give the right to it app by app, and what one tenant was told must not change what is asked for another.
#[derive(Default)]
pub(super) struct MissingRecalls(Mutex<HashMap<u64, Instant>>);

impl MissingRecalls {
    pub fn answered(&self, account: &Account, status: StatusCode) {
        let mut since = self.since();
        if matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
            if since.len() >= REMEMBERED {
                since.clear();
            }
            since.insert(account.id, Instant::now());
        } else {
            since.remove(&account.id);
        }
    }

    pub fn is_missing(&self, account: &Account) -> bool {
        self.since().get(&account.id).is_some_and(|since| since.elapsed() < NOT_ASKED_FOR)
    }

    fn since(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(id: u64) -> Account {
        Account {
            id,
            id_text: id.to_string(),
            key: "k".to_owned(),
            secret: "s".into(),
        }
    }

    #[tokio::test]
    async fn a_missing_recall_is_asked_for_again_after_ten_minutes() {
        tokio::time::pause();
        let (recalls, app) = (MissingRecalls::default(), app(1));
        assert!(!recalls.is_missing(&app));
        recalls.answered(&app, StatusCode::NOT_FOUND);
        assert!(recalls.is_missing(&app));
        tokio::time::advance(Duration::from_secs(599)).await;
        assert!(recalls.is_missing(&app));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!recalls.is_missing(&app));
        recalls.answered(&app, StatusCode::METHOD_NOT_ALLOWED);
        assert!(recalls.is_missing(&app));
        recalls.answered(&app, StatusCode::OK);
        assert!(!recalls.is_missing(&app));
    }

    #[test]
    fn that_one_app_has_no_recall_says_nothing_of_another() {
        let recalls = MissingRecalls::default();
        recalls.answered(&app(1), StatusCode::NOT_FOUND);
        recalls.answered(&app(2), StatusCode::OK);
        assert!(recalls.is_missing(&app(1)));
        assert!(!recalls.is_missing(&app(2)) && !recalls.is_missing(&app(3)));
    }

    #[test]
    fn no_more_apps_are_remembered_than_the_bound() {
        let recalls = MissingRecalls::default();
        for id in 0..=1_000 {
            recalls.answered(&app(id), StatusCode::NOT_FOUND);
        }
        assert!(recalls.is_missing(&app(1_000)) && !recalls.is_missing(&app(0)));
    }
}
