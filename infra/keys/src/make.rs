//! A new key: a short random id, and a secret of 256 random bits.

use revocation_app::ports::{AccessKey, Clock, KeyState, Role, StoreError};
use revocation_aws::{DynamoAccessKeys, KeyInserted, SystemClock};
use revocation_rules::ids::Tenant;
use revocation_rules::scope::hex;

pub async fn make(keys: &DynamoAccessKeys, tenant: Tenant, role: Role) -> Result<AccessKey, StoreError> {
    loop {
        let id: [u8; 8] = rand::random();
        let secret: [u8; 32] = rand::random();
        // Cannot fail: letters and digits are what an id is.
        let Ok(id) = format!("key-{}", hex(&id)).parse() else {
            continue;
        };
        let key = AccessKey {
            id,
            tenant: tenant.clone(),
            role,
            state: KeyState::Active,
            secret: hex(&secret),
            created_at: SystemClock.now(),
        };
        if keys.insert(&key).await? == KeyInserted::New {
            return Ok(key);
        }
    }
}
