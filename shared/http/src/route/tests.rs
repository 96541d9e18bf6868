//! Paths as they come decoded out of events.

use std::collections::BTreeSet;

use http::Method;
use revocation_rules::role::Permission;

use super::*;
use crate::problem::{Problem, ProblemKind};

/// A path of this route, with ids that a log must not have.
pub fn a_path(spec: &RouteSpec) -> String {
    let values = [
        ("{kind}", "messages"),
        ("{id}", "secret-id"),
        ("{rvk}", "rvk_1"),
        ("{channel}", "xiaomi"),
        ("{device}", "secret-device"),
    ];
    values
        .iter()
        .fold(spec.path().to_owned(), |path, (name, value)| path.replace(name, value))
}

fn any(method: &Method, path: &str) -> Result<Route, Problem> {
    route(method, path).map(|(_, route)| route)
}

fn id(path: &str) -> String {
    match any(&Method::GET, path) {
        Ok(Route::Lookup(LookupRoute::Push(name))) => name.id.as_str().to_owned(),
        other => panic!("{path}: {other:?}"),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the calls below read better")]
fn kind(method: Method, path: &str) -> Result<Route, ProblemKind> {
    any(&method, path).map_err(|problem| problem.kind)
}

#[test]
fn what_stands_in_a_path_stands_for_itself() {
    for wanted in [
        "20842863", "a#b", "a?b", "a%23b", "a%b", "%", "a;b", "a+b", "a b", "促", "a\\b", "..", ".", "a=b&c", "\"'",
    ] {
        assert_eq!(id(&format!("/v1/messages/{wanted}")), wanted);
    }
}

#[test]
fn an_id_with_a_slash_behind_it_is_not_the_id_without() {
    for path in [
        "/v1/tasks/1/",
        "//v1/tasks/1",
        "/v1//tasks/1",
        "/v1/tasks//1",
        "/v1/tasks/",
        "/v1/tasks//",
        "/v1/tasks//gate",
        "/",
        "//",
        "",
        "/v1/tasks/1/revocations/rvk_1/outcomes/",
        "/v1/tasks/1/revocations//outcomes",
    ] {
        assert_eq!(kind(Method::GET, path), Err(ProblemKind::NotFound), "{path}");
    }
}

#[test]
fn a_name_that_no_path_carries_is_refused_when_it_is_new_and_read_when_it_is_there() {
    for name in [".", "..", "a?b", "a%23b", "%", "a\u{fffd}b"] {
        let path = format!("/v1/messages/{name}");
        assert_eq!(kind(Method::PUT, &path), Err(ProblemKind::UnusableId), "{name}");
        assert_eq!(id(&path), name);
        assert!(
            matches!(kind(Method::GET, &format!("{path}/gate")), Ok(Route::Lookup(LookupRoute::Gate(_)))),
            "{name}"
        );
        assert!(
            matches!(
                kind(Method::POST, &format!("{path}/revocations")),
                Ok(Route::Revoke(RevokeRoute::Revoke(_)))
            ),
            "{name}"
        );
        let device = format!("/v1/devices/{name}/token");
        assert_eq!(kind(Method::PUT, &device), Err(ProblemKind::UnusableId), "{name}");
        assert!(
            matches!(kind(Method::DELETE, &device), Ok(Route::Devices(DevicesRoute::Withdraw(_)))),
            "{name}"
        );
    }
    for name in ["...", ".a", "a..b", "a#b", "a;b", "a+b", "促销 2026-11 #1", "a\\b"] {
        assert!(
            matches!(
                kind(Method::PUT, &format!("/v1/tasks/{name}")),
                Ok(Route::Record(RecordRoute::Register(_)))
            ),
            "{name}"
        );
    }
}

#[test]
fn a_device_may_have_any_name_and_is_not_shown() {
    let device = |path: &str| any(&Method::PUT, path);
    match device("/v1/devices/机 1#/token") {
        Ok(Route::Devices(DevicesRoute::Issue(device))) => assert_eq!(device.as_str(), "机 1#"),
        other => panic!("{other:?}"),
    }
    let long = format!("/v1/devices/{}/token", "x".repeat(513));
    assert_eq!(device(&long).unwrap_err().kind, ProblemKind::InvalidRequest);
    assert!(!format!("{:?}", device("/v1/devices/planted/token")).contains("planted"));
    assert!(!format!("{:?}", device("/v1/devices/planted?/token")).contains("planted"));
    assert_eq!(device("/v1/devices/d").unwrap_err().kind, ProblemKind::NotFound);
}

#[test]
fn a_wrong_path_method_or_id_has_its_own_answer() {
    assert_eq!(kind(Method::GET, "/v2/tasks/1"), Err(ProblemKind::NotFound));
    assert_eq!(kind(Method::GET, "/v1/tasks/1/nothing"), Err(ProblemKind::NotFound));
    assert_eq!(kind(Method::GET, &"/x".repeat(100_000)), Err(ProblemKind::NotFound));
    assert_eq!(kind(Method::DELETE, "/v1/tasks/1"), Err(ProblemKind::MethodNotAllowed));
    assert_eq!(kind(Method::GET, "/v1/tasks/1/revocations"), Err(ProblemKind::MethodNotAllowed));
    assert_eq!(kind(Method::POST, "/v1/receipts/apns"), Err(ProblemKind::NotFound));
    assert_eq!(kind(Method::GET, "/v1/receipts/huawei"), Err(ProblemKind::MethodNotAllowed));
    assert_eq!(kind(Method::GET, "/v1/tasks/\0"), Err(ProblemKind::InvalidRequest));
    assert_eq!(
        kind(Method::GET, "/v1/tasks/1/revocations/nope"),
        Err(ProblemKind::RevocationNotFound)
    );
}

#[test]
fn every_route_is_found_by_its_own_path() {
    for spec in ROUTES.iter().filter(|spec| spec.read.is_some()) {
        let (asked, _) = route::<Route>(&spec.method().parse().unwrap(), &a_path(spec)).unwrap();
        assert_eq!((asked.route(), asked.permission), (spec.key, spec.permission));
    }
}

#[test]
fn a_function_finds_nothing_at_another_one_s_route() {
    let told = route::<RecordRoute>(&Method::GET, "/v1/tasks/1").map_err(|problem| problem.kind);
    assert_eq!(told, Err(ProblemKind::NotFound));
}

#[test]
fn other_methods_are_told_in_the_order_of_the_table() {
    for (path, told) in [
        ("/v1/tasks/1", "use GET, PUT"),
        ("/v1/devices/d/token", "use PUT, DELETE"),
        ("/v1/notice", "use GET, PUT"),
        ("/v1/me", "use GET"),
    ] {
        assert_eq!(any(&Method::PATCH, path).unwrap_err().detail.as_deref(), Some(told), "{path}");
    }
}

#[test]
fn messages_and_tasks_are_deployed_alike_and_every_key_and_name_once() {
    let deployed = deployed();
    let names: BTreeSet<_> = deployed.iter().map(|route| &route.name).collect();
    let keys: BTreeSet<_> = deployed.iter().map(|route| &route.key).collect();
    assert_eq!((names.len(), keys.len()), (deployed.len(), deployed.len()));
    assert!(deployed.contains(&Deployed {
        name: "ReplayTask".to_owned(),
        key: "POST /v1/tasks/{id}/revocations/{rvk}/replays".to_owned(),
        function: Function::Revoke,
        permission: Some(Permission::Revoke),
    }));
}
