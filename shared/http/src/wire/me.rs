//! `GET /v1/me`.

use std::borrow::Cow;

use revocation_rules::actor::KeyLabel;
use revocation_rules::ids::KeyId;
#[cfg(feature = "description")]
use revocation_rules::role::{Permission, Role};
use serde::{Deserialize, Serialize};

use crate::auth::Caller;
#[cfg(feature = "description")]
use crate::description::words;

/// Whose key this is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "OwnKey"))]
pub struct MeAnswer<'a> {
    pub key_id: Cow<'a, KeyId>,
    pub app: Cow<'a, str>,
    pub workspace: Cow<'a, str>,
    #[cfg_attr(feature = "description", schemars(extend("enum" = words(Role::ALL.into_iter().filter(|role| role.may(Permission::Identify)).map(Role::as_str)))))]
    pub role: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Cow<'a, KeyLabel>>,
}

impl<'a> From<&'a Caller> for MeAnswer<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self {
            key_id: Cow::Borrowed(&caller.actor.key),
            app: caller.tenant.app.as_str().into(),
            workspace: caller.tenant.workspace.as_str().into(),
            role: caller.role.as_str().into(),
            label: caller.actor.label.as_ref().map(Cow::Borrowed),
        }
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use serde_json::json;

    use super::MeAnswer;
    use crate::description::example::examples;
    use crate::description::{Operation, Tag};

    pub(crate) fn me() -> Operation {
        Operation::new(
            "readOwnKey",
            Tag::Revoking,
            "Whose key this is",
            "The tenant and the role of the key that asks.",
        )
        .answer::<MeAnswer>(200, "The key, without its secret.", |_| {
            examples([(
                "operator",
                json!({ "key_id": "key-9d1c4e07ab52f380", "app": "shop", "workspace": "default", "role": "operator" }),
            )])
        })
    }
}
