//! `GET /v1/pushes?type=&from=&to=&name=&state=&target=&limit=&cursor=`.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{PushFilter, PushListPage, PushListQuery};
use revocation_rules::ids::{PushKind, TargetId, Tenant};
use revocation_rules::push::{MAX_PUSH_TITLE_CHARS, PushState, PushType};
use serde::{Deserialize, Serialize};

use super::register::RegisteredAnswer;
use crate::problem::Problem;
use crate::query::Query;

/// Longest time range of one list.
const MAX_RANGE: SignedDuration = SignedDuration::from_hours(31 * 24);
const DEFAULT_RANGE: SignedDuration = SignedDuration::from_hours(7 * 24);
const MAX_LIMIT: usize = 100;

/// # Errors
/// 400 for a missing type, a bad time, range or filter, or an unknown parameter.
pub fn push_list_query(tenant: Tenant, query: &str, now: Timestamp) -> Result<PushListQuery, Problem> {
    let query = Query::parse(query, &["type", "from", "to", "name", "state", "target", "limit", "cursor"])?;
    let push_type = query
        .read("type", "simple, template, batch or broadcast", PushType::parse)?
        .ok_or_else(|| Problem::invalid("?type", "is needed: simple, template, batch or broadcast"))?;
    let time = "a time such as 2026-11-23T08:00:00Z";
    // Nothing was sent before; and whoever goes back day by day from the first of all times gets nowhere.
    let at = |text: &str| text.parse().ok().filter(|at| *at >= Timestamp::UNIX_EPOCH);
    // A sender's clock may be a minute ahead; what it registered now is in the list now.
    let to = query.read("to", time, at)?.unwrap_or(now + SignedDuration::from_mins(2));
    let from = query.read("from", time, at)?.unwrap_or_else(|| {
        to.saturating_sub(DEFAULT_RANGE)
            .unwrap_or(Timestamp::MIN)
            .max(Timestamp::UNIX_EPOCH)
    });
    if from > to || to.duration_since(from) > MAX_RANGE {
        return Err(Problem::invalid("?from", "must be before `to`, by 31 days at most"));
    }
    let target: Option<TargetId> = query.read("target", "a target as it was recorded", |text| text.parse().ok())?;
    if target.is_some() && push_type.kind() == PushKind::Task {
        return Err(Problem::invalid(
            "?target",
            "is for simple and template: tasks are not kept by target",
        ));
    }
    let name = query.read("name", "1 to 200 characters", |text| {
        (1..=MAX_PUSH_TITLE_CHARS).contains(&text.chars().count()).then(|| text.to_owned())
    })?;
    let state = query.read("state", "open, partly_revoked or revoked", PushState::parse)?;
    Ok(PushListQuery {
        tenant,
        push_type,
        from,
        to,
        limit: query
            .read("limit", "1 to 100", |text| {
                text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit))
            })?
            .unwrap_or(MAX_LIMIT),
        filter: PushFilter { name, state },
        target,
        after: query.get("cursor").map(str::to_owned),
    })
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "PushList"))]
pub struct PushListAnswer<'a> {
    /// Newest first.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_LIMIT)))]
    pub pushes: Vec<ListedPush<'a>>,
    /// Give it back as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<Cow<'a, str>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "ListedPush"))]
pub struct ListedPush<'a> {
    #[serde(flatten)]
    pub push: RegisteredAnswer<'a>,
    pub state: PushState,
}

