//! A sender registers a push before it sends, so that it can be revoked at any moment after that.

use revocation_rules::push::{Push, Registration, RegistrationError};
use revocation_rules::shard::ShardCount;

use crate::ports::{Clock, Inserted, PushStore, StoreError};

#[derive(Debug, PartialEq, Eq)]
pub enum Registered {
    New(Push),
    /// The same registration was made before.
    Again(Push),
}

#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error("`{field}` {error}")]
    Invalid { field: &'static str, error: RegistrationError },
    /// The id is taken by a push that was registered differently.
    #[error("the push is registered with other content")]
    Conflict,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps `registration`, once.
///
/// # Errors
/// When the registration is not acceptable now, when its id is taken by another one, or when the store fails.
pub async fn register_push(store: &impl PushStore, clock: &impl Clock, registration: Registration) -> Result<Registered, RegisterError> {
    let now = clock.now();
    if let Err((field, error)) = registration.check(now) {
        // A repeated call must not fail because time went by since the first one.
        return match store.push(&registration.push).await? {
            Some(known) if known.registration == registration => Ok(Registered::Again(known)),
            Some(_) | None => Err(RegisterError::Invalid { field, error }),
        };
    }
    let push = Push {
        shards: ShardCount::of(registration.push.kind),
        registration,
        registered_at: now,
        closures: Vec::new(),
        version: 1,
    };
    match store.insert_push(&push).await? {
        Inserted::New => Ok(Registered::New(push)),
        Inserted::Existing(known) if known.registration == push.registration => Ok(Registered::Again(known)),
        Inserted::Existing(_) => Err(RegisterError::Conflict),
    }
}
