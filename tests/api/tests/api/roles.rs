//! Who may what: every route, asked by every role.

use api::World;
use insta::assert_snapshot;
use revocation_http::route::deployed;
use revocation_rules::role::Role;
use serde_json::{Value, json};

use crate::{batch, reason, revoked, task, with_a_task};

/// A request for a route as it is deployed.
fn request(key: &str) -> (String, Value) {
    let (kind, push) = if key.contains("/messages/") {
        ("simple", "m1")
    } else {
        ("batch", "t1")
    };
    let line = key
        .replace("{id}", push)
        .replace("{rvk}", "rvk_none")
        .replace("{channel}", "xiaomi")
        .replace("{device}", "d")
        .replace("{file}", "app.js");
    let body = if key.starts_with("PUT /v1/notice") {
        json!({"title": "t", "text": "t"})
    } else if key.starts_with("PUT /v1/devices") {
        json!({})
    } else if key.starts_with("PUT") {
        let mut body = task();
        body["type"] = kind.into();
        body
    } else if key.ends_with("/deliveries") {
        batch("b1")
    } else if key.ends_with("/revocations") {
        let mut body = reason();
        body["dry_run"] = true.into();
        body
    } else if key.ends_with("/receipts") {
        json!({"receipts": [{"kind": "task", "id": "t1", "batch_id": "b1", "token": "b1-0", "event": "shown"}]})
    } else if key.starts_with("POST") {
        json!({})
    } else {
        Value::Null
    };
    (line.replace("/v1/pushes", "/v1/pushes?type=batch"), body)
}

/// 404 is a yes, too: whoever may not ask is not told what is there.
#[test]
fn each_role_may_do_what_it_is_for_and_no_more() {
    let who: Vec<&str> = Role::ALL.into_iter().map(Role::as_str).chain(["", "disabled", "unknown"]).collect();
    let row = |what: &str, cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|cell| format!("{cell:<10}")).collect();
        format!("{what:<56}{}\n", cells.concat().trim_end())
    };
    let name = |who: &&str| if who.is_empty() { "nobody".to_owned() } else { (*who).to_owned() };
    let mut table = row("", who.iter().map(name).collect());
    for route in deployed() {
        // What everybody may ask, and what asks for a signature instead.
        if !route.key.contains("/v1/") || route.key.contains("openapi") {
            continue;
        }
        let (line, body) = request(&route.key);
        let status = |who: &&str| with_a_task().ask(who, &line, &body).status().to_string();
        table.push_str(&row(&route.key, who.iter().map(status).collect()));
    }
    assert_snapshot!(table);
}

#[test]
fn who_is_not_known_or_may_not_is_told_so() {
    let world = with_a_task();
    let path = "POST /v1/tasks/t1/revocations";
    for who in ["", "unknown", "disabled"] {
        world.ask(who, path, &reason()).expect(401);
    }
    let wrong = [("authorization", "Bearer operator.wrong"), ("content-type", "application/json")];
    world.send("", path, &wrong, &reason().to_string()).expect(401);
    world.ask("viewer", path, &reason()).expect(403);
    assert_eq!(world.kept().2, 0);
    assert_snapshot!(world.told());
}

#[test]
fn the_same_ids_in_two_tenants_are_two_pushes() {
    let world = with_a_task();
    world.ask("other-sender", "PUT /v1/tasks/t1", &task()).expect(201);
    revoked(&world, "/v1/tasks/t1", &reason());
    let gate = |who: &str| world.ask(who, "GET /v1/tasks/t1/gate", &Value::Null).expect(200).json()["gate"].clone();
    assert_eq!((gate("sender"), gate("other-sender")), (json!("revoked"), json!("open")));
}

/// A key that stands in a vendor's address is good for that address and no other.
#[test]
fn a_callback_key_is_good_for_its_channel_s_callback_only() {
    let world = World::default();
    for (key, channel, status) in [
        ("callback-xiaomi", "xiaomi", 200),
        ("callback-xiaomi", "huawei", 403),
        ("callback-xiaomi", "oppo", 403),
        ("callback-xiaomi", "vivo", 403),
        ("operator", "xiaomi", 403),
        ("sender", "xiaomi", 403),
        ("unknown", "xiaomi", 401),
    ] {
        let line = format!("POST /v1/receipts/{channel}?access_key={key}.{}", api::SECRET);
        world.ask("", &line, &json!({})).expect(status);
    }
    world.ask("", "POST /v1/receipts/xiaomi", &json!({})).expect(401);
    assert_snapshot!(world.told());
}
