//! Senders register pushes and record what they delivered.

use api::World;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{batch, reason, revoked, task, with, with_a_task};

#[test]
fn a_push_is_registered_once_and_never_changes() {
    let world = World::default();
    let message = json!({"type": "simple", "title": "Your parcel", "sent_at": world.hours(0),
        "notice": {"title": "Withdrawn", "text": "Sorry.", "locales": {"zh": {"title": "撤回", "text": "抱歉"}}}});
    for _ in 0..2 {
        world.ask("sender", "PUT /v1/tasks/t1", &task());
        world.ask("sender", "PUT /v1/messages/促销#1", &message);
    }
    world
        .ask("sender", "PUT /v1/tasks/t1", &with(task(), "title", json!("Another")))
        .expect(409);
    // Another tenant's is another push.
    world
        .ask("other-sender", "PUT /v1/tasks/t1", &with(task(), "title", json!("Another")))
        .expect(201);
    assert_snapshot!(world.told());
}

#[test]
fn a_batch_is_recorded_once_and_warned_of() {
    let world = with_a_task();
    let path = "POST /v1/tasks/t1/deliveries";
    world.ask("sender", path, &batch("b2"));
    world.ask("sender", path, &batch("b2"));
    let mut unable = batch("b3");
    unable.as_object_mut().unwrap().remove("notify_id");
    world.ask("sender", path, &unable);
    let sms = json!({"batch_id": "b4", "channel": "sms", "deliveries": [{"token": "+49"}]});
    world.ask("sender", path, &sms);
    world.ask("sender", path, &with(batch("b2"), "notify_id", json!(8))).expect(409);
    world.ask("sender", "POST /v1/tasks/t2/deliveries", &batch("b1")).expect(404);
    world.ask("other-sender", path, &batch("b5")).expect(404);
    assert_snapshot!(world.told());
}

#[test]
fn what_is_recorded_after_a_revocation_is_told_so() {
    let world = with_a_task();
    revoked(&world, "/v1/tasks/t1", &with(reason(), "scope", json!({"targets": ["user-2"]})));
    let path = "POST /v1/tasks/t1/deliveries";
    world.ask("sender", path, &batch("b2"));
    revoked(&world, "/v1/tasks/t1", &reason());
    world.ask("sender", path, &with(batch("b3"), "held_back", json!(true)));
    assert_snapshot!(world.told());
}

#[test]
fn a_message_is_recorded_for_its_targets() {
    let world = World::default();
    let message = json!({"type": "template", "title": "Your parcel", "sent_at": world.hours(0)});
    world.ask("sender", "PUT /v1/messages/m1", &message).expect(201);
    world.ask("sender", "POST /v1/messages/m1/deliveries", &batch("b1"));
    let apns = json!({"batch_id": "b2", "channel": "apns", "collapse_id": "c", "deliveries": [{"token": "a0", "locale": "zh"}]});
    world.ask("sender", "POST /v1/messages/m1/deliveries", &apns);
    let fcm = json!({"batch_id": "b3", "channel": "fcm", "tag": "rv-9", "deliveries": [{"token": "cT0123456789abcdefghij"}]});
    world.ask("sender", "POST /v1/messages/m1/deliveries", &fcm);
    world.ask("viewer", "GET /v1/messages/m1/totals", &Value::Null);
    assert_snapshot!(world.told());
}

const ENDPOINT: &str = "https://updates.push.services.mozilla.com/wpush/v2/planted";

