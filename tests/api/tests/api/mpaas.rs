//! The calls of mPaaS SDKs.

use std::fmt::Write as _;

use api::{Signed, World};
use http::Method;
use insta::assert_snapshot;
use serde_json::json;

use crate::{batch, reason, revoked, task};

/// Task 1 and message `m1`, of which nothing is told.
fn scene() -> World {
    let world = World::default();
    let message = json!({"type": "simple", "title": "Your parcel", "sent_at": world.hours(0)});
    for (push, body) in [("/v1/tasks/1", task()), ("/v1/messages/m1", message)] {
        world.ask("sender", &format!("PUT {push}"), &body).expect(201);
        world.ask("sender", &format!("POST {push}/deliveries"), &batch("b1")).expect(200);
    }
    world.forget();
    world
}

#[test]
fn each_action_has_its_answer() {
    let world = scene();
    for (action, more) in [
        ("RevokePushMessage", &[("MessageId", "m1"), ("TargetId", "user-1")][..]),
        ("RevokePushTask", &[("TaskId", "1")]),
        ("QueryPushAnalysisTaskList", &[("StartTime", "2051200000000")]),
        ("QueryPushAnalysisTaskDetail", &[("TaskId", "1")]),
    ] {
        Signed::new(&world, "rpc-operator", action, more).send(&Method::POST).expect(200);
    }
    Signed::new(&world, "rpc-operator", "RevokePushTask", &[("TaskId", "1"), ("more", "1")])
        .send(&Method::GET)
        .expect(200);
    assert_snapshot!(world.told());
}

#[test]
fn a_refusal_is_an_answer_with_a_code() {
    let world = scene();
    revoked(&world, "/v1/tasks/1", &reason());
    world.forget();
    for (action, more) in [
        ("RevokePushTask", &[("TaskId", "2")][..]),
        ("RevokePushTask", &[("TaskId", "m1")]),
        ("RevokePushMessage", &[("MessageId", "1"), ("TargetId", "user-1")]),
        ("RevokePushMessage", &[("MessageId", "m2"), ("TargetId", "user-1")]),
        ("QueryPushAnalysisTaskDetail", &[("TaskId", "2")]),
    ] {
        Signed::new(&world, "rpc-operator", action, more).send(&Method::POST).expect(200);
    }
    assert_snapshot!(world.told());
}

#[test]
fn each_mistake_has_its_code() {
    let world = scene();
    let task = |key: &str, more: &[(&'static str, &str)]| {
        let all: Vec<_> = [("TaskId", "1")].into_iter().chain(more.iter().copied()).collect();
        Signed::new(&world, key, "RevokePushTask", &all)
    };
    let action = |action: &str, more: &[(&'static str, &str)]| Signed::new(&world, "rpc-operator", action, more);
    let calls = vec![
        task("rpc-operator", &[]).without("AppId"),
        task("rpc-operator", &[]).without("WorkspaceId"),
        action("RevokePushTask", &[]),
        action("RevokePushTask", &[("TaskId", "")]),
        action("RevokePushMessage", &[("TargetId", "u")]),
        action("RevokePushMessage", &[("MessageId", "m")]),
        action("QueryPushAnalysisTaskList", &[]),
        action("QueryPushAnalysisTaskList", &[("StartTime", "0"), ("PageSize", "101")]),
        action("QueryPushAnalysisTaskDetail", &[]),
        action("PushSimple", &[]),
        task("unknown", &[]),
        task("rpc-disabled", &[]),
        task("rpc-operator", &[("x", "forged")]).forged(),
        task("rpc-other", &[]),
        task("rpc-operator", &[("WorkspaceId", "elsewhere")]),
        task("rpc-viewer", &[]),
        task("sender", &[]),
        task("rpc-operator", &[("Version", "2020-01-01")]),
        task("rpc-operator", &[("Format", "XML")]),
        task("rpc-operator", &[("Timestamp", "now")]),
        task("rpc-operator", &[("Timestamp", "2035-01-01T12:00:00Z")]),
        task("rpc-operator", &[("SignatureMethod", "HMAC-MD5")]),
        task("rpc-operator", &[("SignatureVersion", "2.0")]),
        task("rpc-operator", &[("SecurityToken", "t")]),
        task("rpc-operator", &[]).without("SignatureNonce"),
    ];
    let before = world.kept();
    let mut codes = String::new();
    for call in calls {
        let answer = call.send(&Method::POST);
        let body = answer.json();
        let _ = writeln!(codes, "{} {}: {}", answer.status(), body["Code"], body["Message"]);
        assert!(answer.status() >= 400, "{body}");
    }
    assert_eq!(world.kept(), before);
    assert_snapshot!(codes);
}

#[test]
fn a_call_is_good_once_and_an_error_is_answered_whole() {
    let world = scene();
    let call = || {
        Signed::new(
            &world,
            "rpc-operator",
            "RevokePushTask",
            &[("TaskId", "1"), ("SignatureNonce", "said once")],
        )
    };
    call().send(&Method::POST).expect(200);
    world.forget();
    call().send(&Method::POST).expect(400);
    Signed::new(&world, "rpc-viewer", "RevokePushTask", &[("TaskId", "1")])
        .send(&Method::GET)
        .expect(403);
    assert_snapshot!(world.told());
}
