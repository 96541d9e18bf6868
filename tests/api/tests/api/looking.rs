//! Everything that is read.

use api::World;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{batch, reason, revoked, task, with, with_a_task};

#[test]
fn a_push_and_its_revocation_are_seen_before_and_after() {
    let world = with_a_task();
    let get = |path: &str| world.ask("viewer", &format!("GET {path}"), &Value::Null).expect(200);
    get("/v1/tasks/t1");
    get("/v1/tasks/t1/totals");
    get("/v1/tasks/t1/gate");
    let path = revoked(&world, "/v1/tasks/t1", &reason());
    get(&path);
    let receipt = json!({"receipts": [{"kind": "task", "id": "t1", "batch_id": "b1", "token": "b1-0", "event": "opened"}]});
    world.ask("sender", "POST /v1/receipts", &receipt).expect(200);
    world.work();
    get(&path);
    get(&format!("{path}/outcomes"));
    get(&format!("{path}/outcomes?outcome=skipped_opened"));
    get("/v1/tasks/t1/gate?channel=huawei");
    get("/v1/tasks/t1");
    assert_snapshot!(world.told());
}

#[test]
fn a_message_and_its_revocation_are_seen_too() {
    let world = World::default();
    let message = json!({"type": "simple", "title": "Your parcel", "sent_at": world.hours(0)});
    world.ask("sender", "PUT /v1/messages/m1", &message).expect(201);
    world.ask("sender", "POST /v1/messages/m1/deliveries", &batch("b1")).expect(200);
    let path = revoked(&world, "/v1/messages/m1", &reason());
    world.work();
    world.forget();
    for path in ["/v1/messages/m1", "/v1/messages/m1/totals", &path, &format!("{path}/outcomes")] {
        world.ask("viewer", &format!("GET {path}"), &Value::Null).expect(200);
    }
    assert_snapshot!(world.told());
}

#[test]
fn what_is_not_known_is_not_seen() {
    let world = with_a_task();
    for (who, path) in [
        ("viewer", "/v1/tasks/t2"),
        // Another tenant's, in the same words.
        ("other-viewer", "/v1/tasks/t1"),
        ("viewer", "/v1/tasks/t2/totals"),
        ("viewer", "/v1/messages/t1/gate"),
        ("viewer", "/v1/tasks/t1/revocations/rvk_none"),
        ("viewer", "/v1/tasks/t1/revocations/rvk_none/outcomes"),
    ] {
        world.ask(who, &format!("GET {path}"), &Value::Null).expect(404);
    }
    assert_snapshot!(world.told());
}

