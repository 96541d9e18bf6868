//! A sender registers a push before it sends, so that it can be revoked at any moment after that.

use revocation_rules::ids::IdError;
use revocation_rules::push::{Push, Registration, RegistrationError};
use revocation_rules::shard::ShardCount;
use revocation_rules::visible::visible;

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
    /// An id that is not known yet has to be one that can be seen.
    #[error("its id {0}")]
    Id(IdError),
    /// The id is taken by a push that was registered differently.
    #[error("the push is registered with other content")]
    Conflict,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps `registration`, once. Of a task `expected` deliveries decide over how many key ranges its batches are spread;
/// what a repeated call expects changes nothing.
///
/// # Errors
/// When the registration is not acceptable now, when its id is taken by another one, or when the store fails.
pub async fn register_push(
    store: &impl PushStore,
    clock: &impl Clock,
    registration: Registration,
    expected: Option<u64>,
) -> Result<Registered, RegisterError> {
    let now = clock.now();
    let id = visible(registration.push.id.as_str()).map_err(RegisterError::Id);
    let content = registration
        .check(now)
        .map_err(|(field, error)| RegisterError::Invalid { field, error });
    if let Err(mistake) = id.and(content) {
        // A repeated call must not fail because time went by since the first one, or the rules for ids did.
        return match store.push(&registration.push).await? {
            Some(known) if known.registration == registration => Ok(Registered::Again(known)),
            Some(_) | None => Err(mistake),
        };
    }
    let push = Push {
        shards: ShardCount::expecting(registration.push.kind, expected),
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
