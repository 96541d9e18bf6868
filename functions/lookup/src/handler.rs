//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::{AppNotices, Clock, Ports};
use revocation_app::{check_gate, list_outcomes, list_pushes, look_up_push, look_up_revocation, look_up_totals};
use revocation_http::OPENAPI;
use revocation_http::audit::Asked;
use revocation_http::auth::{Caller, authenticate};
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{LookupRoute, PushName, route};
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
    let (asked, route) = route(&request.method, &request.path)?;
    let caller = async || caller(deps, request, &asked).await;
    match route {
        LookupRoute::Gate(push) => gate(deps, request, caller().await?, push).await,
        LookupRoute::Push(push) => one_push(deps, caller().await?, push).await,
        LookupRoute::Revocation(push, id) => revocation(deps, caller().await?, push, &id).await,
        LookupRoute::Outcomes(push, id) => outcomes(deps, request, caller().await?, push, &id).await,
        LookupRoute::Totals(push) => totals(deps, caller().await?, push).await,
        LookupRoute::Pushes => pushes(deps, request, caller().await?).await,
        LookupRoute::Me => Ok(Reply::json(StatusCode::OK, &MeAnswer::from(&caller().await?))),
        LookupRoute::OpenApi => Ok(Reply {
            status: StatusCode::OK,
            location: None,
            body: OPENAPI.to_owned(),
        }),
        LookupRoute::ReadNotice => notice(deps, &caller().await?).await,
    }
}

async fn caller<P: Ports>(deps: &Deps<P>, request: &HttpRequest, asked: &Asked) -> Result<Caller, Problem> {
    authenticate(asked, &request.headers, &deps.keys, &deps.key_cache, deps.clock.now()).await
}

async fn notice<P: Ports>(deps: &Deps<P>, caller: &Caller) -> Result<Reply, Problem> {
    let notices = deps.store.notices(&caller.tenant).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &notices.unwrap_or_default()))
}

async fn gate<P: Ports>(deps: &Deps<P>, request: &HttpRequest, caller: Caller, push: PushName) -> Result<Reply, Problem> {
    let question = gate_question(push.of(caller.tenant), &request.query)?;
    let gate = check_gate(&deps.store, &question).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &GateAnswer::from(gate)))
}

async fn one_push<P: Ports>(deps: &Deps<P>, caller: Caller, push: PushName) -> Result<Reply, Problem> {
    let overview = look_up_push(&deps.store, &push.of(caller.tenant)).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &PushAnswer::new(&overview)))
}

async fn revocation<P: Ports>(deps: &Deps<P>, caller: Caller, push: PushName, id: &RevocationId) -> Result<Reply, Problem> {
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

async fn outcomes<P: Ports>(
    deps: &Deps<P>,
    request: &HttpRequest,
    caller: Caller,
    push: PushName,
    id: &RevocationId,
) -> Result<Reply, Problem> {
    let (filter, cursor) = outcomes_question(&request.query)?;
    let page = list_outcomes(&deps.store, &deps.clock, &push.of(caller.tenant), id, filter, cursor)
        .await
        .map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &OutcomesAnswer::from(page)))
}

async fn totals<P: Ports>(deps: &Deps<P>, caller: Caller, push: PushName) -> Result<Reply, Problem> {
    let totals = look_up_totals(&deps.store, &deps.clock, &push.of(caller.tenant))
        .await
        .map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &TotalsAnswer::from(totals)))
}

async fn pushes<P: Ports>(deps: &Deps<P>, request: &HttpRequest, caller: Caller) -> Result<Reply, Problem> {
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
