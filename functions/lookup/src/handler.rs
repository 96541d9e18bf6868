//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::Clock;
use revocation_app::{check_gate, list_outcomes, list_pushes, look_up_push, look_up_revocation};
use revocation_http::OPENAPI;
use revocation_http::auth::{Caller, Permission, authenticate};
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{PushName, Route, route};
use revocation_http::wire::{
    GateAnswer, OutcomesAnswer, PushAnswer, PushListAnswer, RevocationAnswer, gate_question, outcomes_question, push_list_query,
};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::ids::RevocationId;

use crate::deps::Deps;

pub async fn handle(deps: &Deps, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer(deps: &Deps, request: &HttpRequest) -> Result<Reply, Problem> {
    match route(&request.method, &request.path)? {
        Route::Gate(push) => gate(deps, request, push).await,
        Route::Push(push) => one_push(deps, request, push).await,
        Route::Revocation(push, id) => revocation(deps, request, push, &id).await,
        Route::Outcomes(push, id) => outcomes(deps, request, push, &id).await,
        Route::Pushes => pushes(deps, request).await,
        Route::OpenApi => Ok(Reply {
            status: StatusCode::OK,
            location: None,
            body: OPENAPI.to_owned(),
        }),
        Route::Register(_) | Route::Record(_) | Route::Revoke(_) | Route::Receipts | Route::VendorReceipts(_) | Route::DeviceToken(_) => {
            Err(Problem::new(ProblemKind::NotFound))
        }
    }
}

async fn caller(deps: &Deps, request: &HttpRequest, permission: Permission) -> Result<Caller, Problem> {
    authenticate(&request.headers, &deps.keys, &deps.key_cache, deps.clock.now(), permission).await
}

async fn gate(deps: &Deps, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::AskGate).await?;
    let question = gate_question(push.of(caller.tenant), &request.query)?;
    let gate = check_gate(&deps.store, &question).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &GateAnswer::from(gate)))
}

async fn one_push(deps: &Deps, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let overview = look_up_push(&deps.store, &push.of(caller.tenant)).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &PushAnswer::new(&overview)))
}

async fn revocation(deps: &Deps, request: &HttpRequest, push: PushName, id: &RevocationId) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let overview = look_up_revocation(&deps.store, &push.of(caller.tenant), id)
        .await
        .map_err(problem_of)?;
    match overview.revocations.first() {
        Some(revocation) => Ok(Reply::json(
            StatusCode::OK,
            &RevocationAnswer::new(revocation, overview.counters.get(id)),
        )),
        None => Err(Problem::new(ProblemKind::RevocationNotFound)),
    }
}

async fn outcomes(deps: &Deps, request: &HttpRequest, push: PushName, id: &RevocationId) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let (filter, cursor) = outcomes_question(&request.query)?;
    let page = list_outcomes(&deps.store, &push.of(caller.tenant), id, filter, cursor)
        .await
        .map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &OutcomesAnswer::from(page)))
}

async fn pushes(deps: &Deps, request: &HttpRequest) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let query = push_list_query(caller.tenant, &request.query, deps.clock.now())?;
    let page = list_pushes(&deps.store, &query).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &PushListAnswer::from(&page)))
}
