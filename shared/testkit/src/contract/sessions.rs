//! [`SessionStore`].

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Saved, SessionKey, SessionRecord, SessionStore, SharedFailure, SharedPause, VendorSession};
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;

use crate::builders::noon;

/// Everything a store of vendor sessions must do.
pub async fn session_store(store: &impl SessionStore) {
    nothing_is_known_of_a_new_account(store).await;
    every_record_is_read_as_it_was_written(store).await;
    only_who_read_the_last_version_writes(store).await;
    accounts_and_channels_are_kept_apart(store).await;
    of_many_at_once_one_writes(store).await;
    the_pause_that_ends_last_is_the_accounts(store).await;
}

fn an_account() -> SessionKey {
    let mut account = [0; 32];
    account[..8].copy_from_slice(&RandomState::new().hash_one(0).to_be_bytes());
    SessionKey::new(Channel::Huawei, account)
}

fn later(secs: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(secs)
}

fn a_record(version: u64) -> SessionRecord {
    SessionRecord {
        version,
        session: Some(VendorSession {
            text: "text".into(),
            version: u64::MAX,
            opened_at: noon(),
            good_until: later(3_300),
        }),
        failure: None,
        leased_until: None,
    }
}

async fn nothing_is_known_of_a_new_account(store: &impl SessionStore) {
    assert_eq!(store.session(&an_account()).await.unwrap(), None);
}

async fn every_record_is_read_as_it_was_written(store: &impl SessionStore) {
    let reason = || "huawei:login_http_503".to_owned();
    let failures = [
        AttemptFailure::Transient { reason: reason() },
        AttemptFailure::Misconfigured { reason: reason() },
        AttemptFailure::Throttled {
            retry_after: None,
            reason: reason(),
        },
        AttemptFailure::Throttled {
            retry_after: Some(Duration::from_millis(1_500)),
            reason: reason(),
        },
    ];
    let failures = failures.map(|failure| SharedFailure { failure, until: later(3) });
    let mut records = vec![
        SessionRecord {
            version: 1,
            ..SessionRecord::default()
        },
        a_record(1),
        SessionRecord {
            leased_until: Some(later(12)),
            ..a_record(1)
        },
    ];
    records.extend(failures.into_iter().map(|failure| SessionRecord {
        failure: Some(failure),
        ..a_record(1)
    }));
    for record in records {
        let key = an_account();
        assert_eq!(store.put_session(&key, &record, 0).await.unwrap(), Saved::Yes);
        assert_eq!(store.session(&key).await.unwrap(), Some(record));
    }
}

async fn only_who_read_the_last_version_writes(store: &impl SessionStore) {
    let key = an_account();
    assert_eq!(
        store.put_session(&key, &a_record(6), 5).await.unwrap(),
        Saved::Outdated,
        "there is none"
    );
    assert_eq!(store.session(&key).await.unwrap(), None);
    let (first, second) = (a_record(5), SessionRecord::default());
    store.put_session(&key, &first, 0).await.unwrap();
    for before in [0, 4, 6] {
        let outdated = SessionRecord {
            version: before + 1,
            ..second.clone()
        };
        assert_eq!(store.put_session(&key, &outdated, before).await.unwrap(), Saved::Outdated);
        assert_eq!(store.session(&key).await.unwrap().as_ref(), Some(&first));
    }
    let second = SessionRecord { version: 9, ..second };
    assert_eq!(store.put_session(&key, &second, 5).await.unwrap(), Saved::Yes);
    assert_eq!(store.session(&key).await.unwrap(), Some(second), "nothing of the first is left");
}

async fn accounts_and_channels_are_kept_apart(store: &impl SessionStore) {
    let keys = [Channel::Huawei, Channel::Apns].into_iter().flat_map(|channel| {
        let other = [u8::MAX; 32];
        [[7; 32], other].map(|account| SessionKey::new(channel, account))
    });
    for (key, version) in keys.clone().zip(1..) {
        let before = store.session(&key).await.unwrap().map_or(0, |record| record.version);
        store.put_session(&key, &a_record(before + version), before).await.unwrap();
    }
    let mut versions: Vec<u64> = Vec::new();
    for key in keys {
        versions.push(store.session(&key).await.unwrap().unwrap().version);
    }
    versions.dedup();
    assert_eq!(versions.len(), 4);
}

async fn of_many_at_once_one_writes(store: &impl SessionStore) {
    let key = an_account();
    for before in [0, 1] {
        let record = a_record(before + 1);
        let all = futures::future::join_all((0..20).map(|_| store.put_session(&key, &record, before))).await;
        let written = all.into_iter().filter(|saved| *saved.as_ref().unwrap() == Saved::Yes);
        assert_eq!(written.count(), 1);
    }
}

async fn the_pause_that_ends_last_is_the_accounts(store: &impl SessionStore) {
    let (account, other) = (an_account(), an_account());
    let pause = |until: Timestamp, reason: &str| SharedPause {
        until,
        reason: reason.to_owned(),
    };
    assert_eq!(store.pause(&account).await.unwrap(), None);
    store.note_pause(&account, &pause(later(30), "huawei:http_503")).await.unwrap();
    for (until, reason) in [(later(29), "sooner"), (later(30), "the same")] {
        store.note_pause(&account, &pause(until, reason)).await.unwrap();
        assert_eq!(store.pause(&account).await.unwrap(), Some(pause(later(30), "huawei:http_503")));
    }
    store.note_pause(&account, &pause(later(31), "huawei:http_429")).await.unwrap();
    assert_eq!(store.pause(&account).await.unwrap(), Some(pause(later(31), "huawei:http_429")));
    // It is no session, and no other account's.
    assert_eq!(store.session(&account).await.unwrap(), None);
    assert_eq!(store.put_session(&account, &a_record(1), 0).await.unwrap(), Saved::Yes);
    assert_eq!(store.pause(&account).await.unwrap(), Some(pause(later(31), "huawei:http_429")));
    assert_eq!(store.pause(&other).await.unwrap(), None);
}
