//! `GET /v1/tasks/{id}/gate?channel=&target=`.

use revocation_app::GateQuestion;
use revocation_rules::channel::Channel;
use revocation_rules::gate::Gate;
use revocation_rules::ids::{PushRef, RevocationId};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::query::Query;

/// # Errors
/// 400 for an unknown channel, a target that cannot be one, or an unknown parameter.
pub fn gate_question(push: PushRef, query: &str) -> Result<GateQuestion, Problem> {
    let query = Query::parse(query, &["channel", "target"])?;
    Ok(GateQuestion {
        push,
        channel: query.read("channel", "a channel", Channel::parse)?,
        target: query.read("target", "1 to 4,096 bytes without control characters", |text| text.parse().ok())?,
    })
}

/// `revoked`: stop sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema))]
pub enum GateState {
    Open,
    Revoked,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Gate"))]
pub struct GateAnswer {
    pub gate: GateState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_id: Option<RevocationId>,
}

impl From<Gate> for GateAnswer {
    fn from(gate: Gate) -> Self {
        let (gate, revocation_id) = said(gate);
        Self { gate, revocation_id }
    }
}

/// The gate, and the revocation that closed it.
pub(super) fn said(gate: Gate) -> (GateState, Option<RevocationId>) {
    match gate {
        Gate::Open => (GateState::Open, None),
        Gate::Revoked { by } => (GateState::Revoked, Some(by)),
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use revocation_rules::ids::TargetId;
    use serde_json::json;

    use super::{Channel, GateAnswer};
    use crate::description::example::{REVOCATION, examples};
    use crate::description::{Operation, Tag};

    pub(crate) fn gate() -> Operation {
        Operation::new(
            "check{Kind}Gate",
            Tag::Sending,
            "May I go on sending?",
            "For the whole push, for a channel of it, or for one target. Once a revocation has been answered, every later answer for its scope is `revoked`. No answer is not a yes.",
        )
        .query::<Channel>("channel", json!({ "description": "Left out: is the whole push closed?" }))
        .query::<TargetId>("target", json!({ "description": "Looks into revocations that name targets, too." }))
        .answer::<GateAnswer>(200, "The gate.", |_| {
            examples([("open", json!({ "gate": "open" })), ("revoked", json!({ "gate": "revoked", "revocation_id": REVOCATION }))])
        })
    }
}
