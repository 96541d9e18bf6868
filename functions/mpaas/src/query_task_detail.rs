//! `QueryPushAnalysisTaskDetail`: what was recorded of one task.

use revocation_app::ports::{Ports, PushStore as _};
use revocation_app::{count_deliveries, find_task};
use revocation_http::mpaas::{Fault, Refusal, TaskDetail, TaskDetailAnswer, required};

use crate::deps::Deps;
use crate::handler::Asked;

pub async fn answer<P: Ports>(deps: &Deps<P>, asked: &Asked<'_>) -> Result<TaskDetailAnswer, Fault> {
    let text: String = required("TaskId", asked.get("TaskId"))?;
    let found = match find_task(&deps.store, &asked.key.tenant, &text).await? {
        Some(task) => deps.store.push(&task).await?,
        None => None,
    };
    Ok(match found {
        Some(task) => {
            let count = count_deliveries(&deps.store, &deps.clock, &task).await?;
            TaskDetailAnswer::new(asked.request_id, Ok(TaskDetail::new(&task, &count)))
        }
        None => TaskDetailAnswer::new(asked.request_id, Err(Refusal::TaskNotFound)),
    })
}
