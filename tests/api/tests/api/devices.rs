//! Tokens with which devices of the self-built channel connect.

use api::World;
use insta::assert_snapshot;
use serde_json::{Value, json};

#[test]
fn a_device_gets_a_token_and_loses_it() {
    let world = World::default();
    let path = "/v1/devices/phone-77/token";
    world.ask("sender", &format!("PUT {path}"), &json!({})).expect(201);
    world.ask("sender", &format!("PUT {path}"), &json!({"ttl_s": 3_600})).expect(201);
    world.ask("sender", &format!("DELETE {path}"), &Value::Null).expect(200);
    world.ask("sender", &format!("DELETE {path}"), &Value::Null).expect(200);
    world.ask("viewer", &format!("PUT {path}"), &json!({})).expect(403);
    world.ask("sender", &format!("GET {path}"), &Value::Null).expect(405);
    assert_snapshot!(world.told());
}
