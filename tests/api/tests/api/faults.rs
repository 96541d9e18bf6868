//! What is our fault is told so, and nothing of why.

use api::World;
use insta::assert_snapshot;
use revocation_testkit::Weather;
use serde_json::{Value, json};

use crate::{reason, task};

#[test]
fn a_store_that_does_not_answer_is_told_with_the_time_to_ask_again() {
    let world = World::new(&Weather::storm(1, 1_000), 0);
    world.ask("sender", "PUT /v1/tasks/t1", &task()).expect(503);
    world.ask("operator", "POST /v1/tasks/t1/revocations", &reason()).expect(503);
    world.ask("viewer", "GET /v1/tasks/t1", &Value::Null).expect(503);
    world.ask("sender", "PUT /v1/devices/d/token", &json!({})).expect(503);
    assert_snapshot!(world.told());
}

/// A clock so wrong that reading it panics.
#[test]
fn a_handler_that_panics_is_answered_for() {
    let world = World::new(&Weather::calm(), i64::MAX);
    world.ask("viewer", "GET /v1/tasks/t1", &Value::Null).expect(500);
    world.ask("", "GET /?Action=RevokePushTask", &Value::Null);
    assert_snapshot!(world.told());
}
