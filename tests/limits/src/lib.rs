//! What each function reads of its events before it asks a store: the same
//! steps as its handler, in the same order, without what comes after.

use futures::executor::block_on;
use http::{Response, StatusCode};
use jiff::Timestamp;
use revocation_http::auth::{KeyCache, SenderCallbacks, authenticate, authenticate_callback};
use revocation_http::body::{self, MAX_BODY_BYTES};
use revocation_http::problem::{Problem, ProblemKind};
use revocation_http::respond::{Reply, respond, respond_to_fault};
use revocation_http::route::{DevicesRoute, ReceiptsRoute, RecordRoute, RevokeRoute, Route, route};
use revocation_http::wire::{
    DeviceTokenBody, NoticeBody, ReceiptsBody, RecordBody, RegisterBody, RevokeBody, gate_question, outcomes_question, push_list_query,
};
use revocation_lambda::http_event::{HttpEvent, HttpRequest};
use revocation_rules::ids::{PushKind, PushRef, Tenant};
use revocation_testkit::MemoryAccessKeys;

/// Reads the text of an HTTP event as whichever function its path belongs to, but for mPaaS.
/// `None` for what is no event at all, which no gateway sends.
pub fn answer(event: &str, now: Timestamp) -> Option<Response<String>> {
    let event: HttpEvent = serde_json::from_str(event).ok()?;
    Some(match event.request("r-1".to_owned(), MAX_BODY_BYTES) {
        Ok(request) => respond("r-1", read(&request, now).map(|()| Reply::json(StatusCode::OK, &()))),
        Err(fault) => respond_to_fault("r-1", fault.status(), fault.detail()),
    })
}

fn tenant() -> Result<Tenant, Problem> {
    let id = |_| Problem::new(ProblemKind::Internal);
    Ok(Tenant {
        app: "shop".parse().map_err(id)?,
        workspace: "default".parse().map_err(id)?,
    })
}

fn push() -> Result<PushRef, Problem> {
    Ok(PushRef {
        tenant: tenant()?,
        kind: PushKind::Task,
        id: "1".parse().map_err(|_| Problem::new(ProblemKind::Internal))?,
    })
}

fn read(request: &HttpRequest, now: Timestamp) -> Result<(), Problem> {
    let (keys, cache) = (MemoryAccessKeys::default(), KeyCache::default());
    // Whoever it is: nothing that is read comes before the key is, and nothing of it depends on whose it is.
    let (asked, route) = route(&request.method, &request.path)?;
    let _ = block_on(authenticate(&asked, &request.headers, &keys, &cache, now));
    let (headers, body) = (&request.headers, &request.body);
    match route {
        Route::Record(RecordRoute::Register(push)) => {
            let body: RegisterBody = body::json(headers, body)?;
            body.registration(push.of(tenant()?)).map(drop)
        }
        Route::Record(RecordRoute::Record(push)) => {
            let body: RecordBody = body::json(headers, body)?;
            body.batch(push.of(tenant()?)).map(drop)
        }
        Route::Revoke(RevokeRoute::Revoke(push)) => {
            let body: RevokeBody = body::json(headers, body)?;
            let key = "key-1".parse().map_err(|_| Problem::new(ProblemKind::Internal))?;
            body.revocation(push.of(tenant()?), key).map(drop)
        }
        // A query at most: whichever route it is, its query is read as every one of theirs.
        Route::Lookup(_) => {
            let query = &request.query;
            let gate = gate_question(push()?, query).map(drop);
            let outcomes = outcomes_question(query).map(drop);
            gate.and(outcomes).and(push_list_query(tenant()?, query, now).map(drop))
        }
        Route::Revoke(RevokeRoute::WriteNotice) => body::json::<NoticeBody>(headers, body)?.notices().map(drop),
        Route::Receipts(ReceiptsRoute::Receipts) => body::json::<ReceiptsBody>(headers, body).map(drop),
        Route::Receipts(ReceiptsRoute::Vendor(vendor)) => {
            let senders = SenderCallbacks::Allow;
            let channel = vendor.channel;
            let _ = block_on(authenticate_callback(&asked, &request.query, channel, senders, &keys, &cache, now));
            vendor.told(body).map(|told| told.pieces().for_each(drop))
        }
        Route::Devices(DevicesRoute::Issue(_)) => body::json::<DeviceTokenBody>(headers, body).map(|_| ()),
        Route::Devices(DevicesRoute::Withdraw(_)) | Route::Revoke(RevokeRoute::Replay(..)) => Ok(()),
    }
}

/// Reads the text of an HTTP event as the mPaaS function does; the answer is whether it was a call.
pub fn mpaas(event: &str, max_body: usize) -> bool {
    let Ok(event) = serde_json::from_str::<HttpEvent>(event) else {
        return false;
    };
    let Ok(request) = event.request("r-1".to_owned(), max_body) else {
        return false;
    };
    let signed = revocation_acs::Request {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        body: &request.body,
    };
    revocation_acs::read(&signed).is_ok_and(|call| call.verify("secret").is_ok())
}
