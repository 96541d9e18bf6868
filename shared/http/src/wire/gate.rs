//! `GET /v1/tasks/{id}/gate?channel=&target=`.

use revocation_app::GateQuestion;
use revocation_rules::channel::Channel;
use revocation_rules::gate::Gate;
use revocation_rules::ids::{PushRef, RevocationId};
use serde::Serialize;

use crate::problem::Problem;
use crate::query::Query;

/// # Errors
/// 400 for an unknown channel, a target that can not be one, or an unknown parameter.
pub fn gate_question(push: PushRef, query: &str) -> Result<GateQuestion, Problem> {
    let query = Query::parse(query, &["channel", "target"])?;
    Ok(GateQuestion {
        push,
        channel: query.read("channel", "a channel", Channel::parse)?,
        target: query.read("target", "1 to 4,096 bytes without control characters", |text| text.parse().ok())?,
    })
}

#[derive(Debug, Serialize)]
pub struct GateAnswer {
    gate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_id: Option<RevocationId>,
}

impl From<Gate> for GateAnswer {
    fn from(gate: Gate) -> Self {
        match gate {
            Gate::Open => Self {
                gate: "open",
                revocation_id: None,
            },
            Gate::Revoked { by } => Self {
                gate: "revoked",
                revocation_id: Some(by),
            },
        }
    }
}
