//! `PUT` and `DELETE /v1/devices/{device}/token`.

use http::{Response, StatusCode};
use revocation_app::ports::Clock;
use revocation_app::{issue_device_token, withdraw_device_token};
use revocation_http::audit::{self, Asked};
use revocation_http::auth::{Caller, Permission, authenticate};
use revocation_http::body;
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{Route, route};
use revocation_http::wire::{DeviceTokenAnswer, DeviceTokenBody, WithdrawnTokenAnswer};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::device::Device;
use revocation_rules::ids::DeviceToken;

use crate::deps::Tokens;

pub async fn handle(deps: &Tokens, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer(deps: &Tokens, request: &HttpRequest) -> Result<Reply, Problem> {
    match route(&request.method, &request.path)? {
        Route::DeviceToken(device) => issue(deps, request, device).await,
        Route::WithdrawDeviceToken(device) => withdraw(deps, request, device).await,
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}

async fn issue(deps: &Tokens, request: &HttpRequest, id: DeviceToken) -> Result<Reply, Problem> {
    let now = deps.clock.now();
    let asked = Asked::of(&request.method, &request.path);
    let caller = authenticate(&asked, &request.headers, &deps.keys, &deps.key_cache, now, Permission::Send).await?;
    let answer = issue_for(deps, request, &caller, id).await;
    audit::answered(&asked, &caller, &answer.as_ref().map(|_| "issued"));
    answer
}

async fn issue_for(deps: &Tokens, request: &HttpRequest, caller: &Caller, id: DeviceToken) -> Result<Reply, Problem> {
    let body: DeviceTokenBody = body::json(&request.headers, &request.body)?;
    let tenant = caller.tenant.clone();
    let device = Device { tenant, id };
    let issued = issue_device_token(&deps.devices, &deps.secrets, &deps.clock, &device, body.life(), &caller.actor.key)
        .await
        .map_err(problem_of)?;
    let answer = DeviceTokenAnswer::new(&device, &issued, &deps.socket_url);
    Ok(Reply::json(StatusCode::CREATED, &answer))
}

async fn withdraw(deps: &Tokens, request: &HttpRequest, id: DeviceToken) -> Result<Reply, Problem> {
    let now = deps.clock.now();
    let asked = Asked::of(&request.method, &request.path);
    let caller = authenticate(&asked, &request.headers, &deps.keys, &deps.key_cache, now, Permission::Send).await?;
    let tenant = caller.tenant.clone();
    let device = Device { tenant, id };
    let ended = withdraw_device_token(&deps.devices, &deps.links, &device).await.map_err(problem_of);
    audit::answered(&asked, &caller, &ended.as_ref().map(|_| "withdrawn"));
    Ok(Reply::json(StatusCode::OK, &WithdrawnTokenAnswer::new(&device, ended?)))
}
