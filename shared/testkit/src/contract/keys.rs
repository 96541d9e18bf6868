//! [`AccessKeyStore`] and [`SecretSeal`].

use revocation_app::ports::{AccessKey, AccessKeyStore, KeptSecret, KeyState, SecretDigest, SecretSeal, SecretText, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::role::Role;

use super::fresh;
use crate::builders::{noon, tenant};

/// `keep` is how this store is given a key; the port only reads.
pub async fn access_keys<S: AccessKeyStore>(store: &S, keep: impl AsyncFn(&S, AccessKey)) {
    let digest = SecretDigest::of(&fresh());
    let sealed = vec![0, 255, 7];
    for role in Role::ALL {
        for state in [KeyState::Active, KeyState::Disabled] {
            for label in [None, Some("夜班 Night shift")] {
                for secret in [
                    KeptSecret::Digest(digest),
                    KeptSecret::Sealed {
                        digest,
                        sealed: sealed.clone(),
                    },
                    KeptSecret::Readable(SecretText::new(fresh())),
                ] {
                    let key = AccessKey {
                        id: format!("key-{}", fresh()).parse().unwrap(),
                        tenant: tenant("APP1"),
                        role,
                        channel: (role == Role::Callback).then_some(Channel::Xiaomi),
                        state,
                        label: label.map(|label| label.parse().unwrap()),
                        secret,
                        created_at: noon(),
                    };
                    keep(store, key.clone()).await;
                    assert_eq!(store.access_key(&key.id).await.unwrap(), Some(key), "a key is read as it was kept");
                }
            }
        }
    }
    let unknown = format!("key-{}", fresh()).parse().unwrap();
    assert_eq!(store.access_key(&unknown).await.unwrap(), None, "an unknown key is none");
}

/// A secret comes back for its own key and for no other, and cannot be read meanwhile.
pub async fn secret_seal(seal: &impl SecretSeal) {
    let secret = SecretText::new(format!("secret-{}", fresh()));
    let (own, other) = ("key-own".parse().unwrap(), "key-other".parse().unwrap());
    let sealed = seal.seal(&own, &secret).await.unwrap();
    assert_eq!(seal.open(&own, &sealed).await.unwrap(), secret);
    let readable = sealed.windows(secret.expose().len()).any(|part| part == secret.expose().as_bytes());
    assert!(!readable, "a sealed secret is not readable");
    for (key, sealed) in [(&other, sealed.as_slice()), (&own, &sealed[..sealed.len() - 1]), (&own, b"")] {
        match seal.open(key, sealed).await {
            Err(StoreError::Damaged {
                item: "access key",
                attribute: "sealed_secret",
            }) => {}
            opened => panic!("{opened:?}"),
        }
    }
}
