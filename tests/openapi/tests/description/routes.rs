//! What is described is what the API routes, and what the template deploys.

use std::collections::BTreeSet;

use http::Method;
use openapi_check::Description;
use revocation_http::problem::ProblemKind;
use revocation_http::route::{DevicesRoute, LookupRoute, ReceiptsRoute, RecordRoute, RevokeRoute, Route, route};
use revocation_rules::ids::PushKind;

use crate::support::operations;

/// The operation of a route. A new route does not compile before it has one.
fn operation_of(route: &Route) -> String {
    let kind = |kind: PushKind| match kind {
        PushKind::Message => "Message",
        PushKind::Task => "Task",
    };
    match route {
        Route::Record(RecordRoute::Register(push)) => format!("register{}", kind(push.kind)),
        Route::Record(RecordRoute::Record(push)) => format!("record{}Deliveries", kind(push.kind)),
        Route::Lookup(LookupRoute::Gate(push)) => format!("check{}Gate", kind(push.kind)),
        Route::Revoke(RevokeRoute::Revoke(push)) => format!("revoke{}", kind(push.kind)),
        Route::Lookup(LookupRoute::Push(push)) => format!("lookUp{}", kind(push.kind)),
        Route::Lookup(LookupRoute::Revocation(push, _)) => format!("lookUp{}Revocation", kind(push.kind)),
        Route::Lookup(LookupRoute::Outcomes(push, _)) => format!("list{}Outcomes", kind(push.kind)),
        Route::Revoke(RevokeRoute::Replay(push, _)) => format!("replay{}Revocation", kind(push.kind)),
        Route::Lookup(LookupRoute::Totals(push)) => format!("count{}Deliveries", kind(push.kind)),
        Route::Lookup(LookupRoute::Me) => "readOwnKey".to_owned(),
        Route::Lookup(LookupRoute::Pushes) => "listPushes".to_owned(),
        Route::Lookup(LookupRoute::ReadNotice) => "readNotice".to_owned(),
        Route::Revoke(RevokeRoute::WriteNotice) => "writeNotice".to_owned(),
        Route::Receipts(ReceiptsRoute::Receipts) => "takeReceipts".to_owned(),
        Route::Receipts(ReceiptsRoute::Vendor(_)) => "takeVendorReceipts".to_owned(),
        Route::Devices(DevicesRoute::Issue(_)) => "issueDeviceToken".to_owned(),
        Route::Devices(DevicesRoute::Withdraw(_)) => "withdrawDeviceToken".to_owned(),
        Route::Lookup(LookupRoute::OpenApi) => "readDescription".to_owned(),
    }
}

#[test]
fn every_operation_is_routed_to_what_it_says() {
    let description = Description::load();
    for op in operations(&description) {
        let method: Method = op.method.parse().unwrap();
        assert_eq!(operation_of(&route::<Route>(&method, &op.a_path()).unwrap().1), op.id());
    }
}

#[test]
fn every_other_method_is_refused() {
    let description = Description::load();
    let operations = operations(&description);
    for op in &operations {
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"] {
            if operations.iter().any(|other| other.path == op.path && other.method == method) {
                continue;
            }
            let answer = route::<Route>(&method.parse().unwrap(), &op.a_path())
                .map_err(|problem| problem.kind)
                .map(drop);
            assert_eq!(answer, Err(ProblemKind::MethodNotAllowed), "{method} {}", op.path);
        }
    }
}

#[test]
fn every_deployed_route_is_described_and_nothing_else() {
    let template = include_str!("../../../../infra/template.yaml");
    let deployed: BTreeSet<String> = template
        .lines()
        .filter_map(|line| line.trim().strip_prefix("RouteKey: "))
        // $default, what the WebSocket API calls its own, and the calls of mPaaS SDKs, which are no REST.
        .filter(|key| !key.starts_with('$') && !key.ends_with(" /"))
        // The page is no part of the API.
        .filter(|key| !key.contains(" /console"))
        .map(|key| key.replace("{rvk}", "{revocation_id}"))
        .collect();
    let description = Description::load();
    let described: BTreeSet<String> = operations(&description)
        .iter()
        .map(|op| format!("{} {}", op.method, op.path))
        .collect();
    assert_eq!(described, deployed);
}
