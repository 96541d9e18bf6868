//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::{AppNotices, Clock, Ports};
use revocation_app::{check_gate, list_outcomes, list_pushes, look_up_push, look_up_revocation, look_up_totals};
use revocation_http::OPENAPI;
use revocation_http::audit::Asked;
use revocation_http::auth::{Caller, Permission, authenticate};
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{PushName, Route, route};
use revocation_http::wire::{
    GateAnswer, MeAnswer, OutcomesAnswer, PushAnswer, PushListAnswer, RevocationAnswer, TotalsAnswer, gate_question, outcomes_question,
    push_list_query,
};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::ids::RevocationId;

use crate::deps::Deps;

pub async fn handle<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Reply, Problem> {
    if let Some(reply) = page_without_slash(&request.path) {
        return Ok(reply);
    }
    match route(&request.method, &request.path)? {
        Route::Gate(push) => gate(deps, request, push).await,
        Route::Push(push) => one_push(deps, request, push).await,
        Route::Revocation(push, id) => revocation(deps, request, push, &id).await,
        Route::Outcomes(push, id) => outcomes(deps, request, push, &id).await,
        Route::Totals(push) => totals(deps, request, push).await,
        Route::Pushes => pushes(deps, request).await,
        Route::Me => {
            let caller = caller(deps, request, Permission::Identify).await?;
            Ok(Reply::json(StatusCode::OK, &MeAnswer::from(&caller)))
        }
        Route::OpenApi => Ok(Reply {
            status: StatusCode::OK,
            location: None,
            body: OPENAPI.to_owned(),
        }),
        Route::ReadNotice => notice(deps, request).await,
        // The other functions'.
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}

async fn caller<P: Ports>(deps: &Deps<P>, request: &HttpRequest, permission: Permission) -> Result<Caller, Problem> {
    let asked = Asked::of(&request.method, &request.path);
    authenticate(&asked, &request.headers, &deps.keys, &deps.key_cache, deps.clock.now(), permission).await
}

async fn notice<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let notices = deps.store.notices(&caller.tenant).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &notices.unwrap_or_default()))
}

async fn gate<P: Ports>(deps: &Deps<P>, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::AskGate).await?;
    let question = gate_question(push.of(caller.tenant), &request.query)?;
    let gate = check_gate(&deps.store, &question).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &GateAnswer::from(gate)))
}

async fn one_push<P: Ports>(deps: &Deps<P>, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let overview = look_up_push(&deps.store, &push.of(caller.tenant)).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &PushAnswer::new(&overview)))
}

async fn revocation<P: Ports>(deps: &Deps<P>, request: &HttpRequest, push: PushName, id: &RevocationId) -> Result<Reply, Problem> {
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

async fn outcomes<P: Ports>(deps: &Deps<P>, request: &HttpRequest, push: PushName, id: &RevocationId) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let (filter, cursor) = outcomes_question(&request.query)?;
    let page = list_outcomes(&deps.store, &push.of(caller.tenant), id, filter, cursor)
        .await
        .map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &OutcomesAnswer::from(page)))
}

async fn totals<P: Ports>(deps: &Deps<P>, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let totals = look_up_totals(&deps.store, &push.of(caller.tenant)).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &TotalsAnswer::from(totals)))
}

async fn pushes<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Reply, Problem> {
    let caller = caller(deps, request, Permission::Read).await?;
    let query = push_list_query(caller.tenant, &request.query, deps.clock.now())?;
    let page = list_pushes(&deps.store, &query).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &PushListAnswer::from(&page)))
}

/// The page's own route has no slash behind it, so `/console/` comes here with all that is unknown.
fn page_without_slash(path: &str) -> Option<Reply> {
    path.ends_with("/console/").then(|| Reply {
        status: StatusCode::PERMANENT_REDIRECT,
        location: Some("../console".to_owned()),
        body: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_with_a_slash_is_the_page_without() {
        for path in ["/console/", "/stage/console/"] {
            let reply = page_without_slash(path).unwrap();
            assert_eq!(
                (reply.status, reply.location.as_deref()),
                (StatusCode::PERMANENT_REDIRECT, Some("../console"))
            );
        }
        for path in ["/console", "/v1/tasks/console", "/", "/console/x"] {
            assert!(page_without_slash(path).is_none(), "{path}");
        }
    }
}
