//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::{Clock, Ports};
use revocation_app::{NewReceipt, TakenReceipts, take_receipts};
use revocation_http::audit::Asked;
use revocation_http::auth::{Caller, authenticate, authenticate_callback};
use revocation_http::body;
use revocation_http::problem::{Problem, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{ReceiptsRoute, route};
use revocation_http::vendor_receipts::{Signature, Vendor, huawei_signature};
use revocation_http::wire::{ReceiptsAnswer, ReceiptsBody};
use revocation_lambda::http_event::HttpRequest;
use revocation_rules::channel::Channel;

use crate::deps::Deps;

pub async fn handle<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Reply, Problem> {
    let (asked, route) = route(&request.method, &request.path)?;
    match route {
        ReceiptsRoute::Receipts => receipts(deps, request, &asked).await,
        ReceiptsRoute::Vendor(vendor) => vendor_receipts(deps, request, &asked, vendor).await,
    }
}

async fn receipts<P: Ports>(deps: &Deps<P>, request: &HttpRequest, asked: &Asked) -> Result<Reply, Problem> {
    let caller = authenticate(asked, &request.headers, &deps.keys, &deps.key_cache, deps.clock.now()).await?;
    let body: ReceiptsBody = body::json(&request.headers, &request.body)?;
    let taken = take(deps, &caller, None, body.into()).await?;
    Ok(Reply::json(StatusCode::OK, &ReceiptsAnswer::from(taken)))
}

async fn vendor_receipts<P: Ports>(deps: &Deps<P>, request: &HttpRequest, asked: &Asked, vendor: Vendor) -> Result<Reply, Problem> {
    let now = deps.clock.now();
    let caller = authenticate_callback(
        asked,
        &request.query,
        vendor.channel,
        deps.sender_callbacks,
        &deps.keys,
        &deps.key_cache,
        now,
    )
    .await?;
    match vendor.signature {
        Signature::Huawei => huawei_signature::check(&request.headers, &deps.keys, &caller.actor.key, now).await?,
        Signature::None => {}
    }
    let told = vendor.told(&request.body)?;
    let (entries, deliveries, passed_over) = (told.entries, told.deliveries, told.passed_over);
    let channel = vendor.channel;
    let mut sum = Sum::default();
    // A vendor knows no limit of ours.
    for piece in told.pieces() {
        sum.add(&take(deps, &caller, Some(channel), piece).await?);
    }
    tracing::info!(
        channel = channel.as_str(),
        entries,
        deliveries,
        accepted = sum.accepted,
        early = sum.early,
        unknown = sum.unknown,
        foreign = sum.foreign,
        unreadable = passed_over.unreadable,
        not_ours = passed_over.not_ours,
        other_events = passed_over.other_events,
        dropped = passed_over.dropped,
        no_tokens = passed_over.no_tokens,
        bad_tokens = passed_over.bad_tokens,
        bad_times = passed_over.bad_times,
        too_many = passed_over.too_many,
        "a vendor called back"
    );
    Ok(Reply::json(StatusCode::OK, &vendor.answer()))
}

/// What became of a callback's receipts, over all its pieces.
#[derive(Default)]
struct Sum {
    accepted: usize,
    early: usize,
    unknown: usize,
    foreign: usize,
}

impl Sum {
    fn add(&mut self, taken: &TakenReceipts) {
        self.accepted += taken.accepted;
        self.early += taken.early.len();
        self.unknown += taken.unknown.len();
        self.foreign += taken.foreign.len();
    }
}

async fn take<P: Ports>(
    deps: &Deps<P>,
    caller: &Caller,
    about: Option<Channel>,
    receipts: Vec<NewReceipt>,
) -> Result<TakenReceipts, Problem> {
    let taken = take_receipts(&deps.store, &deps.queue, &deps.clock, &caller.tenant, about, receipts)
        .await
        .map_err(problem_of)?;
    if taken.too_many > 0 {
        tracing::warn!(
            receipts = taken.too_many,
            "a push has too many receipts of batches that nobody recorded"
        );
    }
    Ok(taken)
}
