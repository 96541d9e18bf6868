//! Every route and every problem: status, headers and whole body, compared with `snapshots`.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p api`, and look at what differs.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod bad_input;
mod console;
mod devices;
mod faults;
mod looking;
mod mpaas;
mod receipts;
mod recording;
mod revoking;
mod roles;
mod whole;

use serde_json::{Value, json};

use ::api::World;

/// A task as it is registered, an hour after noon.
fn task() -> Value {
    json!({"type": "batch", "title": "Autumn sale", "sent_at": "2035-01-01T13:00:00Z", "send_until": "2035-01-01T17:00:00Z"})
}

/// Three deliveries over Huawei; the last is for the second user.
fn batch(id: &str) -> Value {
    json!({"batch_id": id, "channel": "huawei", "notify_id": 7, "deliveries": [
        {"token": format!("{id}-0"), "target": "user-1"},
        {"token": format!("{id}-1"), "target": "user-1"},
        {"token": format!("{id}-2"), "target": "user-2"},
    ]})
}

fn reason() -> Value {
    json!({"reason": "wrong price"})
}

/// Task `t1` with batch `b1`, of which nothing is told.
fn with_a_task() -> World {
    let world = World::default();
    world.ask("sender", "PUT /v1/tasks/t1", &task()).expect(201);
    world.ask("sender", "POST /v1/tasks/t1/deliveries", &batch("b1")).expect(200);
    world.forget();
    world
}

/// Revokes all of it. Returns the revocation's path.
fn revoked(world: &World, push: &str, body: &Value) -> String {
    let answer = world.ask("operator", &format!("POST {push}/revocations"), body).expect(202);
    answer.0["headers"]["location"].as_str().unwrap().to_owned()
}

/// The same body with one field set.
fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}
