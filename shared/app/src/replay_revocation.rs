//! Tries again what failed: walks a revocation's batches once more, and each
//! dispatcher opens the deliveries that failed.
//!
//! For what a repetition can mend: a vendor's daily quota, a wrong secret, an
//! outage longer than the attempts last.

use jiff::Timestamp;
use revocation_rules::actor::Actor;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::revocation::{Revocation, State};

use crate::ports::{Clock, JobQueue, PushStore, RevocationStore, Saved, StoreError};
use crate::start_fan_out::start_fan_out;

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("there is no such revocation")]
    RevocationNotFound,
    #[error("the push can no longer be revoked")]
    WindowClosed { closed_at: Timestamp },
    /// Others kept changing the same revocation.
    #[error("the revocation is being changed by many at once")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often a lost race is run again.
const ROUNDS: usize = 5;

/// Asks for a replay. While the batches are still being walked it changes
/// nothing: what fails later can be replayed later.
///
/// # Errors
/// When the revocation is unknown, its window is closed, or the store fails.
pub async fn replay_revocation(
    store: &(impl PushStore + RevocationStore),
    queue: &impl JobQueue,
    clock: &impl Clock,
    push: &PushRef,
    id: &RevocationId,
    by: &Actor,
) -> Result<Revocation, ReplayError> {
    // One of an earlier life of the push is not known any more.
    if !store.push(push).await?.is_some_and(|push| push.has_revocation(id)) {
        return Err(ReplayError::RevocationNotFound);
    }
    for _ in 0..ROUNDS {
        let mut revocation = store.revocation(push, id).await?.ok_or(ReplayError::RevocationNotFound)?;
        let now = clock.now();
        if now >= revocation.closes_at {
            return Err(ReplayError::WindowClosed {
                closed_at: revocation.closes_at,
            });
        }
        match revocation.state {
            State::Requested => return Ok(revocation),
            State::Dispatched { .. } | State::Settled { .. } => revocation.replayed(by, now),
        }
        if store.save_revocation(&revocation).await? == Saved::Yes {
            start_fan_out(queue, &revocation).await;
            return Ok(revocation);
        }
    }
    Err(ReplayError::Busy)
}
