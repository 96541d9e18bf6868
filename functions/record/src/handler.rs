//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::{Clock, Ports};
use revocation_app::{Registered, record_deliveries, register_push};
use revocation_http::audit::Asked;
use revocation_http::auth::{Caller, Permission, authenticate};
use revocation_http::body;
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{PushName, Route, route};
use revocation_http::wire::{RecordAnswer, RecordBody, RegisterBody, RegisteredAnswer};
use revocation_lambda::http_event::HttpRequest;

use crate::deps::Deps;

pub async fn handle<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Reply, Problem> {
    match route(&request.method, &request.path)? {
        Route::Register(push) => register(deps, request, push).await,
        Route::Record(push) => record(deps, request, push).await,
        // The other functions'.
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}

async fn sender<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Caller, Problem> {
    authenticate(
        &Asked::of(&request.method, &request.path),
        &request.headers,
        &deps.keys,
        &deps.key_cache,
        deps.clock.now(),
        Permission::Send,
    )
    .await
}

async fn register<P: Ports>(deps: &Deps<P>, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let caller = sender(deps, request).await?;
    let body: RegisterBody = body::json(&request.headers, &request.body)?;
    let registration = body.registration(push.of(caller.tenant))?;
    let registered = register_push(&deps.store, &deps.clock, registration).await.map_err(problem_of)?;
    Ok(match &registered {
        Registered::New(push) => Reply::json(StatusCode::CREATED, &RegisteredAnswer::from(push)),
        Registered::Again(push) => Reply::json(StatusCode::OK, &RegisteredAnswer::from(push)),
    })
}

async fn record<P: Ports>(deps: &Deps<P>, request: &HttpRequest, push: PushName) -> Result<Reply, Problem> {
    let caller = sender(deps, request).await?;
    let body: RecordBody = body::json(&request.headers, &request.body)?;
    let push = push.of(caller.tenant);
    let batch = body.batch(push.clone())?;
    let recorded = record_deliveries(&deps.store, &deps.queue, &deps.clock, &deps.channels, batch)
        .await
        .map_err(|error| problem_of(error).about(&push.id))?;
    Ok(Reply::json(StatusCode::OK, &RecordAnswer::from(recorded)))
}
