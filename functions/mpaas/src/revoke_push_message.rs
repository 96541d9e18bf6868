//! `RevokePushMessage`: one message, for one target; every delivery to that target, on any channel and device.

use std::collections::BTreeSet;

use revocation_http::mpaas::{Fault, RevokeAnswer, required};
use revocation_rules::ids::{PushKind, PushRef, TargetId};
use revocation_rules::scope::Scope;

use crate::deps::Deps;
use crate::handler::Asked;
use crate::revoke::revoke;

pub async fn answer(deps: &Deps, asked: &Asked<'_>) -> Result<RevokeAnswer, Fault> {
    let message = PushRef {
        tenant: asked.key.tenant.clone(),
        kind: PushKind::Message,
        id: required("MessageId", asked.get("MessageId"))?,
    };
    let target: TargetId = required("TargetId", asked.get("TargetId"))?;
    let scope = Scope {
        channels: None,
        targets: Some(BTreeSet::from([target])),
    };
    revoke(deps, asked, message, scope, "RevokePushMessage").await
}
