//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::Clock;
use revocation_app::{NewReceipt, TakenReceipts, take_receipts};
use revocation_http::audit::Asked;
use revocation_http::auth::{Caller, Permission, authenticate, authenticate_callback};
use revocation_http::body;
use revocation_http::problem::{Problem, ProblemKind, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{Route, route};
use revocation_http::vendor_receipts::Vendor;
use revocation_http::wire::{ReceiptsAnswer, ReceiptsBody};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::receipt::MAX_RECEIPTS;

use crate::deps::Deps;

pub async fn handle(deps: &Deps, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer(deps: &Deps, request: &HttpRequest) -> Result<Reply, Problem> {
    match route(&request.method, &request.path)? {
        Route::Receipts => receipts(deps, request).await,
        Route::VendorReceipts(vendor) => vendor_receipts(deps, request, vendor).await,
        // The other functions'.
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}

async fn receipts(deps: &Deps, request: &HttpRequest) -> Result<Reply, Problem> {
    let now = deps.work.clock.now();
    let caller = authenticate(
        &Asked::of(&request.method, &request.path),
        &request.headers,
        &deps.keys,
        &deps.key_cache,
        now,
        Permission::Send,
    )
    .await?;
    let body: ReceiptsBody = body::json(&request.headers, &request.body)?;
    let taken = take(deps, &caller, body.into()).await?;
    Ok(Reply::json(StatusCode::OK, &ReceiptsAnswer::from(taken)))
}

async fn vendor_receipts(deps: &Deps, request: &HttpRequest, vendor: Vendor) -> Result<Reply, Problem> {
    let now = deps.work.clock.now();
    let caller = authenticate_callback(
        &Asked::of(&request.method, &request.path),
        &request.query,
        vendor.channel(),
        deps.sender_callbacks,
        &deps.keys,
        &deps.key_cache,
        now,
    )
    .await?;
    let receipts = vendor.receipts(&request.body)?;
    // A vendor knows no limit of ours.
    for some in receipts.chunks(MAX_RECEIPTS) {
        take(deps, &caller, some.to_vec()).await?;
    }
    Ok(Reply::json(StatusCode::OK, &vendor.answer()))
}

async fn take(deps: &Deps, caller: &Caller, receipts: Vec<NewReceipt>) -> Result<TakenReceipts, Problem> {
    let work = &deps.work;
    take_receipts(&work.store, &work.queue, &work.clock, &caller.tenant, receipts)
        .await
        .map_err(problem_of)
}
