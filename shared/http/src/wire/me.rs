//! `GET /v1/me`.

use revocation_rules::actor::KeyLabel;
use serde::Serialize;

use crate::auth::Caller;

/// Whose key this is.
#[derive(Debug, Serialize)]
pub struct MeAnswer<'a> {
    key_id: &'a str,
    app: &'a str,
    workspace: &'a str,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a KeyLabel>,
}

impl<'a> From<&'a Caller> for MeAnswer<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self {
            key_id: caller.actor.key.as_str(),
            app: caller.tenant.app.as_str(),
            workspace: caller.tenant.workspace.as_str(),
            role: caller.role.as_str(),
            label: caller.actor.label.as_ref(),
        }
    }
}
