//! `RevokePushTask`: a whole task.

use revocation_app::find_task;
use revocation_app::ports::Ports;
use revocation_http::mpaas::{Fault, Refusal, RevokeAnswer, required};
use revocation_rules::scope::Scope;

use crate::deps::Deps;
use crate::handler::Asked;
use crate::revoke::revoke;

pub async fn answer<P: Ports>(deps: &Deps<P>, asked: &Asked<'_>) -> Result<RevokeAnswer, Fault> {
    let text: String = required("TaskId", asked.get("TaskId"))?;
    match find_task(&deps.store, &asked.key.tenant, &text).await? {
        Some(task) => revoke(deps, asked, task, Scope::everything(), "RevokePushTask").await,
        None => Ok(RevokeAnswer::new(asked.request_id, Err(Refusal::TaskNotFound))),
    }
}
