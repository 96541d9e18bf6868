//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::Clock;
use revocation_app::{Accepted, preview_revocation, request_revocation};
use revocation_http::auth::{Permission, authenticate};
use revocation_http::body;
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{PushName, Route, route};
use revocation_http::wire::{PreviewAnswer, RevocationAnswer, RevokeBody, revocation_path};
use revocation_lambda::http_event::HttpRequest;

use crate::deps::Deps;

pub async fn handle(deps: &Deps, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer(deps: &Deps, request: &HttpRequest) -> Result<Reply, Problem> {
    match route(&request.method, &request.path)? {
        Route::Revoke(push) => revoke(deps, request, push).await,
        Route::Register(_)
        | Route::Record(_)
        | Route::Gate(_)
        | Route::Push(_)
        | Route::Revocation(..)
        | Route::Outcomes(..)
        | Route::Pushes
        | Route::Receipts
        | Route::VendorReceipts(_)
        | Route::DeviceToken(_)
        | Route::OpenApi => Err(Problem::new(ProblemKind::NotFound)),
    }
}

async fn revoke(deps: &Deps, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let now = deps.clock.now();
    let caller = authenticate(&request.headers, &deps.keys, &deps.key_cache, now, Permission::Revoke).await?;
    let body: RevokeBody = body::json(&request.headers, &request.body)?;
    let dry_run = body.dry_run;
    let wanted = body.revocation(push.of(caller.tenant), caller.key)?;
    if dry_run {
        let preview = preview_revocation(&deps.store, &deps.clock, &deps.channels, &wanted)
            .await
            .map_err(problem_of)?;
        return Ok(Reply::json(StatusCode::OK, &PreviewAnswer::from(preview)));
    }
    let accepted = request_revocation(&deps.store, &deps.queue, &deps.clock, &deps.dice, &deps.channels, &wanted)
        .await
        .map_err(problem_of)?;
    let (status, revocation) = match accepted {
        Accepted::New(revocation) => (StatusCode::ACCEPTED, revocation),
        Accepted::AlreadyThere(revocation) => (StatusCode::OK, revocation),
    };
    Ok(Reply::json(status, &RevocationAnswer::new(&revocation, None)).at(revocation_path(&revocation)))
}
