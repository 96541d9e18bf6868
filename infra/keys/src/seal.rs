//! Ends readable secrets: keys that were made before secrets were digests.

use revocation_app::ports::{AccessKeyStore as _, KeptSecret, SecretDigest, SecretForm, SecretSeal, StoreError};
use revocation_aws::DynamoAccessKeys;
use revocation_rules::ids::KeyId;
use revocation_rules::role::Role;

/// Keeps every readable secret as a digest, and beside it sealed where the key may sign: an old key does not
/// say whether anybody signs with it. Without a `seal` none signs any more. Names the keys that changed.
///
/// It may be stopped and run again: each key is changed in one write, which insists on what was read.
pub async fn seal(keys: &DynamoAccessKeys, seal: Option<&impl SecretSeal>) -> Result<Vec<KeyId>, StoreError> {
    let mut changed = Vec::new();
    let readable = keys.list().await?.into_iter().filter(|key| key.secret == SecretForm::Readable);
    for listed in readable {
        let Some(key) = keys.access_key(&listed.id).await? else {
            continue;
        };
        let KeptSecret::Readable(secret) = key.secret else {
            continue;
        };
        let digest = SecretDigest::of(secret.expose());
        let kept = match seal.filter(|_| may_sign(key.role)) {
            Some(seal) => KeptSecret::Sealed {
                digest,
                sealed: seal.seal(&key.id, &secret).await?,
            },
            None => KeptSecret::Digest(digest),
        };
        if keys.seal(&key.id, &secret, &kept).await? {
            changed.push(key.id);
        }
    }
    Ok(changed)
}

/// There is nothing for the others among the calls that are signed.
pub const fn may_sign(role: Role) -> bool {
    match role {
        Role::Viewer | Role::Operator | Role::Admin => true,
        Role::Sender | Role::Callback => false,
    }
}
