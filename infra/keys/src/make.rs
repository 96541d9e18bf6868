//! A new key: a short random id, and a secret of 128 random bits.
//!
//! Together 35 characters: an address with a key in it has to fit into the 128
//! that Xiaomi and vivo are said to take for their callbacks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use revocation_app::ports::{AccessKey, Clock, KeyState, Role, StoreError};
use revocation_aws::{DynamoAccessKeys, KeyInserted, SystemClock};
use revocation_rules::ids::Tenant;

pub async fn make(keys: &DynamoAccessKeys, tenant: Tenant, role: Role) -> Result<AccessKey, StoreError> {
    loop {
        let id: [u8; 6] = rand::random();
        let secret: [u8; 16] = rand::random();
        // Cannot fail: an id may have everything that is in this alphabet.
        let Ok(id) = format!("key-{}", URL_SAFE_NO_PAD.encode(id)).parse() else {
            continue;
        };
        let key = AccessKey {
            id,
            tenant: tenant.clone(),
            role,
            state: KeyState::Active,
            secret: URL_SAFE_NO_PAD.encode(secret),
            created_at: SystemClock.now(),
        };
        if keys.insert(&key).await? == KeyInserted::New {
            return Ok(key);
        }
    }
}
