//! `GET /v1/pushes?type=&from=&to=&limit=&cursor=`.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{PushListPage, PushListQuery};
use revocation_rules::ids::Tenant;
use revocation_rules::push::PushType;
use serde::Serialize;

use super::push::state;
use super::register::RegisteredAnswer;
use crate::problem::Problem;
use crate::query::Query;

/// Longest time range of one list.
const MAX_RANGE: SignedDuration = SignedDuration::from_hours(31 * 24);
const DEFAULT_RANGE: SignedDuration = SignedDuration::from_hours(7 * 24);
const MAX_LIMIT: usize = 100;

/// # Errors
/// 400 for a missing type, a bad time or range, or an unknown parameter.
pub fn push_list_query(tenant: Tenant, query: &str, now: Timestamp) -> Result<PushListQuery, Problem> {
    let query = Query::parse(query, &["type", "from", "to", "limit", "cursor"])?;
    let push_type = query
        .read("type", "simple, template, batch or broadcast", PushType::parse)?
        .ok_or_else(|| Problem::invalid("?type", "is needed: simple, template, batch or broadcast"))?;
    let time = "a time such as 2026-11-23T08:00:00Z";
    // A sender's clock may be a minute ahead; what it registered now is in the list now.
    let to = query
        .read("to", time, |text| text.parse().ok())?
        .unwrap_or(now + SignedDuration::from_mins(2));
    let from = query
        .read("from", time, |text| text.parse().ok())?
        .unwrap_or_else(|| to.saturating_sub(DEFAULT_RANGE).unwrap_or(Timestamp::MIN));
    if from > to || to.duration_since(from) > MAX_RANGE {
        return Err(Problem::invalid("?from", "must be before `to`, by 31 days at most"));
    }
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
        after: query.get("cursor").map(str::to_owned),
    })
}

#[derive(Debug, Serialize)]
pub struct PushListAnswer<'a> {
    pushes: Vec<ListedPush<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ListedPush<'a> {
    #[serde(flatten)]
    push: RegisteredAnswer<'a>,
    state: &'static str,
}

impl<'a> From<&'a PushListPage> for PushListAnswer<'a> {
    fn from(page: &'a PushListPage) -> Self {
        Self {
            pushes: page
                .pushes
                .iter()
                .map(|push| ListedPush {
                    push: push.into(),
                    state: state(push),
                })
                .collect(),
            next_cursor: page.next.as_deref(),
        }
    }
}
