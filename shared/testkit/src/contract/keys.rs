//! [`AccessKeyStore`].

use revocation_app::ports::{AccessKey, AccessKeyStore, KeyState, Role};

use super::fresh;
use crate::builders::{noon, tenant};

/// `keep` is how this store is given a key; the port only reads.
pub async fn access_keys<S: AccessKeyStore>(store: &S, keep: impl AsyncFn(&S, AccessKey)) {
    for role in Role::ALL {
        for state in [KeyState::Active, KeyState::Disabled] {
            a_key_is_read_as_it_was_kept(store, &keep, role, state).await;
        }
    }
    let unknown = format!("key-{}", fresh()).parse().unwrap();
    assert_eq!(store.access_key(&unknown).await.unwrap(), None, "an unknown key is none");
}

async fn a_key_is_read_as_it_was_kept<S: AccessKeyStore>(store: &S, keep: &impl AsyncFn(&S, AccessKey), role: Role, state: KeyState) {
    let key = AccessKey {
        id: format!("key-{}", fresh()).parse().unwrap(),
        tenant: tenant("APP1"),
        role,
        state,
        secret: fresh(),
        created_at: noon(),
    };
    keep(store, key.clone()).await;
    assert_eq!(store.access_key(&key.id).await.unwrap(), Some(key));
}
