//! `QueryPushAnalysisTaskList`: tasks that were sent since a time, newest first.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Clock, Ports, PushStore as _};
use revocation_app::{MOST_LOOKED_AT, TaskListQuery, find_task, list_tasks};
use revocation_http::mpaas::{Fault, TaskListAnswer, number, optional, required};
use revocation_rules::push::Push;

use crate::deps::Deps;
use crate::handler::Asked;

const PAGE_SIZE: usize = 20;
const MOST_PAGE_SIZE: usize = 100;
/// A sender's clock may be a minute ahead; what it registered now is in the list now.
const AHEAD: SignedDuration = SignedDuration::from_mins(2);

pub async fn answer<P: Ports>(deps: &Deps<P>, asked: &Asked<'_>) -> Result<TaskListAnswer, Fault> {
    let start: i64 = required("StartTime", asked.get("StartTime"))?;
    let from = Timestamp::from_millisecond(start).map_err(|_| Fault::invalid("StartTime", "it must be milliseconds since 1970"))?;
    let take = number("PageSize", asked.get("PageSize"), 1, MOST_PAGE_SIZE, PAGE_SIZE)?;
    let page = number("PageNumber", asked.get("PageNumber"), 1, MOST_LOOKED_AT / take, 1)?;
    let query = TaskListQuery {
        tenant: asked.key.tenant.clone(),
        from,
        to: deps.clock.now().saturating_add(AHEAD).unwrap_or(Timestamp::MAX),
        name: optional("TaskName", asked.get("TaskName"))?,
        skip: (page - 1) * take,
        take,
    };
    let tasks = match asked.get("TaskId").filter(|id| !id.is_empty()) {
        Some(id) => one(deps, &query, id).await?,
        None => list_tasks(&deps.store, &query).await?,
    };
    Ok(TaskListAnswer::new(asked.request_id, &tasks))
}

/// The task of an id, if everything else that is asked for fits it too.
async fn one<P: Ports>(deps: &Deps<P>, query: &TaskListQuery, id: &str) -> Result<Vec<Push>, Fault> {
    let found = match find_task(&deps.store, &query.tenant, id).await? {
        Some(task) if query.skip == 0 => deps.store.push(&task).await?,
        Some(_) | None => None,
    };
    let fits = |task: &Push| {
        let said = &task.registration;
        said.sent_at >= query.from && query.name.as_ref().is_none_or(|name| *name == said.title)
    };
    Ok(found.into_iter().filter(fits).collect())
}
