//! `GET /v1/tasks/{id}/revocations/{rvk}/outcomes?channel=&outcome=&cursor=`.

use revocation_app::{OutcomeFilter, OutcomePage, OutcomesCursor};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, TargetId};
use revocation_rules::outcome::Outcome;
use revocation_rules::walk::{Place, Walk};
use serde::{Deserialize, Serialize};

use super::word::Word;
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

/// `<next shard>~<shard>.<batch>~...`: no batch id has a `~`. An older version gave `<shard>.<batch>`.
fn cursor(text: &str) -> Option<OutcomesCursor> {
    let Some((next, open)) = text.split_once('~') else {
        let place = place(text)?;
        return Some(OutcomesCursor::from(&Walk::at(place)));
    };
    Some(OutcomesCursor {
        next: next.parse().ok()?,
        open: open.split('~').filter(|text| !text.is_empty()).map(place).collect::<Option<_>>()?,
    })
}

fn place(text: &str) -> Option<Place> {
    let (shard, after) = text.split_once('.')?;
    Some(Place {
        shard: shard.parse().ok()?,
        after: if after.is_empty() { None } else { Some(after.parse().ok()?) },
    })
}

fn cursor_text(cursor: &OutcomesCursor) -> String {
    let place = |place: &Place| format!("{}.{}", place.shard, place.after.as_ref().map_or("", BatchId::as_str));
    let open: Vec<String> = cursor.open.iter().map(place).collect();
    format!("{}~{}", cursor.next, open.join("~"))
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "OutcomePage"))]
pub struct OutcomesAnswer {
    /// A page may be empty and still not be the last: a filter may fit nothing in it.
    #[cfg_attr(feature = "description", schemars(length(max = 1_999)))]
    pub outcomes: Vec<OutcomeAnswer>,
    /// Give it back as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "DeliveryOutcome"))]
pub struct OutcomeAnswer {
    pub batch_id: BatchId,
    /// The delivery's place in its batch, from 0.
    #[cfg_attr(feature = "description", schemars(range(max = 999)))]
    pub slot: usize,
    pub channel: Word<Channel>,
    /// `null` once the delivery itself was deleted, 7 days after it was sent.
    pub target: Option<TargetId>,
    pub outcome: Word<Outcome>,
    /// A code of ours such as `sent_without_notify_id`, or the vendor's, such as `apns:Unregistered`.
    #[cfg_attr(feature = "description", schemars(length(max = 64)))]
    pub reason: String,
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
                    channel: one.channel.into(),
                    target: one.target,
                    outcome: one.outcome.into(),
                    reason: one.reason,
                })
                .collect(),
            next_cursor: page.next.as_ref().map(cursor_text),
        }
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use schemars::json_schema;
    use serde_json::json;

    use super::{Channel, Outcome, OutcomesAnswer};
    use crate::description::example::examples;
    use crate::description::{Operation, Tag};

    pub(crate) fn outcomes() -> Operation {
        let cursor = json!({ "description": "`next_cursor` of the page before." });
        Operation::new("list{Kind}Outcomes", Tag::Revoking, "What became of every single delivery", "")
            .query::<Channel>("channel", json!({}))
            .query::<Outcome>("outcome", json!({}))
            .query_as(
                "cursor",
                cursor,
                |_| json_schema!({ "type": "string", "minLength": 1, "maxLength": 140 }),
            )
            .answer::<OutcomesAnswer>(200, "A page of outcomes. Deliveries without an outcome yet are not in it.", |_| {
                let one = |slot: u8, target: &str, outcome: &str, reason: &str| {
                    json!({
                        "batch_id": "huawei-0001", "slot": slot, "channel": "huawei",
                        "target": target, "outcome": outcome, "reason": reason
                    })
                };
                let page = json!({
                    "outcomes": [
                        one(0, "user-77", "overwritten", "accepted_by_vendor"),
                        one(1, "user-78", "target_gone", "huawei:illegal_token")
                    ],
                    "next_cursor": "4~3.huawei-0001"
                });
                examples([("page", page)])
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_so_is_one_of_an_older_version() {
        let at = |shard, after: Option<&str>| Place {
            shard,
            after: after.map(|after| after.parse().unwrap()),
        };
        for (text, next, open) in [
            ("5~", 5, vec![]),
            ("5~1.huawei-0.1~3.", 5, vec![at(1, Some("huawei-0.1")), at(3, None)]),
        ] {
            let read = cursor(text).unwrap();
            assert_eq!(read, OutcomesCursor { next, open });
            assert_eq!(cursor_text(&read), text);
        }
        // One place, in the middle of a shard or before it.
        let older = |next, open| Some(OutcomesCursor { next, open });
        assert_eq!(cursor("3.huawei-0001"), older(4, vec![at(3, Some("huawei-0001"))]));
        assert_eq!(cursor("3."), older(3, vec![]));
        for text in ["", "~", "x~", "3", "3~1", "3~a.b", "70000.b", "1~1.b c"] {
            assert_eq!(cursor(text), None, "{text}");
        }
    }
}
