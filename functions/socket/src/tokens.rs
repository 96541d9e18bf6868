//! `PUT` and `DELETE /v1/devices/{device}/token`.

use http::{Response, StatusCode};
use revocation_app::ports::{Clock, Device};
use revocation_app::{issue_device_token, withdraw_device_token};
use revocation_http::auth::{Permission, authenticate};
use revocation_http::body;
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{Route, route};
use revocation_http::wire::{DeviceTokenAnswer, DeviceTokenBody, WithdrawnTokenAnswer};
use revocation_lambda::http_event::HttpRequest;
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
    let caller = authenticate(&request.headers, &deps.keys, &deps.key_cache, now, Permission::Send).await?;
    let body: DeviceTokenBody = body::json(&request.headers, &request.body)?;
    let device = Device { tenant: caller.tenant, id };
    let issued = issue_device_token(&deps.devices, &deps.secrets, &deps.clock, &device, body.life())
        .await
        .map_err(problem_of)?;
    let answer = DeviceTokenAnswer::new(&device, &issued, &deps.socket_url);
    Ok(Reply::json(StatusCode::CREATED, &answer))
}

async fn withdraw(deps: &Tokens, request: &HttpRequest, id: DeviceToken) -> Result<Reply, Problem> {
    let now = deps.clock.now();
    let caller = authenticate(&request.headers, &deps.keys, &deps.key_cache, now, Permission::Send).await?;
    let device = Device { tenant: caller.tenant, id };
    let ended = withdraw_device_token(&deps.devices, &deps.links, &device)
        .await
        .map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &WithdrawnTokenAnswer::new(&device, ended)))
}
