//! A new key: a short random id, and a secret of 128 random bits.
//!
//! Together 35 characters: an address with a key in it has to fit into the 128
//! that Xiaomi and vivo are said to take for their callbacks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use revocation_app::ports::{AccessKey, Clock, KeptSecret, KeyState, SecretDigest, SecretSeal, SecretText, StoreError};
use revocation_aws::{DynamoAccessKeys, KeyInserted, SystemClock};
use revocation_rules::actor::KeyLabel;
use revocation_rules::channel::Channel;
use revocation_rules::ids::Tenant;
use revocation_rules::role::Role;

/// What somebody wants of a new key.
pub struct Wanted {
    pub tenant: Tenant,
    pub role: Role,
    pub channel: Option<Channel>,
    pub label: Option<KeyLabel>,
}

/// The key, and its secret, which is said once. It signs if there is a `seal` for its secret.
pub async fn make(keys: &DynamoAccessKeys, wanted: Wanted, seal: Option<&impl SecretSeal>) -> Result<(AccessKey, SecretText), StoreError> {
    loop {
        let id: [u8; 6] = rand::random();
        let secret: [u8; 16] = rand::random();
        // Cannot fail: an id may have everything that is in this alphabet.
        let Ok(id) = format!("key-{}", URL_SAFE_NO_PAD.encode(id)).parse() else {
            continue;
        };
        let secret = SecretText::new(URL_SAFE_NO_PAD.encode(secret));
        let digest = SecretDigest::of(secret.expose());
        let kept = match seal {
            Some(seal) => KeptSecret::Sealed {
                digest,
                sealed: seal.seal(&id, &secret).await?,
            },
            None => KeptSecret::Digest(digest),
        };
        let key = AccessKey {
            id,
            tenant: wanted.tenant.clone(),
            role: wanted.role,
            channel: wanted.channel,
            state: KeyState::Active,
            label: wanted.label.clone(),
            secret: kept,
            created_at: SystemClock.now(),
        };
        if keys.insert(&key).await? == KeyInserted::New {
            return Ok((key, secret));
        }
    }
}
