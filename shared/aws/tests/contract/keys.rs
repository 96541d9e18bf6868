//! Access keys, and the secrets of those that sign.

use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::{
    AccessKey, AccessKeyStore as _, CallbackSecret, CallbackSecrets as _, KeptSecret, KeyState, SecretDigest, SecretForm, SecretSeal as _,
    SecretText, StoreError,
};
use revocation_aws::KeyInserted;
use revocation_rules::channel::Channel;
use revocation_rules::role::Role;

use super::support::*;

const SECRET: &str = "s3cret-that-was-shown-once";

fn a_key(id: &str, role: Role) -> AccessKey {
    AccessKey {
        id: id.parse().unwrap(),
        tenant: tenant("app"),
        role,
        channel: (role == Role::Callback).then_some(Channel::Vivo),
        state: KeyState::Active,
        label: Some("夜班 Night shift".parse().unwrap()),
        secret: KeptSecret::Digest(SecretDigest::of(SECRET)),
        created_at: now(),
    }
}

/// As the first version wrote it: no form, no label, no channel, and the secret as it is.
fn an_old_item(id: &str, role: Role) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    [
        ("pk", text(id)),
        ("v", AttributeValue::N("1".to_owned())),
        ("app", text("app")),
        ("workspace", text("default")),
        ("role", text(role.as_str())),
        ("state", text("active")),
        ("secret", text(SECRET)),
        ("created_at", AttributeValue::N("1795392000000".to_owned())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

impl Stand {
    async fn put_key(&self, item: Item) {
        let put = self.client.put_item().table_name(ACCESS_KEYS).set_item(Some(item));
        put.send().await.unwrap();
    }

    async fn key_item(&self, id: &str) -> Item {
        let get = self.client.get_item().table_name(ACCESS_KEYS);
        let got = get.key("pk", AttributeValue::S(id.to_owned())).send().await.unwrap();
        got.item.unwrap()
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
        secret: KeptSecret::Digest(SecretDigest::of("other")),
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
async fn a_key_is_called_something_else_and_nothing() {
    let stand = Stand::new().await;
    let key = a_key("k", Role::Operator);
    stand.keys.insert(&key).await.unwrap();
    for label in [Some("Day shift".parse().unwrap()), None] {
        assert!(stand.keys.set_label(&key.id, label.as_ref()).await.unwrap());
        let expected = AccessKey { label, ..key.clone() };
        assert_eq!(stand.keys.access_key(&key.id).await.unwrap(), Some(expected));
    }
    assert!(!stand.keys.set_label(&"nobody".parse().unwrap(), None).await.unwrap());
}

#[tokio::test]
async fn keys_are_listed_in_the_order_of_their_ids_and_no_secret_is_asked_for() {
    let stand = Stand::new().await;
    for (id, role) in [("b", Role::Sender), ("a", Role::Callback), ("c", Role::Admin)] {
        stand.keys.insert(&a_key(id, role)).await.unwrap();
    }
    stand.put_key(an_old_item("d", Role::Viewer)).await;
    let listed = stand.keys.list().await.unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|key| (key.id.as_str(), key.role, key.channel, key.secret))
        .collect();
    assert_eq!(
        shown,
        [
            ("a", Role::Callback, Some(Channel::Vivo), SecretForm::Digest),
            ("b", Role::Sender, None, SecretForm::Digest),
            ("c", Role::Admin, None, SecretForm::Digest),
            ("d", Role::Viewer, None, SecretForm::Readable),
        ]
    );
    assert_eq!(listed[0].label, a_key("a", Role::Callback).label);
    let scan = &stand.faults.calls("Scan")[0];
    let names = scan["ExpressionAttributeNames"].as_object().unwrap();
    assert!(scan["ProjectionExpression"].is_string());
    for secret in ["secret", "secret_digest", "sealed_secret"] {
        assert!(names.values().all(|name| name != secret), "{secret} is asked for");
    }
}

#[tokio::test]
async fn no_secret_of_a_new_key_can_be_read_from_its_item() {
    let stand = Stand::new().await;
    let digest = SecretDigest::of(SECRET);
    for (id, secret) in [
        ("digest", KeptSecret::Digest(digest)),
        (
            "sealed",
            KeptSecret::Sealed {
                digest,
                sealed: vec![1, 2, 3],
            },
        ),
    ] {
        let key = AccessKey {
            secret,
            ..a_key(id, Role::Operator)
        };
        stand.keys.insert(&key).await.unwrap();
        let item = format!("{:?}", stand.key_item(id).await);
        let digits = SECRET.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
        assert!(!item.contains(SECRET) && !item.contains(&digits), "{item}");
    }
}

#[tokio::test]
async fn an_old_key_is_read_and_its_secret_is_put_out_of_sight_once() {
    let stand = Stand::new().await;
    let readable = SecretText::new(SECRET);
    let digest = SecretDigest::of(SECRET);
    for (id, kept) in [
        ("digest", KeptSecret::Digest(digest)),
        (
            "sealed",
            KeptSecret::Sealed {
                digest,
                sealed: vec![0, 255],
            },
        ),
    ] {
        stand.put_key(an_old_item(id, Role::Operator)).await;
        let id = id.parse().unwrap();
        let key = stand.keys.access_key(&id).await.unwrap().unwrap();
        assert_eq!(key.secret, KeptSecret::Readable(readable.clone()));
        assert_eq!((key.channel, key.label), (None, None));
        // Somebody else was faster, with another secret.
        assert!(!stand.keys.seal(&id, &SecretText::new("other"), &kept).await.unwrap());
        assert!(stand.keys.seal(&id, &readable, &kept).await.unwrap());
        let key = stand.keys.access_key(&id).await.unwrap().unwrap();
        assert!(key.secret.is(SECRET));
        assert_eq!(key.secret, kept);
        assert!(!format!("{:?}", stand.key_item(id.as_str()).await).contains(SECRET));
        assert!(!stand.keys.seal(&id, &readable, &kept).await.unwrap(), "twice");
    }
}

#[tokio::test]
async fn a_damaged_key_is_named_and_never_let_in() {
    let stand = Stand::new().await;
    let sealed = AccessKey {
        secret: KeptSecret::Sealed {
            digest: SecretDigest::of(SECRET),
            sealed: vec![1],
        },
        ..a_key("k", Role::Callback)
    };
    stand.keys.insert(&sealed).await.unwrap();
    let whole = stand.key_item("k").await;
    for attribute in [
        "v",
        "app",
        "workspace",
        "role",
        "channel",
        "state",
        "secret_digest",
        "sealed_secret",
        "created_at",
    ] {
        let mut item = whole.clone();
        item.remove(attribute);
        stand.put_key(item).await;
        is_damaged(&stand, attribute).await;
    }
    // Without its form a secret is an old one, and there is none.
    let mut item = whole.clone();
    item.remove("secret_form");
    stand.put_key(item).await;
    is_damaged(&stand, "secret").await;
    for (attribute, value) in [
        ("secret_form", AttributeValue::S("rot13".to_owned())),
        ("secret_digest", AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new([1, 2]))),
        ("label", AttributeValue::S("a\u{202e}b".to_owned())),
        ("channel", AttributeValue::S("fax".to_owned())),
        ("role", AttributeValue::S("sender".to_owned())),
    ] {
        let mut item = whole.clone();
        item.insert(attribute.to_owned(), value);
        stand.put_key(item).await;
        // A sender with a channel is not a sender.
        is_damaged(&stand, if attribute == "role" { "channel" } else { attribute }).await;
    }
}

async fn is_damaged(stand: &Stand, attribute: &str) {
    match stand.keys.access_key(&"k".parse().unwrap()).await {
        Err(StoreError::Damaged {
            item: "access key",
            attribute: named,
        }) => assert_eq!(named, attribute),
        other => panic!("{attribute}: {other:?}"),
    }
}

#[tokio::test]
async fn a_secret_is_sealed_and_opened_under_its_own_key_s_name() {
    let kms = Kms::new();
    revocation_testkit::contract::secret_seal(&kms.seal).await;
    for operation in ["Encrypt", "Decrypt"] {
        for call in kms.faults.calls(operation) {
            assert_eq!(call["KeyId"], KMS_KEY, "{operation}");
            let context = call["EncryptionContext"].as_object().unwrap();
            assert_eq!(context.keys().collect::<Vec<_>>(), ["key_id"], "{operation}");
        }
    }
    assert_eq!(kms.faults.calls("Encrypt")[0]["EncryptionContext"]["key_id"], "key-own");
}

#[tokio::test]
async fn a_kms_that_does_not_answer_or_may_not_be_asked_is_no_damage() {
    for code in [
        "AccessDeniedException",
        "KMSInternalException",
        "DisabledException",
        "ThrottlingException",
    ] {
        let kms = Kms::new();
        for _ in 0..3 {
            let answer = format!(r#"{{"__type":"{code}","message":"no"}}"#);
            kms.faults.plan("Decrypt", Fault::Says(400, answer));
        }
        let opened = kms.seal.open(&"k".parse().unwrap(), b"x").await;
        assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{code}: {opened:?}");
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
