//! `RevokePushMessage`: one message, for one target; every delivery to that target, on any channel and device.

use std::collections::BTreeSet;

use revocation_app::ports::Ports;
use revocation_http::mpaas::{Fault, RevokeAnswer, required};
use revocation_rules::ids::{PushKind, PushRef, TargetId};
use revocation_rules::scope::Scope;
use revocation_rules::visible::Visible;

use crate::deps::Deps;
use crate::handler::Asked;
use crate::revoke::revoke;

pub async fn answer<P: Ports>(deps: &Deps<P>, asked: &Asked<'_>) -> Result<RevokeAnswer, Fault> {
    let message = PushRef {
        tenant: asked.key.tenant.clone(),
        kind: PushKind::Message,
        id: required("MessageId", asked.get("MessageId"))?,
    };
    let scope = scope(asked.get("TargetId"))?;
    revoke(deps, asked, message, scope, "RevokePushMessage").await
}

/// A target that cannot be seen is refused here, too: no delivery can be recorded for it.
fn scope(target: Option<&str>) -> Result<Scope, Fault> {
    let Visible(target): Visible<TargetId> = required("TargetId", target)?;
    Ok(Scope {
        channels: None,
        targets: Some(BTreeSet::from([target])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_cannot_be_seen_is_an_invalid_parameter() {
        for unseen in ["user-77\u{200b}", "\u{feff}user-77", "user\u{a0}77", "user-77 ", "user\u{202e}77"] {
            let fault = scope(Some(unseen)).unwrap_err();
            assert_eq!(fault.code, "InvalidParameter.TargetId", "{unseen:?}");
            assert!(!fault.message.contains("user"), "{}", fault.message);
        }
        assert!(scope(Some("user 1024/测~*+&=%23#\"")).is_ok());
    }
}
