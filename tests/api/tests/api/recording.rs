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