/// Its subscribers are not known, so it is one delivery and no device.
#[test]
fn a_topic_is_warned_of_and_told_apart_from_devices() {
    let world = with_a_task();
    let batch = json!({"batch_id": "b2", "channel": "fcm", "tag": "t-1", "deliveries": [
        {"token": "d1:APA91b-x", "target": "user-1"},
        {"token": "/topics/news", "target": "topic-news"},
        {"token": "'a' in topics && 'b' in topics", "target": "condition-1"},
    ]});
    let recorded = world.ask("sender", "POST /v1/tasks/t1/deliveries", &batch);
    recorded.expect(200);
    world.ask("viewer", "GET /v1/tasks/t1/totals", &Value::Null).expect(200);
    // On another channel it is a token like any other.
    let huawei = json!({"batch_id": "b3", "channel": "huawei", "notify_id": 7, "deliveries": [{"token": "/topics/news"}]});
    world.ask("sender", "POST /v1/tasks/t1/deliveries", &huawei);
    world.ask("viewer", "GET /v1/tasks/t1/totals", &Value::Null);
    assert_snapshot!(world.told());
}

/// A subscription as a page has it; the keys are of RFC 8291, appendix A.
fn browser() -> Value {
    json!({"token": ENDPOINT, "target": "user-81", "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg"
    }})
}

fn browsers(id: &str, browser: &Value) -> Value {
    json!({"batch_id": id, "channel": "web_push", "tag": "rv-9", "deliveries": [browser]})
}

#[test]
fn a_browser_is_recorded_with_the_keys_of_its_subscription() {
    let world = with_a_task();
    let path = "POST /v1/tasks/t1/deliveries";
    for _ in 0..2 {
        world.ask("sender", path, &browsers("w1", &browser())).expect(200);
    }
    let key = browser()["keys"]["p256dh"].clone();
    world
        .ask("sender", path, &with(browsers("w2", &browser()), "vapid_key", key.clone()))
        .expect(200);
    // Other keys, or another key of the site: another batch.
    world
        .ask("sender", path, &with(browsers("w1", &browser()), "vapid_key", key))
        .expect(409);
    let mut untagged = browsers("w3", &browser());
    untagged.as_object_mut().unwrap().remove("tag");
    world.ask("sender", path, &untagged).expect(200);
    assert_snapshot!(world.told());
}

#[test]
fn a_browser_that_can_not_be_called_or_encrypted_for_is_refused() {
    let world = with_a_task();
    let path = "POST /v1/tasks/t1/deliveries";
    let keys = |p256dh: Value, auth: Value| with(browser(), "keys", json!({"p256dh": p256dh, "auth": auth}));
    let good = browser()["keys"].clone();
    let mut bad = vec![
        keys(json!("BCVx"), good["auth"].clone()),
        keys(good["auth"].clone(), good["auth"].clone()),
        keys(good["p256dh"].clone(), json!("planted")),
        with(browser(), "vapid_key", json!("BCVx")),
        with(browser(), "token", json!(format!("{ENDPOINT}{}", "x".repeat(1_024)))),
        json!({"token": ENDPOINT}),
    ];
    for elsewhere in [
        "https://planted.example/push",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost:8443/push",
        "https://user@updates.push.services.mozilla.com/wpush",
        "http://updates.push.services.mozilla.com/wpush",
        "planted",
    ] {
        bad.push(with(browser(), "token", json!(elsewhere)));
    }
    for browser in &bad {
        world.ask("sender", path, &browsers("w1", browser)).expect(400);
    }
    // Only a browser has keys, and only its endpoint may be as long.
    let of_huawei = |delivery: Value| json!({"batch_id": "b2", "channel": "huawei", "notify_id": 7, "deliveries": [delivery]});
    world
        .ask("sender", path, &of_huawei(with(browser(), "token", json!("t"))))
        .expect(400);
    world
        .ask("sender", path, &of_huawei(json!({"token": "t", "vapid_key": good["p256dh"]})))
        .expect(400);
    world.ask("sender", path, &of_huawei(json!({"token": "x".repeat(513)}))).expect(400);
    let told = world.told();
    // The requests stand there, too.
    let mut answers = told.lines().filter(|line| !line.starts_with(r#"{"batch_id""#));
    assert!(
        answers.all(|line| !line.contains("planted")),
        "nothing of an endpoint or a key is told"
    );
    assert_snapshot!(told);
}