/// The ids of every page of a list.
fn found(world: &World, query: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = world
            .ask("viewer", &format!("GET /v1/pushes?{query}{cursor}"), &Value::Null)
            .expect(200)
            .json();
        let pushes = page["pushes"].as_array().unwrap();
        ids.extend(pushes.iter().map(|push| push["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[test]
fn pushes_are_found_by_the_beginning_of_their_title_and_by_state() {
    let world = World::default();
    for (nth, title) in (0_i64..).zip(["Autumn sale", "Other", "AUTUMN end"]) {
        let body = json!({"type": "batch", "title": title, "sent_at": world.hours(-nth * 30)});
        world.ask("sender", &format!("PUT /v1/tasks/t{nth}"), &body).expect(201);
    }
    world.ask("other-sender", "PUT /v1/tasks/t9", &task()).expect(201);
    revoked(&world, "/v1/tasks/t2", &reason());
    world.forget();
    for (query, expected) in [
        ("name=autumn", &["t0", "t2"][..]),
        ("state=revoked", &["t2"]),
        ("state=open", &["t0", "t1"]),
        ("name=Au&state=open", &["t0"]),
        ("name=sale", &[]),
    ] {
        assert_eq!(found(&world, &format!("type=batch&limit=1&{query}")), expected, "{query}");
    }
    world.forget();
    assert_eq!(found(&world, "type=batch&limit=2"), ["t0", "t1", "t2"]);
    assert_snapshot!(world.told());
}

#[test]
fn messages_are_found_by_their_target_and_tasks_are_not() {
    let world = World::default();
    for (who, id, hours) in [("sender", "m1", 1), ("sender", "m2", 40), ("other-sender", "m3", 1)] {
        let body = json!({"type": "simple", "title": id, "sent_at": world.hours(-hours)});
        world.ask(who, &format!("PUT /v1/messages/{id}"), &body).expect(201);
        let sent = json!({"batch_id": "b", "channel": "huawei", "notify_id": 1,
            "deliveries": [{"token": "a", "target": "用户 #77/%"}, {"token": "b", "target": "用户 #77/%"}]});
        for _ in 0..2 {
            world.ask(who, &format!("POST /v1/messages/{id}/deliveries"), &sent).expect(200);
        }
    }
    let target = "%E7%94%A8%E6%88%B7%20%2377%2F%25";
    assert_eq!(found(&world, &format!("type=simple&limit=1&target={target}")), ["m1", "m2"]);
    assert_eq!(found(&world, &format!("type=simple&target={target}&name=M2&state=open")), ["m2"]);
    assert!(found(&world, &format!("type=template&target={target}")).is_empty());
    assert!(found(&world, "type=simple&target=somebody").is_empty());
    world.forget();
    world
        .ask("viewer", &format!("GET /v1/pushes?type=batch&target={target}"), &Value::Null)
        .expect(400);
    assert_snapshot!(world.told());
}

#[test]
fn totals_count_what_is_recorded_per_channel() {
    let world = with_a_task();
    for id in ["b2", "b3"] {
        world.ask("sender", "POST /v1/tasks/t1/deliveries", &batch(id)).expect(200);
    }
    let held = json!({"batch_id": "a", "channel": "apns", "held_back": true, "deliveries": [{"token": "a0"}, {"token": "a1"}]});
    world.ask("sender", "POST /v1/tasks/t1/deliveries", &held).expect(200);
    world.forget();
    world.ask("viewer", "GET /v1/tasks/t1/totals", &Value::Null).expect(200);
    assert_snapshot!(world.told());
}

#[test]
fn the_apps_notice_is_read_as_it_was_written() {
    let world = World::default();
    world.ask("viewer", "GET /v1/notice", &Value::Null).expect(200);
    let notice = json!({"title": "Withdrawn", "text": "We sent this by mistake.",
        "locales": {"zh": {"title": "消息已撤回", "text": "该消息已被撤回"}}});
    world.ask("operator", "PUT /v1/notice", &notice).expect(200);
    world.ask("viewer", "GET /v1/notice", &Value::Null).expect(200);
    world.ask("other-viewer", "GET /v1/notice", &Value::Null).expect(200);
    world
        .ask("operator", "PUT /v1/notice", &with(notice, "text", json!("x".repeat(101))))
        .expect(400);
    assert_snapshot!(world.told());
}

#[test]
fn every_key_learns_whose_it_is() {
    let world = World::default();
    for who in ["sender", "viewer", "operator", "admin", "labelled"] {
        let answer = world.ask(who, "GET /v1/me", &Value::Null).expect(200);
        assert!(!answer.text().contains(api::SECRET));
    }
    assert_snapshot!(world.told());
}

#[test]
fn the_description_is_there_for_everybody() {
    let world = World::default();
    world.ask("", "GET /v1/openapi.json", &Value::Null).expect(200);
    assert_snapshot!(world.told());
}

#[test]
fn every_other_path_is_a_problem_and_the_page_s_has_no_slash() {
    let world = World::default();
    for line in ["GET /v1/nothing/here", "GET /v1", "POST /v1/receipts/fax", "GET /v1//t1"] {
        world.ask("admin", line, &Value::Null).expect(404);
    }
    for line in ["DELETE /v1/tasks/t1", "GET /v1/receipts", "POST /v1/notice"] {
        world.ask("admin", line, &Value::Null).expect(405);
    }
    world.ask("", "GET /console/", &Value::Null).expect(308);
    assert_snapshot!(world.told());
}
