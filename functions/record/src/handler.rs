//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::{Clock, Ports};
use revocation_app::{Registered, record_deliveries, register_push};
use revocation_http::auth::{Caller, authenticate};
use revocation_http::body;
use revocation_http::problem::{Problem, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{PushName, RecordRoute, route};
use revocation_http::wire::{RecordAnswer, RecordBody, RegisterBody, RegisteredAnswer};
use revocation_lambda::http_event::HttpRequest;

use crate::deps::Deps;

pub async fn handle<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Reply, Problem> {
    let (asked, route) = route(&request.method, &request.path)?;
    let caller = authenticate(&asked, &request.headers, &deps.keys, &deps.key_cache, deps.clock.now()).await?;
    match route {
        RecordRoute::Register(push) => register(deps, request, caller, push).await,
        RecordRoute::Record(push) => record(deps, request, caller, push).await,
    }
}

async fn register<P: Ports>(deps: &Deps<P>, request: &HttpRequest, caller: Caller, push: PushName) -> Result<Reply, Problem> {
    let body: RegisterBody = body::json(&request.headers, &request.body)?;
    let push = push.of(caller.tenant);
    let expected = body.expected_deliveries(push.kind)?;
    let registration = body.registration(push)?;
    let registered = register_push(&deps.store, &deps.clock, registration, expected)
        .await
        .map_err(problem_of)?;
    Ok(match &registered {
        Registered::New(push) => Reply::json(StatusCode::CREATED, &RegisteredAnswer::from(push)),
        Registered::Again(push) => Reply::json(StatusCode::OK, &RegisteredAnswer::from(push)),
    })
}

async fn record<P: Ports>(deps: &Deps<P>, request: &HttpRequest, caller: Caller, push: PushName) -> Result<Reply, Problem> {
    let body: RecordBody = body::json(&request.headers, &request.body)?;
    let push = push.of(caller.tenant);
    let batch = body.batch(push.clone())?;
    let recorded = record_deliveries(&deps.store, &deps.queue, &deps.clock, &deps.channels, batch)
        .await
        .map_err(|error| problem_of(error).about(&push.id))?;
    Ok(Reply::json(StatusCode::OK, &RecordAnswer::from(recorded)))
}
