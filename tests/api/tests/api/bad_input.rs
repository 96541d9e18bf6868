//! Every bad request has a problem of its own, names its mistake, and stores nothing.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{batch, reason, task, with, with_a_task};

fn many(count: usize) -> Value {
    (0..count).map(|nth| json!({"token": format!("t{nth}")})).collect()
}

/// Who asks what.
fn bad() -> Vec<(&'static str, String, Value)> {
    let world = with_a_task();
    let (record, revoke) = ("POST /v1/tasks/t1/deliveries", "POST /v1/tasks/t1/revocations");
    let register = |sent_at: &str| json!({"type": "batch", "title": "t", "sent_at": sent_at});
    let notice = |title: usize, text: usize| json!({"title": "x".repeat(title), "text": "x".repeat(text)});
    let receipt = json!({"kind": "task", "id": "t1", "batch_id": "b1", "token": "t", "event": "opened"});
    let unseen = json!([{"token": "a\u{200b}b"}]);
    let bad = [
        ("sender", record, with(batch("b2"), "colour", json!("red"))),
        ("sender", record, with(batch("b2"), "channel", json!("fax"))),
        ("sender", record, with(batch("b2"), "deliveries", many(1_001))),
        ("sender", record, with(batch("b2"), "deliveries", many(0))),
        (
            "sender",
            record,
            with(batch("b2"), "deliveries", json!([{"token": "a"}, {"token": "b"}, {"token": "a"}])),
        ),
        ("sender", record, with(batch("b2"), "deliveries", unseen)),
        ("sender", record, with(batch("b2"), "notify_id", json!(0))),
        ("sender", record, with(batch("b2"), "collapse_id", json!("c"))),
        ("sender", record, with(fcm_batch(), "tag", json!("a b"))),
        ("sender", record, with(fcm_batch(), "notify_key", json!("k"))),
        ("sender", record, with(batch("b2"), "batch_id", json!("a b"))),
        ("sender", record, with(batch("b2"), "sent_at", json!(world.hours(1)))),
        ("sender", record, with(batch("b2"), "sent_at", json!(world.hours(-7 * 24 - 1)))),
        ("operator", revoke, json!({})),
        ("operator", revoke, json!({"reason": " "})),
        ("operator", revoke, with(reason(), "scope", json!({"channels": []}))),
        ("operator", revoke, with(reason(), "scope", json!({"targets": ["user-77\u{200b}"]}))),
        ("operator", revoke, with(reason(), "notice", notice(41, 2))),
        // 42 for vivo, which takes 40.
        (
            "operator",
            revoke,
            with(reason(), "notice", json!({"title": "撤".repeat(21), "text": "t"})),
        ),
        ("operator", "PUT /v1/notice", notice(2, 101)),
        ("sender", "PUT /v1/tasks/t2", register(&world.hours(1))),
        ("sender", "PUT /v1/tasks/t2", register(&world.hours(-7 * 24 - 1))),
        ("sender", "PUT /v1/tasks/t2", register("yesterday")),
        ("sender", "PUT /v1/messages/t2", task()),
        ("sender", "PUT /v1/tasks/a\u{1}b", task()),
        ("sender", "PUT /v1/messages/m2\u{feff}", with(task(), "type", json!("simple"))),
        ("sender", "PUT /v1/tasks/..", task()),
        ("sender", "PUT /v1/tasks/x%y", task()),
        ("sender", "PUT /v1/tasks/x\u{fffd}y", task()),
        ("sender", "POST /v1/receipts", json!({"receipts": []})),
        (
            "sender",
            "POST /v1/receipts",
            json!({"receipts": [with(receipt, "event", json!("eaten"))]}),
        ),
        ("sender", "PUT /v1/devices/d/token", json!({"ttl_s": 0})),
        ("sender", "PUT /v1/devices/a\u{202e}b/token", json!({})),
        ("viewer", "GET /v1/pushes", Value::Null),
        ("viewer", "GET /v1/pushes?type=batch&colour=red", Value::Null),
        ("viewer", "GET /v1/pushes?type=batch&cursor=nonsense", Value::Null),
        ("viewer", "GET /v1/pushes?type=batch&state=closed", Value::Null),
        ("viewer", "GET /v1/pushes?type=batch&limit=0", Value::Null),
        (
            "viewer",
            "GET /v1/pushes?type=batch&from=2035-01-02T00:00:00Z&to=2035-01-01T00:00:00Z",
            Value::Null,
        ),
        ("sender", "GET /v1/tasks/t1/gate?channel=fax", Value::Null),
        ("viewer", "GET /v1/tasks/t1/revocations/rvk_1/outcomes?outcome=eaten", Value::Null),
    ];
    let mut bad: Vec<_> = bad.into_iter().map(|(who, line, body)| (who, line.to_owned(), body)).collect();
    bad.push(("sender", format!("PUT /v1/tasks/{}", "x".repeat(10_000)), task()));
    bad
}

/// Sent with a tag.
fn fcm_batch() -> Value {
    json!({"batch_id": "b2", "channel": "fcm", "tag": "rv-9", "deliveries": [{"token": "a"}]})
}

#[test]
fn each_bad_request_is_told_its_mistake_and_stores_nothing() {
    let world = with_a_task();
    let before = world.kept();
    let mut told = String::new();
    for (who, line, body) in bad() {
        let answer = world.ask(who, &line, &body);
        let problem = answer.json();
        let line: String = line.chars().take(120).collect();
        let body: String = body.to_string().chars().take(160).collect();
        let _ = writeln!(
            told,
            "{} {}\n  {who}: {}\n  {body}",
            answer.status(),
            problem["code"],
            line.escape_debug()
        );
        for error in problem["errors"].as_array().into_iter().flatten() {
            let _ = writeln!(told, "  at {}: {}", error["pointer"], error["detail"]);
        }
        assert!(
            answer.status() == 400 && problem["errors"][0]["pointer"].is_string(),
            "{line}: {problem}"
        );
    }
    assert_eq!(world.kept(), before);
    assert_snapshot!(told);
}

#[test]
fn a_problem_is_answered_whole() {
    let world = with_a_task();
    world.ask("viewer", "GET /v1/pushes?type=batch&limit=0", &Value::Null).expect(400);
    world.ask("sender", "PUT /v1/tasks/x%y", &task()).expect(400);
    assert_snapshot!(world.told());
}

#[test]
fn a_body_that_is_no_json_too_large_or_of_another_type_is_refused() {
    let world = with_a_task();
    let before = world.kept();
    let path = "POST /v1/tasks/t1/deliveries";
    let json = ("content-type", "application/json");
    world.send("sender", path, &[json], "{\"batch_id\":").expect(400);
    world
        .send("sender", path, &[("content-type", "text/plain")], &batch("b2").to_string())
        .expect(415);
    let large = with(batch("b2"), "batch_id", json!("x".repeat(1_100_000))).to_string();
    world.send("sender", path, &[json], &large).expect(413);
    assert_eq!(world.kept(), before);
    assert_snapshot!(world.told());
}
