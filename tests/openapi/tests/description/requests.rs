//! Requests: the description and the API agree on what is well-formed.

mod recordings;

use http::HeaderMap;
use jiff::Timestamp;
use openapi_check::Description;
use revocation_app::{DEVICE_TOKEN_LIFE, DEVICE_TOKEN_LIVES, NewReceipt};
use revocation_http::body;
use revocation_http::vendor_receipts::Vendor;
use revocation_http::wire::{
    DeviceTokenBody, NoticeBody, ReceiptsBody, RecordBody, RegisterBody, RevokeBody, gate_question, outcomes_question, push_list_query,
};
use revocation_rules::batch;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{PushKind, PushRef, Tenant};
use revocation_rules::receipt::MAX_RECEIPTS;
use revocation_rules::web_push::PushHosts;
use serde_json::{Value, json};

use crate::support::{examples, operations};

fn push(kind: PushKind) -> PushRef {
    PushRef {
        tenant: Tenant {
            app: "shop".parse().unwrap(),
            workspace: "default".parse().unwrap(),
        },
        kind,
        id: "20842863".parse().unwrap(),
    }
}

fn read<T: serde::de::DeserializeOwned>(request: &Value) -> Option<T> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    body::json(&headers, request.to_string().as_bytes()).ok()
}

/// Would the API take this request, as far as its form goes?
fn api_takes(operation: &str, request: &Value) -> bool {
    let now: Timestamp = "2026-11-23T08:00:30Z".parse().unwrap();
    let kind = if operation.contains("Message") {
        PushKind::Message
    } else {
        PushKind::Task
    };
    if operation.starts_with("register") {
        read::<RegisterBody>(request)
            .and_then(|body| body.registration(push(kind)).ok())
            .is_some_and(|registration| registration.check(now).is_ok())
    } else if operation.starts_with("record") {
        read::<RecordBody>(request)
            .and_then(|body| body.batch(push(kind)).ok())
            .is_some_and(|new| batch::check(new.channel, &PushHosts::default(), &new.deliveries).is_ok())
    } else if operation == "writeNotice" {
        read::<NoticeBody>(request).is_some_and(|body| body.notices().is_ok())
    } else if operation == "takeReceipts" {
        let receipts: Option<Vec<NewReceipt>> = read::<ReceiptsBody>(request).map(Into::into);
        receipts.is_some_and(|receipts| (1..=MAX_RECEIPTS).contains(&receipts.len()))
    } else if operation == "takeVendorReceipts" {
        let told = Vendor::of(Channel::Huawei).unwrap().told(request.to_string().as_bytes());
        told.is_ok_and(|told| told.deliveries > 0)
    } else if operation == "issueDeviceToken" {
        let (shortest, longest) = DEVICE_TOKEN_LIVES;
        let life = read::<DeviceTokenBody>(request).map(|body| body.life().unwrap_or(DEVICE_TOKEN_LIFE));
        life.is_some_and(|life| (shortest..=longest).contains(&life))
    } else {
        assert!(operation.starts_with("revoke"), "{operation}");
        read::<RevokeBody>(request).is_some_and(|body| body.revocation(push(kind), "key_1".parse().unwrap()).is_ok())
    }
}

/// Does the request fit its schema? Asked of an exchange whose answer is an example.
fn description_takes(description: &Description, operation: &str, request: &Value) -> bool {
    let operations = operations(description);
    let op = operations.iter().find(|op| op.id() == operation).unwrap();
    let status = if operation == "issueDeviceToken" { 201 } else { 200 };
    let answer = examples(&op.operation["responses"][status.to_string()]["content"]["application/json"])
        .next()
        .unwrap();
    description
        .check_exchange(&op.method, &op.a_path(), status, "application/json", Some(request), answer)
        .is_ok()
}

