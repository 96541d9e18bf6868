//! Vendor sessions, when answers get lost and items are damaged.

use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::{Saved, SessionKey, SessionRecord, SessionStore as _, SharedFailure, StoreError, VendorSession};
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;

use super::support::*;

fn key() -> SessionKey {
    SessionKey::new(Channel::Oppo, [0xab; 32])
}

fn a_record(version: u64) -> SessionRecord {
    SessionRecord {
        version,
        session: Some(VendorSession {
            text: "planted".into(),
            version: 7,
            opened_at: now(),
            good_until: later(3_300),
        }),
        failure: Some(SharedFailure {
            failure: AttemptFailure::Throttled {
                retry_after: Some(std::time::Duration::from_secs(2)),
                reason: "oppo:21".to_owned(),
            },
            until: later(3),
        }),
        leased_until: Some(later(12)),
    }
}

async fn item(stand: &Stand) -> Item {
    let found = stand.client.get_item().table_name(VENDOR_SESSIONS);
    let found = found.key("pk", AttributeValue::S(key().to_string())).send().await.unwrap();
    found.item.unwrap()
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_done_once_and_counts() {
    let stand = Stand::new().await;
    for before in [0, 1] {
        stand.faults.plan("PutItem", Fault::AnswerLost);
        let saved = stand.sessions.put_session(&key(), &a_record(before + 1), before).await.unwrap();
        assert_eq!(saved, Saved::Yes);
        assert!(stand.faults.all_happened());
        assert_eq!(stand.sessions.session(&key()).await.unwrap(), Some(a_record(before + 1)));
    }
}

#[tokio::test]
async fn two_who_write_the_same_are_not_taken_for_one() {
    let stand = Stand::new().await;
    for expected in [Saved::Yes, Saved::Outdated] {
        assert_eq!(stand.sessions.put_session(&key(), &a_record(1), 0).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_session_is_read_as_it_is_now() {
    let stand = Stand::new().await;
    stand.sessions.session(&key()).await.unwrap();
    assert_eq!(stand.faults.calls("GetItem")[0]["ConsistentRead"], true);
}

#[tokio::test]
async fn a_store_that_does_not_answer_says_so() {
    let stand = Stand::new().await;
    for operation in ["GetItem", "PutItem"] {
        for _ in 0..3 {
            stand.faults.plan(operation, Fault::Says(500, "{}".to_owned()));
        }
    }
    assert!(matches!(stand.sessions.session(&key()).await, Err(StoreError::Unavailable(_))));
    let put = stand.sessions.put_session(&key(), &a_record(1), 0).await;
    assert!(matches!(put, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_key_names_channel_and_digest_and_the_item_goes_an_hour_after_all_in_it() {
    let stand = Stand::new().await;
    stand.sessions.put_session(&key(), &a_record(1), 0).await.unwrap();
    let stored = item(&stand).await;
    assert_eq!(stored["pk"], AttributeValue::S(format!("oppo#{}", "ab".repeat(32))));
    // A quarter of a second past: rounded up.
    assert_eq!(number(&stored, "expires_at"), now().as_second() + 1 + 3_300 + 3_600);
    let only_leased = SessionRecord {
        version: 2,
        leased_until: Some(later(12)),
        ..SessionRecord::default()
    };
    stand.sessions.put_session(&key(), &only_leased, 1).await.unwrap();
    assert_eq!(number(&item(&stand).await, "expires_at"), now().as_second() + 1 + 12 + 3_600);
}

#[tokio::test]
async fn every_damaged_attribute_is_named() {
    let stand = Stand::new().await;
    stand.sessions.put_session(&key(), &a_record(1), 0).await.unwrap();
    let whole = item(&stand).await;
    let put = |item| stand.client.put_item().table_name(VENDOR_SESSIONS).set_item(Some(item)).send();
    for attribute in whole
        .keys()
        .filter(|name| !["pk", "expires_at", "written_by"].contains(&name.as_str()))
    {
        let mut damaged = whole.clone();
        damaged.insert(attribute.clone(), AttributeValue::Bool(true));
        put(damaged).await.unwrap();
        match stand.sessions.session(&key()).await {
            Err(StoreError::Damaged {
                item: "vendor session",
                attribute: named,
            }) => assert_eq!(named, attribute),
            other => panic!("{attribute}: {other:?}"),
        }
    }
}

#[test]
fn a_record_never_shows_the_session() {
    assert!(!format!("{:?}", a_record(1)).contains("planted"));
}
