//! What both revoking actions do once they know what is to be revoked.

use revocation_app::ports::PushStore as _;
use revocation_app::{Accepted, NewRevocation, RequestError, request_revocation};
use revocation_http::mpaas::{Fault, Refusal, RevokeAnswer, refused};
use revocation_rules::ids::{PushKind, PushRef};
use revocation_rules::scope::Scope;

use crate::deps::Deps;
use crate::handler::Asked;

/// Revokes, or finds the revocation that did: asking twice has the same answer.
pub async fn revoke(deps: &Deps, asked: &Asked<'_>, push: PushRef, scope: Scope, action: &str) -> Result<RevokeAnswer, Fault> {
    let wanted = NewRevocation {
        push,
        scope,
        reason: action.to_owned(),
        notices: None,
        requested_by: asked.key.actor(),
    };
    let accepted = request_revocation(&deps.store, &deps.queue, &deps.clock, &deps.dice, &deps.channels, &wanted).await;
    match accepted {
        Ok(Accepted::New(revocation) | Accepted::AlreadyThere(revocation)) => Ok(RevokeAnswer::new(asked.request_id, Ok(&revocation.id))),
        Err(error) => {
            let mut refusal = refused(&error, not_found(wanted.push.kind))?;
            if matches!(error, RequestError::PushNotFound) && is_of_the_other_kind(deps, &wanted.push).await? {
                refusal = Refusal::WrongPushType;
            }
            Ok(RevokeAnswer::new(asked.request_id, Err(refusal)))
        }
    }
}

pub const fn not_found(kind: PushKind) -> Refusal {
    match kind {
        PushKind::Message => Refusal::MessageNotFound,
        PushKind::Task => Refusal::TaskNotFound,
    }
}

/// One more read, for those that are not found only.
async fn is_of_the_other_kind(deps: &Deps, push: &PushRef) -> Result<bool, Fault> {
    let other = PushRef {
        kind: match push.kind {
            PushKind::Message => PushKind::Task,
            PushKind::Task => PushKind::Message,
        },
        ..push.clone()
    };
    Ok(deps.store.push(&other).await?.is_some())
}