impl<'a> From<&'a PushListPage> for PushListAnswer<'a> {
    fn from(page: &'a PushListPage) -> Self {
        Self {
            pushes: page
                .pushes
                .iter()
                .map(|push| ListedPush {
                    push: push.into(),
                    state: push.state(),
                })
                .collect(),
            next_cursor: page.next.as_deref().map(Cow::Borrowed),
        }
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use schemars::{SchemaGenerator, json_schema};
    use serde_json::json;

    use super::{MAX_LIMIT, MAX_PUSH_TITLE_CHARS, PushKind, PushListAnswer, PushState, PushType, TargetId};
    use crate::description::example::{examples, push as a_push};
    use crate::description::{Operation, Tag};

    pub(crate) fn pushes() -> Operation {
        let time = |_: &mut SchemaGenerator| json_schema!({ "type": "string", "format": "date-time" });
        let target = "Only messages that were recorded for exactly this target, for 9 days after they were sent. A delivery that was recorded without a target is found by its token, and by the name that is made of it. Not with `batch` and `broadcast`: tasks are not kept by target.";
        Operation::new("listPushes", Tag::Revoking, "Pushes of one type, newest first", "")
            .query::<PushType>("type", json!({ "required": true, "example": "batch" }))
            .query_as(
                "from",
                json!({ "description": "The earliest `sent_at`. Left out: 7 days before `to`.", "example": "2026-11-22T00:00:00Z" }),
                time,
            )
            .query_as(
                "to",
                json!({ "description": "The latest `sent_at`, at most 31 days after `from`. Left out: now.", "example": "2026-11-23T23:59:59Z" }),
                time,
            )
            .query_as(
                "name",
                json!({ "description": "What the title begins with, whether in capitals or not.", "example": "Autumn" }),
                |_| json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX_PUSH_TITLE_CHARS }),
            )
            .query::<PushState>("state", json!({}))
            .query::<TargetId>("target", json!({ "description": target }))
            .query_as("limit", json!({}), |_| {
                json_schema!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT })
            })
            .query_as(
                "cursor",
                json!({ "description": "`next_cursor` of the page before, with the same `type` and filters." }),
                |_| json_schema!({ "type": "string", "minLength": 1, "maxLength": 4_096 }),
            )
            .answer::<PushListAnswer<'_>>(
                200,
                "A page of pushes. The newest may be missing for a moment. With a filter a page may be short, even empty, and still have a `next_cursor`: a call looks at 1,000 pushes at most.",
                |_| {
                    let mut push = a_push(PushKind::Task);
                    push["state"] = "partly_revoked".into();
                    examples([("page", json!({ "pushes": [push] }))])
                },
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemKind;

    fn asked(query: &str) -> Result<PushListQuery, String> {
        let tenant = Tenant {
            app: "shop".parse().unwrap(),
            workspace: "default".parse().unwrap(),
        };
        push_list_query(tenant, query, "2026-11-23T08:00:00Z".parse().unwrap()).map_err(|problem| {
            assert_eq!(problem.kind, ProblemKind::InvalidRequest);
            problem.errors[0].pointer.clone()
        })
    }

    #[test]
    fn filters_are_read_as_they_were_written() {
        let query = asked("type=simple&name=%E7%A7%8B+50%25&state=partly_revoked&target=user%2F77%231").unwrap();
        assert_eq!(query.filter.name.as_deref(), Some("秋 50%"));
        assert_eq!(query.filter.state, Some(PushState::PartlyRevoked));
        assert_eq!(query.target, Some("user/77#1".parse().unwrap()));
        assert_eq!(asked("type=batch&to=1970-01-02T00:00:00Z").unwrap().from, Timestamp::UNIX_EPOCH);
        let query = asked("type=batch").unwrap();
        assert!(query.filter.is_empty() && query.target.is_none());
    }

    #[test]
    fn a_filter_that_can_not_be_one_is_named() {
        for (query, wrong) in [
            ("type=batch&name=", "?name"),
            ("type=batch&state=closed", "?state"),
            ("type=simple&target=", "?target"),
            ("type=simple&target=%00", "?target"),
            ("type=batch&target=user-77", "?target"),
            ("type=broadcast&target=user-77", "?target"),
            ("name=Autumn", "?type"),
            ("type=batch&to=-009999-01-03T00:00:00Z", "?to"),
            ("type=batch&from=-009999-01-03T00:00:00Z&to=-009999-01-04T00:00:00Z", "?to"),
            ("type=batch&from=1969-12-31T00:00:00Z&to=1970-01-01T00:00:00Z", "?from"),
        ] {
            assert_eq!(asked(query).unwrap_err(), wrong, "{query}");
        }
        let long = format!("type=batch&name={}", "x".repeat(MAX_PUSH_TITLE_CHARS + 1));
        assert_eq!(asked(&long).unwrap_err(), "?name");
    }
}