#[test]
fn every_example_of_a_request_is_taken_by_the_api() {
    let description = Description::load();
    let mut seen = 0;
    for op in operations(&description) {
        for example in examples(&op.operation["requestBody"]["content"]["application/json"]) {
            seen += 1;
            assert!(api_takes(op.id(), example), "{}: {example}", op.id());
            assert!(description_takes(&description, op.id(), example), "{}: {example}", op.id());
        }
    }
    assert_eq!(seen, 21);
}

fn both(description: &Description, operation: &str, request: &Value, taken: bool) {
    assert_eq!(api_takes(operation, request), taken, "API: {operation} {request}");
    assert_eq!(
        description_takes(description, operation, request),
        taken,
        "description: {operation} {request}"
    );
}

/// `base` with the value at `pointer`, whose parent must be there, replaced.
fn with(base: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = base.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match changed.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        parent => parent[name] = value,
    }
    changed
}

/// A field, the last values that are good, and the first that are not.
type Limits = (&'static str, Vec<Value>, Vec<Value>);

fn check_limits(operation: &str, base: &Value, limits: &[Limits]) {
    let description = Description::load();
    both(&description, operation, base, true);
    both(&description, operation, &with(base, "/planted", json!(1)), false);
    for (pointer, good, bad) in limits {
        for value in good {
            both(&description, operation, &with(base, pointer, value.clone()), true);
        }
        for value in bad {
            both(&description, operation, &with(base, pointer, value.clone()), false);
        }
    }
    for required in base.as_object().unwrap().keys() {
        let mut without = base.clone();
        without.as_object_mut().unwrap().remove(required);
        both(&description, operation, &without, false);
    }
}

fn text(length: usize) -> Value {
    json!("促".repeat(length))
}

#[test]
fn both_agree_on_the_limits_of_a_registration() {
    for (operation, good, bad) in [
        ("registerTask", ["batch", "broadcast"], ["simple", "template"]),
        ("registerMessage", ["simple", "template"], ["batch", "broadcast"]),
    ] {
        check_limits(
            operation,
            &json!({ "type": good[0], "title": "t", "sent_at": "2026-11-23T08:00:00Z" }),
            &[
                (
                    "/type",
                    vec![json!(good[1])],
                    vec![json!(bad[0]), json!(bad[1]), json!("fax"), json!(1)],
                ),
                ("/title", vec![text(200)], vec![text(0), text(201), json!(7)]),
                (
                    "/sent_at",
                    vec![json!("2026-11-23T09:00:00.123456+01:00")],
                    vec![json!("soon"), json!(1_795_420_800)],
                ),
                ("/send_until", vec![json!("2026-11-24T08:00:00Z")], vec![json!("later"), json!(0)]),
                (
                    "/notice",
                    vec![
                        json!({ "title": "t".repeat(40), "text": "t".repeat(100) }),
                        json!({ "title": text(20), "text": text(50), "locales": { "zh-CN": { "title": "t", "text": "t" } } }),
                    ],
                    vec![
                        json!({ "title": "t" }),
                        json!({ "title": "t", "text": "t", "body": "t" }),
                        json!({ "title": text(41), "text": "t" }),
                        json!({ "title": "t", "text": text(101) }),
                        json!({ "title": " ", "text": "t" }),
                        json!({ "title": "t", "text": "a\nb" }),
                        json!({ "title": "t", "text": "" }),
                        json!({ "title": "t", "text": "t", "locales": { "english": { "title": "t", "text": "t" } } }),
                        json!({ "title": "t", "text": "t", "locales": { "en": { "title": "t" } } }),
                    ],
                ),
            ],
        );
    }
}

#[test]
fn both_agree_on_the_limits_of_an_apps_notice() {
    check_limits(
        "writeNotice",
        &json!({ "title": "t", "text": "t" }),
        &[(
            "/locales",
            vec![json!({}), json!({ "zh": { "title": text(20), "text": text(50) } })],
            vec![json!([]), json!({ "zh": {} }), json!({ "z": { "title": "t", "text": "t" } })],
        )],
    );
}

#[test]
fn both_agree_on_the_limits_of_a_revocation() {
    let targets = |count: usize| (0..count).map(|at| json!(format!("u{at}"))).collect::<Vec<_>>();
    for operation in ["revokeTask", "revokeMessage"] {
        check_limits(
            operation,
            &json!({ "reason": "wrong price" }),
            &[
                (
                    "/reason",
                    vec![text(500), json!("a\nb")],
                    vec![text(501), text(0), json!(" \t"), json!(1)],
                ),
                ("/dry_run", vec![json!(false)], vec![json!("no")]),
                (
                    "/scope",
                    vec![
                        json!({}),
                        json!({ "channels": ["huawei", "apns"] }),
                        json!({ "targets": targets(1_000) }),
                        json!({ "channels": ["sms"], "targets": ["促"] }),
                    ],
                    vec![
                        json!({ "channels": [] }),
                        json!({ "channels": ["fax"] }),
                        json!({ "targets": [] }),
                        json!({ "targets": targets(1_001) }),
                        json!({ "targets": [""] }),
                        json!({ "users": ["u"] }),
                        json!([]),
                    ],
                ),
                ("/notice", vec![json!({ "title": "t", "text": "t" })], vec![json!({}), json!("t")]),
            ],
        );
    }
}

#[test]
fn both_agree_on_the_limits_of_receipts() {
    let one = json!({ "kind": "task", "id": "1", "batch_id": "b", "token": "t", "event": "opened" });
    let without = |name: &str| {
        let mut less = one.clone();
        less.as_object_mut().unwrap().remove(name);
        less
    };
    let receipts = |count: usize| json!(vec![one.clone(); count]);
    check_limits(
        "takeReceipts",
        &json!({ "receipts": [one] }),
        &[
            (
                "/receipts",
                vec![receipts(1_000)],
                vec![receipts(0), receipts(1_001), json!({}), json!("t")],
            ),
            (
                "/receipts/0",
                vec![
                    with(&one, "/kind", json!("message")),
                    with(&one, "/event", json!("revoked")),
                    with(&one, "/at", json!("2026-11-23T08:00:00.123456+01:00")),
                    with(&one, "/token", json!("t".repeat(1_024))),
                ],
                vec![
                    without("kind"),
                    without("id"),
                    without("batch_id"),
                    without("token"),
                    without("event"),
                    with(&one, "/kind", json!("tasks")),
                    with(&one, "/id", json!("")),
                    with(&one, "/batch_id", json!("a b")),
                    with(&one, "/token", json!("t".repeat(1_025))),
                    with(&one, "/event", json!("clicked")),
                    with(&one, "/at", json!(1_795_420_800)),
                    with(&one, "/planted", json!(1)),
                ],
            ),
        ],
    );
}

#[test]
fn both_know_the_same_parameters_of_a_query() {
    let description = Description::load();
    let operations = operations(&description);
    let (asked, now) = ("planted=1", "2026-11-23T08:00:30Z".parse().unwrap());
    for (operation, told) in [
        ("checkTaskGate", gate_question(push(PushKind::Task), asked).map(drop)),
        ("listMessageOutcomes", outcomes_question(asked).map(drop)),
        ("listPushes", push_list_query(push(PushKind::Task).tenant, asked, now).map(drop)),
    ] {
        let described = operations.iter().find(|op| op.id() == operation).unwrap();
        let parameters = described.operation["parameters"].as_array().unwrap();
        let names: Vec<_> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
        let detail = format!("has an unknown parameter; known are {}", names.join(", "));
        assert_eq!(told.unwrap_err().errors[0].detail, detail, "{operation}");
    }
}

#[test]
fn both_agree_on_the_limits_of_a_device_token() {
    check_limits(
        "issueDeviceToken",
        &json!({}),
        &[(
            "/ttl_s",
            vec![json!(60), json!(31_536_000)],
            vec![json!(59), json!(31_536_001), json!(-60), json!(60.5), json!("60")],
        )],
    );
}
