//! Access keys.

use revocation_app::ports::{AccessKey, AccessKeyStore as _, CallbackSecret, CallbackSecrets as _, KeyState, Role, StoreError};
use revocation_aws::KeyInserted;

use super::support::*;

fn a_key(id: &str, role: Role) -> AccessKey {
    AccessKey {
        id: id.parse().unwrap(),
        tenant: tenant("app"),
        role,
        state: KeyState::Active,
        secret: "s3cret".to_owned(),
        created_at: now(),
    }
}

#[tokio::test]
async fn a_key_is_found_by_its_id_and_no_other() {
    let stand = Stand::new().await;
    for role in Role::ALL {
        let key = a_key(role.as_str(), role);
        assert_eq!(stand.keys.insert(&key).await.unwrap(), KeyInserted::New);
        assert_eq!(stand.keys.access_key(&key.id).await.unwrap(), Some(key));
    }
    assert_eq!(stand.keys.access_key(&"nobody".parse().unwrap()).await.unwrap(), None);
    assert_eq!(stand.faults.calls("GetItem")[0]["ConsistentRead"], true);
}

#[tokio::test]
async fn an_id_that_is_taken_keeps_its_key() {
    let stand = Stand::new().await;
    let key = a_key("k", Role::Viewer);
    stand.keys.insert(&key).await.unwrap();
    let thief = AccessKey {
        secret: "other".to_owned(),
        role: Role::Admin,
        ..key.clone()
    };
    assert_eq!(stand.keys.insert(&thief).await.unwrap(), KeyInserted::IdTaken);
    assert_eq!(stand.keys.access_key(&key.id).await.unwrap(), Some(key));
}

#[tokio::test]
async fn a_key_is_disabled_and_allowed_again() {
    let stand = Stand::new().await;
    let key = a_key("k", Role::Operator);
    stand.keys.insert(&key).await.unwrap();
    for state in [KeyState::Disabled, KeyState::Active] {
        assert!(stand.keys.set_state(&key.id, state).await.unwrap());
        let expected = AccessKey { state, ..key.clone() };
        assert_eq!(stand.keys.access_key(&key.id).await.unwrap(), Some(expected));
    }
    let nobody = "nobody".parse().unwrap();
    assert!(!stand.keys.set_state(&nobody, KeyState::Active).await.unwrap());
    assert_eq!(stand.keys.access_key(&nobody).await.unwrap(), None);
}

#[tokio::test]
async fn keys_are_listed_in_the_order_of_their_ids() {
    let stand = Stand::new().await;
    for id in ["b", "a", "c"] {
        stand.keys.insert(&a_key(id, Role::Sender)).await.unwrap();
    }
    let ids: Vec<_> = stand.keys.list().await.unwrap().into_iter().map(|key| key.id.to_string()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_damaged_key_is_named_and_never_let_in() {
    let stand = Stand::new().await;
    let key = a_key("k", Role::Sender);
    stand.keys.insert(&key).await.unwrap();
    for attribute in ["v", "app", "workspace", "role", "state", "secret", "created_at"] {
        let stored = stand.client.get_item().table_name(ACCESS_KEYS);
        let stored = stored.key("pk", aws_sdk_dynamodb::types::AttributeValue::S("k".to_owned()));
        let whole = stored.send().await.unwrap().item.unwrap();
        let mut item = whole.clone();
        item.remove(attribute);
        let put = |item| stand.client.put_item().table_name(ACCESS_KEYS).set_item(Some(item));
        put(item).send().await.unwrap();
        match stand.keys.access_key(&key.id).await {
            Err(StoreError::Damaged {
                item: "access key",
                attribute: named,
            }) => assert_eq!(named, attribute),
            other => panic!("{attribute}: {other:?}"),
        }
        put(whole).send().await.unwrap();
    }
}

#[tokio::test]
async fn what_callbacks_are_signed_with_lies_beside_their_key_and_is_read_for_it_alone() {
    let stand = Stand::new().await;
    let key = a_key("k", Role::Sender);
    let signed_with = CallbackSecret {
        user: "shop-receipts".to_owned(),
        secret: "planted".to_owned(),
    };
    assert!(
        !stand.keys.set_callback_secret(&key.id, Some(&signed_with)).await.unwrap(),
        "no such key"
    );
    stand.keys.insert(&key).await.unwrap();
    assert_eq!(stand.keys.callback_secret(&key.id).await.unwrap(), None);
    assert!(stand.keys.set_callback_secret(&key.id, Some(&signed_with)).await.unwrap());
    assert_eq!(stand.keys.callback_secret(&key.id).await.unwrap(), Some(signed_with));
    assert_eq!(
        stand.keys.access_key(&key.id).await.unwrap(),
        Some(key.clone()),
        "the key is as it was"
    );
    assert_eq!(stand.keys.callback_secret(&"nobody".parse().unwrap()).await.unwrap(), None);
    assert!(stand.keys.set_callback_secret(&key.id, None).await.unwrap());
    assert_eq!(stand.keys.callback_secret(&key.id).await.unwrap(), None);
    assert_eq!(stand.keys.access_key(&key.id).await.unwrap(), Some(key));
}
