//! Takes a push back: the rules decide, one transaction closes the gate and
//! keeps the revocation, one queue message starts the fan-out.
//!
//! The number of calls does not depend on how much was delivered.

use jiff::Timestamp;
use revocation_rules::actor::Actor;
use revocation_rules::channel::Channels;
use revocation_rules::ids::PushRef;
use revocation_rules::notice::Notices;
use revocation_rules::push::Push;
use revocation_rules::revocation::{Fanout, Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::verdict::{Refusal, Verdict, decide};

use crate::facts;
use crate::ports::{AppNotices, Clock, Dice, JobQueue, PushStore, RevocationStore, Saved, StoreError};
use crate::resolve_notices::resolve_notices;
use crate::start_fan_out::start_fan_out;

#[derive(Debug, Clone)]
pub struct NewRevocation {
    pub push: PushRef,
    pub scope: Scope,
    pub reason: String,
    pub notices: Option<Notices>,
    pub requested_by: Actor,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Accepted {
    New(Revocation),
    /// Everything asked for is covered by this one already.
    AlreadyThere(Revocation),
}

#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error("the push is not registered")]
    PushNotFound,
    #[error("the rules refuse")]
    Refused(Refusal),
    /// Others kept changing the same push.
    #[error("the push is being revoked by many at once")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often a lost race is run again.
const ROUNDS: usize = 5;

/// Revokes, or finds the revocation that did.
///
/// # Errors
/// When the push is unknown, the rules refuse, or the store fails. After a
/// store error the caller asks again: asking twice is the same revocation.
pub async fn request_revocation(
    store: &(impl PushStore + RevocationStore + AppNotices),
    queue: &impl JobQueue,
    clock: &impl Clock,
    dice: &impl Dice,
    channels: &Channels,
    request: &NewRevocation,
) -> Result<Accepted, RequestError> {
    let began = clock.now();
    for _ in 0..ROUNDS {
        // Inside the loop: a race that was lost takes time, and the window does not wait.
        let now = clock.now();
        let push = store.push(&request.push).await?.ok_or(RequestError::PushNotFound)?;
        match decide(&push, &request.scope, channels, now) {
            Verdict::Refuse(refusal) => {
                facts::refused(&refusal);
                return Err(RequestError::Refused(refusal));
            }
            Verdict::AlreadyRevoked { by } => {
                return match store.revocation(&request.push, &by).await? {
                    Some(revocation) => Ok(Accepted::AlreadyThere(revocation)),
                    None => Err(StoreError::Damaged {
                        item: "push",
                        attribute: "closures",
                    }
                    .into()),
                };
            }
            Verdict::Accept => {
                let notices = resolve_notices(store, &push, request.notices.as_ref()).await?;
                let revocation = revocation(&push, request, notices, dice, now);
                if store.insert_revocation(&push, &revocation).await? == Saved::Yes {
                    facts::gate_closed(clock.now().duration_since(began));
                    start_fan_out(queue, &revocation).await;
                    return Ok(Accepted::New(revocation));
                }
            }
        }
    }
    Err(RequestError::Busy)
}

fn revocation(push: &Push, request: &NewRevocation, notices: Notices, dice: &impl Dice, now: Timestamp) -> Revocation {
    let registration = &push.registration;
    Revocation {
        id: dice.revocation_id(),
        push: request.push.clone(),
        scope: request.scope.clone(),
        reason: request.reason.clone(),
        notices,
        requested_by: request.requested_by.clone(),
        requested_at: now,
        state: State::Requested,
        fanout: Fanout::new(push.shards),
        due_at: Some(Revocation::first_due(now)),
        checks: 0,
        replays: 0,
        last_replay: None,
        closes_at: registration.closes_at(),
        version: 1,
    }
}
