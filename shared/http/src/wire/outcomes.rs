//! `GET /v1/tasks/{id}/revocations/{rvk}/outcomes?channel=&outcome=&cursor=`.

use revocation_app::{OutcomeFilter, OutcomePage, OutcomesCursor};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, TargetId};
use revocation_rules::outcome::Outcome;
use serde::Serialize;

use crate::problem::Problem;
use crate::query::Query;

/// # Errors
/// 400 for an unknown channel, outcome, cursor or parameter.
pub fn outcomes_question(query: &str) -> Result<(OutcomeFilter, Option<OutcomesCursor>), Problem> {
    let query = Query::parse(query, &["channel", "outcome", "cursor"])?;
    let filter = OutcomeFilter {
        channel: query.read("channel", "a channel", Channel::parse)?,
        outcome: query.read("outcome", "an outcome", Outcome::parse)?,
    };
    Ok((filter, query.read("cursor", "a cursor that an earlier page gave", cursor)?))
}

fn cursor(text: &str) -> Option<OutcomesCursor> {
    let (shard, after) = text.split_once('.')?;
    Some(OutcomesCursor {
        shard: shard.parse().ok()?,
        after: if after.is_empty() { None } else { Some(after.parse().ok()?) },
    })
}

#[derive(Debug, Serialize)]
pub struct OutcomesAnswer {
    outcomes: Vec<OutcomeAnswer>,
    /// Give it back as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize)]
struct OutcomeAnswer {
    batch_id: BatchId,
    /// The delivery's place in its batch, from 0.
    slot: usize,
    channel: Channel,
    target: Option<TargetId>,
    outcome: Outcome,
    reason: String,
}

impl From<OutcomePage> for OutcomesAnswer {
    fn from(page: OutcomePage) -> Self {
        Self {
            outcomes: page
                .outcomes
                .into_iter()
                .map(|one| OutcomeAnswer {
                    batch_id: one.batch,
                    slot: one.slot,
                    channel: one.channel,
                    target: one.target,
                    outcome: one.outcome,
                    reason: one.reason,
                })
                .collect(),
            next_cursor: page
                .next
                .map(|next| format!("{}.{}", next.shard, next.after.as_ref().map_or("", BatchId::as_str))),
        }
    }
}
