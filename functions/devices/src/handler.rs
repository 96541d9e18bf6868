//! `PUT` and `DELETE /v1/devices/{device}/token`.

use http::{Response, StatusCode};
use revocation_app::ports::{Clock, Ports};
use revocation_app::{issue_device_token, withdraw_device_token};
use revocation_http::audit;
use revocation_http::auth::{Caller, authenticate};
use revocation_http::body;
use revocation_http::problem::{Problem, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{DevicesRoute, route};
use revocation_http::wire::{DeviceTokenAnswer, DeviceTokenBody, WithdrawnTokenAnswer};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::device::Device;
use revocation_rules::ids::DeviceToken;

use crate::deps::Deps;

pub async fn handle<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Reply, Problem> {
    let (asked, route) = route(&request.method, &request.path)?;
    let caller = authenticate(&asked, &request.headers, &deps.keys, &deps.key_cache, deps.clock.now()).await?;
    let (answer, done) = match route {
        DevicesRoute::Issue(device) => (issue(deps, request, &caller, device).await, "issued"),
        DevicesRoute::Withdraw(device) => (withdraw(deps, &caller, device).await, "withdrawn"),
    };
    audit::answered(&asked, &caller, &answer.as_ref().map(|_| done));
    answer
}

async fn issue<P: Ports>(deps: &Deps<P>, request: &HttpRequest, caller: &Caller, id: DeviceToken) -> Result<Reply, Problem> {
    let body: DeviceTokenBody = body::json(&request.headers, &request.body)?;
    let tenant = caller.tenant.clone();
    let device = Device { tenant, id };
    let issued = issue_device_token(&deps.devices, &deps.secrets, &deps.clock, &device, body.life(), &caller.actor.key)
        .await
        .map_err(problem_of)?;
    let answer = DeviceTokenAnswer::new(&device, &issued, &deps.socket_url);
    Ok(Reply::json(StatusCode::CREATED, &answer))
}

async fn withdraw<P: Ports>(deps: &Deps<P>, caller: &Caller, id: DeviceToken) -> Result<Reply, Problem> {
    let tenant = caller.tenant.clone();
    let device = Device { tenant, id };
    let ended = withdraw_device_token(&deps.devices, &deps.links, &device)
        .await
        .map_err(problem_of)?;
    Ok(Reply::json(StatusCode::OK, &WithdrawnTokenAnswer::new(&device, ended)))
}
