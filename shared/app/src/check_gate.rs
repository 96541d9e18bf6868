//! May the sender go on sending? One consistent read (law L1).

use revocation_rules::batch::Delivery;
use revocation_rules::channel::Channel;
use revocation_rules::gate::Gate;
use revocation_rules::ids::{PushRef, TargetId};
use revocation_rules::push::Push;

use crate::ports::{PushStore, RevocationStore, StoreError};

/// For the whole push, or for a channel of it, or for one target.
#[derive(Debug, Clone)]
pub struct GateQuestion {
    pub push: PushRef,
    pub channel: Option<Channel>,
    pub target: Option<TargetId>,
}

#[derive(Debug, thiserror::Error)]
pub enum GateError {
    #[error("the push is not registered")]
    PushNotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers the gate. One more read per revocation that lists targets, and only when a target is named.
///
/// # Errors
/// When the push is unknown or the store fails: a sender without an answer does not send.
pub async fn check_gate(store: &(impl PushStore + RevocationStore), question: &GateQuestion) -> Result<Gate, GateError> {
    let push = store.push(&question.push).await?.ok_or(GateError::PushNotFound)?;
    let gate = push.gate(question.channel);
    let (Gate::Open, Some(target)) = (&gate, &question.target) else {
        return Ok(gate);
    };
    for id in push.closures_by_target(question.channel) {
        // The closure and the revocation are one transaction: without its list nobody can say yes.
        let Some(revocation) = store.revocation(&question.push, id).await? else {
            return Err(StoreError::Damaged {
                item: "push",
                attribute: "closures",
            }
            .into());
        };
        if revocation.scope.has_target(target) {
            return Ok(Gate::Revoked { by: id.clone() });
        }
    }
    Ok(Gate::Open)
}

/// The targets among `deliveries` that a revocation lists.
pub(crate) async fn revoked_targets(
    store: &impl RevocationStore,
    push: &Push,
    channel: Channel,
    deliveries: &[Delivery],
) -> Result<Vec<TargetId>, StoreError> {
    let mut revoked = Vec::new();
    for id in push.closures_by_target(Some(channel)) {
        if let Some(revocation) = store.revocation(&push.registration.push, id).await? {
            revoked.extend(
                deliveries
                    .iter()
                    .filter(|delivery| revocation.scope.covers(delivery))
                    .map(|delivery| delivery.target.clone()),
            );
        }
    }
    revoked.sort();
    revoked.dedup();
    Ok(revoked)
}
