//! Request in, response out.

use http::Response;
use http::header::HOST;
use revocation_acs::Parameters;
use revocation_app::ports::{AccessKey, Clock, Ports};
use revocation_http::audit::{self, Who};
use revocation_http::mpaas::{Fault, FaultKind, RevokeAnswer, required, respond};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::ids::PushKind;
use revocation_rules::role::Permission;
use serde::Serialize;

use crate::authenticate::{Authenticated, ECHOED_CHARS, audited};
use crate::deps::Deps;
use crate::{query_task_detail, query_task_list, revoke_push_message, revoke_push_task};

/// The version of the API that is spoken here.
const VERSION: &str = "2020-10-28";

/// One call by somebody who may make it, for their own tenant.
pub struct Asked<'a> {
    pub request_id: &'a str,
    pub key: &'a AccessKey,
    pub parameters: &'a Parameters,
}

impl Asked<'_> {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }
}

pub async fn handle<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Response<String> {
    let request_id = request.id.to_uppercase();
    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let result = answer(deps, request, &request_id).await;
    if let Err(fault) = &result {
        tracing::info!(request.id = %request_id, code = fault.kind.code(), "refused a call");
    }
    respond(&request_id, host, result)
}

async fn answer<P: Ports>(deps: &Deps<P>, request: &HttpRequest, request_id: &str) -> Result<String, Fault> {
    let Authenticated { key, call } = deps.door.authenticate(request, deps.clock.now()).await?;
    if call.version != VERSION {
        return Err(Fault::new(FaultKind::InvalidVersion));
    }
    let permission = match call.action.as_str() {
        "RevokePushMessage" | "RevokePushTask" => Permission::Revoke,
        "QueryPushAnalysisTaskList" | "QueryPushAnalysisTaskDetail" => Permission::Read,
        unknown => return Err(no_such_action(unknown)),
    };
    if !key.role.may(permission) {
        let why = format!("it is a {} key.", key.role.as_str());
        let fault = Fault::no_permission(&call.action, &why);
        return Err(fault).inspect_err(|fault| refuse(&key, &call.action, fault));
    }
    let asked = Asked {
        request_id,
        key: &key,
        parameters: &call.parameters,
    };
    speaks_json(&asked)?;
    of_own_tenant(&asked, &call.action).inspect_err(|fault| refuse(&key, &call.action, fault))?;
    match call.action.as_str() {
        "RevokePushMessage" => revoked(&asked, &call.action, revoke_push_message::answer(deps, &asked).await),
        "RevokePushTask" => revoked(&asked, &call.action, revoke_push_task::answer(deps, &asked).await),
        "QueryPushAnalysisTaskList" => query_task_list::answer(deps, &asked).await.map(|answer| json(&answer)),
        "QueryPushAnalysisTaskDetail" => query_task_detail::answer(deps, &asked).await.map(|answer| json(&answer)),
        unknown => Err(no_such_action(unknown)),
    }
}

/// One line says who wanted to revoke what, and what came of it.
fn revoked(asked: &Asked<'_>, action: &str, answer: Result<RevokeAnswer, Fault>) -> Result<String, Fault> {
    let (kind, name) = match action {
        "RevokePushTask" => (PushKind::Task, "TaskId"),
        _ => (PushKind::Message, "MessageId"),
    };
    let what = audit::Asked::action(audited(action));
    let what = match asked.get(name).and_then(|id| id.parse().ok()) {
        Some(id) => what.about(kind, &id),
        None => what,
    };
    let result = answer.as_ref().map_or_else(|fault| fault.kind.code(), RevokeAnswer::result);
    audit::write(&what, Who::Key(&asked.key.actor(), &asked.key.tenant), result);
    answer.map(|answer| json(&answer))
}

/// What is missing is a mistake, and no refusal.
fn refuse(key: &AccessKey, action: &str, fault: &Fault) {
    if fault.kind == FaultKind::NoPermission {
        let asked = audit::Asked::action(audited(action));
        audit::write(&asked, Who::Key(&key.actor(), &key.tenant), fault.kind.code());
    }
}

fn no_such_action(name: &str) -> Fault {
    let name: String = name.chars().take(ECHOED_CHARS).collect();
    Fault::new(FaultKind::ApiNotFound).saying(&format!("There is no action {name}."))
}

/// Without `Format` the answer is JSON too, though the original once meant XML by that.
fn speaks_json(asked: &Asked<'_>) -> Result<(), Fault> {
    match asked.get("Format") {
        Some(format) if !format.is_empty() && !format.eq_ignore_ascii_case("json") => Err(Fault::new(FaultKind::UnsupportedFormat)),
        _ => Ok(()),
    }
}

/// A key is one tenant's. Whether another's app exists is told to nobody.
fn of_own_tenant(asked: &Asked<'_>, action: &str) -> Result<(), Fault> {
    let app: String = required("AppId", asked.get("AppId"))?;
    let workspace: String = required("WorkspaceId", asked.get("WorkspaceId"))?;
    let own = &asked.key.tenant;
    if app == own.app.as_str() && workspace == own.workspace.as_str() {
        Ok(())
    } else {
        Err(Fault::no_permission(action, "AppId and WorkspaceId are not those it was made for."))
    }
}

fn json(answer: &impl Serialize) -> String {
    // Cannot fail: answers have string keys only.
    serde_json::to_string(answer).unwrap_or_default()
}
