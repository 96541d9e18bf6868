//! What both revoking actions do once they know what is to be revoked.

use revocation_app::ports::{Ports, PushStore as _};
use revocation_app::{Accepted, NAMING_LIMIT, NewRevocation, RequestError, name_unmatched, request_revocation};
use revocation_http::mpaas::{Fault, Refusal, RevokeAnswer, refused};
use revocation_lambda::time::within;
use revocation_rules::ids::{PushKind, PushRef};
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::Scope;
use revocation_rules::unmatched::Unmatched;

use crate::deps::Deps;
use crate::handler::Asked;

/// Revokes, or finds the revocation that did: asking twice has the same answer.
pub async fn revoke<P: Ports>(deps: &Deps<P>, asked: &Asked<'_>, push: PushRef, scope: Scope, action: &str) -> Result<RevokeAnswer, Fault> {
    let wanted = NewRevocation {
        push,
        scope,
        reason: action.to_owned(),
        notices: None,
        requested_by: asked.key.actor(),
    };
    let accepted = request_revocation(&deps.store, &deps.queue, &deps.clock, &deps.dice, &deps.channels, &wanted).await;
    match accepted {
        Ok(Accepted::New(revocation) | Accepted::AlreadyThere(revocation)) => {
            tell_unmatched(deps, &wanted.scope, &revocation).await;
            Ok(RevokeAnswer::new(asked.request_id, Ok(&revocation.id)))
        }
        Err(error) => {
            let mut refusal = refused(&error, not_found(wanted.push.kind))?;
            if matches!(error, RequestError::PushNotFound) && is_of_the_other_kind(deps, &wanted.push).await? {
                refusal = Refusal::WrongPushType;
            }
            Ok(RevokeAnswer::new(asked.request_id, Err(refusal)))
        }
    }
}

/// These clients read one thing, the id: that nobody was met stands in the log, as a number.
async fn tell_unmatched<P: Ports>(deps: &Deps<P>, scope: &Scope, revocation: &Revocation) {
    let naming = name_unmatched(&deps.store, &deps.clock, &deps.channels, scope, revocation);
    match within(NAMING_LIMIT, naming).await {
        Some(Unmatched::Known(targets)) if !targets.is_empty() => {
            tracing::warn!(revocation.id = %revocation.id, targets = targets.len(), "revoked for targets that have no delivery so far");
        }
        Some(Unmatched::Known(_) | Unmatched::NotNamed | Unmatched::Unknown) | None => {}
    }
}

pub const fn not_found(kind: PushKind) -> Refusal {
    match kind {
        PushKind::Message => Refusal::MessageNotFound,
        PushKind::Task => Refusal::TaskNotFound,
    }
}

/// One more read, for those that are not found only.
async fn is_of_the_other_kind<P: Ports>(deps: &Deps<P>, push: &PushRef) -> Result<bool, Fault> {
    let other = PushRef {
        kind: match push.kind {
            PushKind::Message => PushKind::Task,
            PushKind::Task => PushKind::Message,
        },
        ..push.clone()
    };
    Ok(deps.store.push(&other).await?.is_some())
}
