//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::AppNotices;
use revocation_app::ports::Clock;
use revocation_app::{Accepted, NAMING_LIMIT, Unmatched, name_unmatched, preview_revocation, replay_revocation, request_revocation};
use revocation_http::auth::{Caller, Permission, authenticate};
use revocation_http::body;
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{PushName, Route, route};
use revocation_http::wire::{NoticeBody, PreviewAnswer, RevocationAnswer, RevokeBody, revocation_path};
use revocation_lambda::http_event::HttpRequest;
use revocation_lambda::time::within;
use revocation_rules::ids::RevocationId;

use crate::deps::Deps;

pub async fn handle(deps: &Deps, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer(deps: &Deps, request: &HttpRequest) -> Result<Reply, Problem> {
    match route(&request.method, &request.path)? {
        Route::Revoke(push) => revoke(deps, request, push).await,
        Route::Replay(push, id) => replay(deps, request, push, &id).await,
        Route::WriteNotice => write_notice(deps, request).await,
        // The other functions'.
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}

async fn operator(deps: &Deps, request: &HttpRequest) -> Result<Caller, Problem> {
    authenticate(&request.headers, &deps.keys, &deps.key_cache, deps.clock.now(), Permission::Revoke).await
}

async fn replay(deps: &Deps, request: &HttpRequest, push: PushName, id: &RevocationId) -> Result<Reply, Problem> {
    let caller = operator(deps, request).await?;
    let revocation = replay_revocation(&deps.store, &deps.queue, &deps.clock, &push.of(caller.tenant), id)
        .await
        .map_err(problem_of)?;
    let answer = RevocationAnswer::new(&revocation, None);
    Ok(Reply::json(StatusCode::ACCEPTED, &answer).at(revocation_path(&revocation)))
}

async fn write_notice(deps: &Deps, request: &HttpRequest) -> Result<Reply, Problem> {
    let caller = operator(deps, request).await?;
    let body: NoticeBody = body::json(&request.headers, &request.body)?;
    let notices = body.notices()?;
    deps.store.put_notices(&caller.tenant, &notices).await.map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &notices))
}

async fn revoke(deps: &Deps, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let caller = operator(deps, request).await?;
    let body: RevokeBody = body::json(&request.headers, &request.body)?;
    let dry_run = body.dry_run;
    let wanted = body.revocation(push.of(caller.tenant), caller.key)?;
    if dry_run {
        let preview = preview_revocation(&deps.store, &deps.clock, &deps.channels, &wanted)
            .await
            .map_err(|error| problem_of(error).about(&wanted.push.id))?;
        return Ok(Reply::json(StatusCode::OK, &PreviewAnswer::from(preview)));
    }
    let accepted = request_revocation(&deps.store, &deps.queue, &deps.clock, &deps.dice, &deps.channels, &wanted)
        .await
        .map_err(|error| problem_of(error).about(&wanted.push.id))?;
    let (status, revocation) = match accepted {
        Accepted::New(revocation) => (StatusCode::ACCEPTED, revocation),
        Accepted::AlreadyThere(revocation) => (StatusCode::OK, revocation),
    };
    // The gate is closed and the fan-out queued: nobody but the caller waits for this.
    let naming = name_unmatched(&deps.store, &deps.clock, &deps.channels, &wanted.scope, &revocation);
    let unmatched = within(NAMING_LIMIT, naming).await.unwrap_or(Unmatched::Unknown);
    let answer = RevocationAnswer::new(&revocation, None).with_unmatched(unmatched);
    Ok(Reply::json(status, &answer).at(revocation_path(&revocation)))
}
