//! How a device's connections begin and end.

use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use revocation_app::withdraw_device_token;

use super::*;

impl Stand {
    fn connect_offering(&self, token: Option<&str>, protocols: &[&str]) -> Reply {
        let event = event(include_str!("../tests/events/connect.json"), |event| {
            event["headers"]["Sec-WebSocket-Protocol"] = json!(protocols.join(", "));
            event["multiValueHeaders"]["Sec-WebSocket-Protocol"] = json!([protocols.join(", ")]);
            if let Some(token) = token {
                event["headers"]["Authorization"] = json!(format!("Bearer {token}"));
                event["multiValueHeaders"]["Authorization"] = json!([format!("Bearer {token}")]);
            }
        });
        self.handle(&event)
    }
}

#[test]
fn a_device_that_offers_subprotocols_is_answered_one_of_them() {
    let stand = Stand::new();
    let token = stand.token(&phone());
    for (offered, answered) in [
        (&["mqtt"][..], "mqtt"),
        (&["chat.v2", "mqtt"], "chat.v2"),
        (&["chat.v2", "message-revoke.v1"], "message-revoke.v1"),
    ] {
        let answer = stand.connect_offering(Some(&token), offered);
        let answer = serde_json::to_value(answer).unwrap();
        let expected = json!({ "statusCode": 200, "headers": { "Sec-WebSocket-Protocol": answered } });
        assert_eq!(answer, expected, "{offered:?}");
    }
    let none = serde_json::to_value(stand.connect_offering(Some(&token), &[])).unwrap();
    assert_eq!(none, json!({ "statusCode": 200 }), "who offers none is answered none");
    let refused = serde_json::to_value(stand.connect_offering(None, &["mqtt"])).unwrap();
    assert_eq!(refused, json!({ "statusCode": 401 }));
}

#[test]
fn a_browser_may_say_its_token_as_a_subprotocol_and_never_gets_it_back() {
    let stand = Stand::new();
    let token = format!("token.{}", stand.token(&phone()));
    let answer = stand.connect_offering(None, &["message-revoke.v1", &token]);
    assert_eq!(answer.status_code, 200);
    assert_eq!(answer.headers[SUBPROTOCOL], "message-revoke.v1");
    let answer = stand.connect_offering(None, &[&token]);
    assert_eq!((answer.status_code, answer.headers.len()), (200, 0));
    assert_eq!(stand.connect_offering(None, &["message-revoke.v1", "token.x"]).status_code, 401);
}

#[test]
fn a_sixth_connection_drops_the_one_that_registered_longest_ago() {
    let stand = Stand::with_a_phone();
    let connections: Vec<ConnectionId> = (0..7).map(|nth| format!("c{nth}").parse().unwrap()).collect();
    for connection in &connections {
        stand.clock.set(stand.clock.now() + SignedDuration::from_secs(1));
        run(stand.with.devices.begin(connection, &phone(), stand.clock.now())).unwrap();
        run(register_device(&stand.with.devices, &stand.with.links, &stand.clock, connection)).unwrap();
    }
    let mut left = run(stand.with.devices.connections(&phone())).unwrap();
    left.reverse();
    assert_eq!(left, connections[2..]);
    assert_eq!(stand.with.links.closed(), connections[..2]);
    for dropped in &connections[..2] {
        assert_eq!(run(stand.with.devices.device_of(dropped)).unwrap(), None, "what it says is refused");
    }
}

#[test]
fn a_token_that_is_withdrawn_lets_nobody_in_and_ends_what_is_open() {
    let stand = Stand::new();
    let token = stand.token(&phone());
    assert_eq!(stand.connect_by_header(&format!("Bearer {token}")), 200);
    // One that registered, and one that did not yet.
    stand.says(&json!({ "type": "register" }));
    let silent: ConnectionId = "silent=".parse().unwrap();
    run(stand.with.devices.begin(&silent, &phone(), noon())).unwrap();
    let withdraw = || run(withdraw_device_token(&stand.with.devices, &stand.with.links, &phone())).unwrap();
    assert_eq!(withdraw(), 2);
    assert_eq!(stand.connect_by_header(&format!("Bearer {token}")), 401);
    assert_eq!(stand.with.links.closed().len(), 2);
    for connection in [connection(), silent] {
        assert_eq!(run(stand.with.devices.device_of(&connection)).unwrap(), None);
    }
    assert_eq!(withdraw(), 0);
    let again = stand.token(&phone());
    assert_eq!(stand.connect_by_header(&format!("Bearer {again}")), 200, "a new one is good");
}

/// Every interleaving of the two, step by step: a bit says whose turn it is.
#[test]
fn a_device_that_connects_while_its_token_is_withdrawn_is_not_left_connected() {
    for order in 0..1_u32 << 14 {
        // A storm without a single failure: every port call yields before and after its effect.
        let stand = Stand::in_weather(&Weather::storm(0, 0));
        let token = stand.token(&phone());
        let (device, connection) = (phone(), connection());
        {
            let mut connects = pin!(connect_device(&stand.with.devices, &stand.clock, &connection, &token));
            let mut withdraws = pin!(withdraw_device_token(&stand.with.devices, &stand.with.links, &device));
            let (mut is_in, mut is_out, mut steps) = (false, false, 0);
            while !(is_in && is_out) {
                if (order >> (steps % 14) & 1 == 0 || is_out) && !is_in {
                    is_in = step(&mut connects);
                } else {
                    is_out = step(&mut withdraws);
                }
                steps += 1;
            }
        }
        assert_eq!(run(stand.with.devices.device_of(&connection)).unwrap(), None, "order {order:b}");
    }
}

fn step<F: Future + Unpin>(future: &mut F) -> bool {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}
