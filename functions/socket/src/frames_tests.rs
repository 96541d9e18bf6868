//! Events as the gateway sends them, on ports in memory.

use aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest;
use jiff::SignedDuration;
use revocation_app::issue_device_token;
use revocation_app::ports::{BatchRecorder, Clock as _, DeviceConnections, DeviceOutbox, Job, PushStore};
use revocation_rules::channel::Channel;
use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::frame::ToDevice;
use revocation_rules::instruction::Instruction;
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};
use revocation_testkit::builders::{a_batch, a_device, a_push, an_instruction, noon};
use revocation_testkit::{CountingSecrets, ManualClock, Memory, MemoryDevices, MemoryLinks, MemoryQueue, MemoryStore, Weather, run};
use serde_json::{Value, json};

use super::*;

#[path = "connections_tests.rs"]
mod connections;

struct Stand {
    with: Frames<Memory>,
    clock: ManualClock,
}

fn event(text: &str, change: impl FnOnce(&mut Value)) -> ApiGatewayWebsocketProxyRequest {
    let mut event: Value = serde_json::from_str(text).unwrap();
    change(&mut event);
    serde_json::from_value(event).unwrap()
}

fn connection() -> ConnectionId {
    "L0SM9cOFvHcCIhw=".parse().unwrap()
}

fn phone() -> Device {
    a_device("APP1", "token-b1-0")
}

impl Stand {
    fn new() -> Self {
        Self::in_weather(&Weather::calm())
    }

    fn in_weather(weather: &Weather) -> Self {
        let clock = ManualClock::at(noon());
        Self {
            with: Frames {
                devices: MemoryDevices::new().in_weather(weather).with_pages_of(2),
                links: MemoryLinks::default(),
                store: MemoryStore::new(),
                queue: MemoryQueue::new(&clock),
                clock: clock.clone(),
            },
            clock,
        }
    }

    fn token(&self, device: &Device) -> String {
        let (devices, secrets) = (&self.with.devices, CountingSecrets::default());
        let life = Some(SignedDuration::from_secs(60));
        let issued = run(issue_device_token(
            devices,
            &secrets,
            &self.clock,
            device,
            life,
            &"key-1".parse().unwrap(),
        ));
        issued.unwrap().token.expose().to_owned()
    }

    fn handle(&self, event: &ApiGatewayWebsocketProxyRequest) -> Reply {
        run(handle(&self.with, event)).unwrap()
    }

    fn connect_by_header(&self, authorization: &str) -> u16 {
        let event = event(include_str!("../tests/events/connect.json"), |event| {
            event["headers"]["Authorization"] = json!(authorization);
            event["multiValueHeaders"]["Authorization"] = json!([authorization]);
        });
        self.handle(&event).status_code
    }

    fn connect_by_query(&self, token: &str) -> u16 {
        let event = event(include_str!("../tests/events/connect.json"), |event| {
            event["queryStringParameters"] = json!({ "token": token });
            event["multiValueQueryStringParameters"] = json!({ "token": [token] });
        });
        self.handle(&event).status_code
    }

    fn has_receipt(&self, of: &Instruction, event: ReceiptEvent) -> bool {
        let digest = TokenDigest::of(&of.device);
        self.with.store.has_receipt(&of.batch, &digest, event)
    }

    /// A device that got this token and connected with it.
    fn with_a_phone() -> Self {
        let stand = Self::new();
        let token = stand.token(&phone());
        assert_eq!(stand.connect_by_header(&format!("Bearer {token}")), 200);
        stand
    }

    /// What the device is sent for a frame.
    fn says(&self, frame: &Value) -> Vec<ToDevice> {
        let before = self.with.links.sent_to(&connection()).len();
        let event = event(include_str!("../tests/events/message.json"), |event| {
            event["body"] = json!(frame.as_str().map_or_else(|| frame.to_string(), str::to_owned));
        });
        assert_eq!(self.handle(&event), OK);
        self.with.links.sent_to(&connection()).split_off(before)
    }

    /// A batch `b1` of task `t1` of which the phone got the first delivery, and its instruction.
    fn with_an_instruction() -> (Self, Instruction) {
        let stand = Self::with_a_phone();
        let push = a_push().build();
        run(stand.with.store.insert_push(&push)).unwrap();
        let (header, deliveries) = a_batch().of(&push).on(Channel::SelfBuilt).to(&["u1"]).build();
        assert_eq!(deliveries[0].token, phone().id);
        run(stand.with.store.record(&header, &deliveries)).unwrap();
        let instruction = an_instruction(&phone(), 0);
        assert_eq!(instruction.batch, header.batch);
        run(stand.with.devices.keep(std::slice::from_ref(&instruction))).unwrap();
        (stand, instruction)
    }
}

fn ack(instruction: &Instruction) -> Value {
    json!({ "type": "ack", "instruction": instruction.id.as_str() })
}

#[test]
fn a_device_is_let_in_with_its_token_in_the_header_or_the_query() {
    let stand = Stand::new();
    let token = stand.token(&phone());
    assert_eq!(stand.connect_by_header(&format!("Bearer {token}")), 200);
    assert_eq!(stand.connect_by_header(&format!("bearer {token}")), 200);
    assert_eq!(stand.connect_by_query(&token), 200);
    assert_eq!(run(stand.with.devices.device_of(&connection())).unwrap(), Some(phone()));
}

#[test]
fn a_device_without_a_good_token_is_refused() {
    let stand = Stand::new();
    let token = stand.token(&phone());
    let other = stand.token(&a_device("APP2", "token-b1-0"));
    let (name, secret) = token.split_once('.').unwrap();
    let stolen = format!("{}.{secret}x", other.split_once('.').unwrap().0);
    for bad in [
        "",
        "Bearer",
        "Bearer x",
        &format!("Basic {token}"),
        &format!("Bearer {name}.x"),
        &format!("Bearer {stolen}"),
    ] {
        assert_eq!(stand.connect_by_header(bad), 401, "{bad}");
    }
    let none = event(include_str!("../tests/events/connect.json"), |_| ());
    assert_eq!(stand.handle(&none).status_code, 401);
    assert_eq!(run(stand.with.devices.device_of(&connection())).unwrap(), None);
}

#[test]
fn a_token_is_good_until_it_ends_or_is_replaced() {
    let stand = Stand::new();
    let old = stand.token(&phone());
    stand.clock.advance(SignedDuration::from_millis(59_999));
    assert_eq!(stand.connect_by_query(&old), 200);
    stand.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(stand.connect_by_query(&old), 401, "it has run out");
    // The secrets of this test repeat themselves, so another device's is made first.
    let secrets = CountingSecrets::default();
    let issue = || {
        run(issue_device_token(
            &stand.with.devices,
            &secrets,
            &stand.clock,
            &phone(),
            None,
            &"key-1".parse().unwrap(),
        ))
        .unwrap()
    };
    let (first, second) = (issue(), issue());
    assert_eq!(stand.connect_by_query(first.token.expose()), 401, "it was replaced");
    assert_eq!(stand.connect_by_query(second.token.expose()), 200);
}

#[test]
fn a_store_that_does_not_answer_refuses_nobody_for_good() {
    let weather = Weather::storm(1, 0);
    let stand = Stand::in_weather(&weather);
    let token = stand.token(&phone());
    let stand = Stand::in_weather(&Weather::storm(1, 1_000));
    assert_eq!(stand.connect_by_query(&token), 503);
}

#[test]
fn a_device_that_registers_gets_what_it_missed_and_is_reached_from_then_on() {
    let stand = Stand::with_a_phone();
    let waiting: Vec<Instruction> = (0..5).map(|slot| an_instruction(&phone(), slot)).collect();
    run(stand.with.devices.keep(&waiting)).unwrap();
    assert_eq!(run(stand.with.devices.connections(&phone())).unwrap(), []);
    let sent = stand.says(&json!({ "type": "register" }));
    assert_eq!(sent.last(), Some(&ToDevice::Registered { missed: 5, more: false }));
    assert_eq!(sent.len(), 6);
    for instruction in waiting {
        assert!(sent.contains(&ToDevice::Revoke(instruction)));
    }
    assert_eq!(run(stand.with.devices.connections(&phone())).unwrap(), [connection()]);
}

#[test]
fn an_instruction_whose_window_has_closed_is_not_given() {
    let stand = Stand::with_a_phone();
    let instruction = an_instruction(&phone(), 0);
    run(stand.with.devices.keep(std::slice::from_ref(&instruction))).unwrap();
    stand.clock.set(instruction.closes_at - SignedDuration::from_millis(1));
    assert_eq!(stand.says(&json!({ "type": "register" })).len(), 2);
    stand.clock.set(instruction.closes_at);
    assert_eq!(
        stand.says(&json!({ "type": "register" })),
        [ToDevice::Registered { missed: 0, more: false }]
    );
}

#[test]
fn a_thousand_are_sent_at_once_and_the_rest_when_asked_again() {
    let stand = Stand::with_a_phone();
    let waiting: Vec<Instruction> = (0..1_003).map(|slot| an_instruction(&phone(), slot)).collect();
    run(stand.with.devices.keep(&waiting)).unwrap();
    let sent = stand.says(&json!({ "type": "register" }));
    assert_eq!(sent.last(), Some(&ToDevice::Registered { missed: 1_000, more: true }));
}

#[test]
fn an_acknowledgement_is_kept_as_a_receipt_and_ends_the_instruction() {
    let (stand, instruction) = Stand::with_an_instruction();
    let acked = ToDevice::Acked {
        instruction: instruction.id.clone(),
    };
    assert_eq!(stand.says(&ack(&instruction)), std::slice::from_ref(&acked));
    assert_eq!(stand.with.devices.waiting(), []);
    assert!(stand.has_receipt(&instruction, ReceiptEvent::Revoked));
    let jobs = stand.with.queue.sent();
    assert!(
        matches!(&jobs[..], [Job::Confirm { batch, .. }] if *batch == instruction.batch),
        "{jobs:?}"
    );
    // Said again, because the answer was lost: nothing more happens.
    assert_eq!(stand.says(&ack(&instruction)), [acked]);
    assert_eq!(stand.with.queue.sent().len(), 1);
}

#[test]
fn a_message_that_was_opened_before_is_acknowledged_as_what_it_is() {
    for (event, expected) in [("opened", ReceiptEvent::Opened), ("cleared", ReceiptEvent::Cleared)] {
        let (stand, instruction) = Stand::with_an_instruction();
        let mut frame = ack(&instruction);
        frame["event"] = json!(event);
        stand.says(&frame);
        assert!(stand.has_receipt(&instruction, expected));
        assert_eq!(stand.with.queue.sent(), [], "nothing was confirmed");
        assert_eq!(stand.with.devices.waiting(), []);
    }
}

#[test]
fn a_device_speaks_for_itself_only() {
    let (stand, instruction) = Stand::with_an_instruction();
    let other = "other=".parse().unwrap();
    run(stand.with.devices.begin(&other, &a_device("APP1", "somebody"), noon())).unwrap();
    let event = event(include_str!("../tests/events/message.json"), |event| {
        event["requestContext"]["connectionId"] = json!("other=");
        event["body"] = json!(ack(&instruction).to_string());
    });
    stand.handle(&event);
    assert!(!stand.has_receipt(&instruction, ReceiptEvent::Revoked));
    assert_eq!(stand.with.devices.waiting(), [instruction], "it still waits for its device");
}

#[test]
fn what_a_device_says_of_a_message_is_kept() {
    let (stand, instruction) = Stand::with_an_instruction();
    let receipt = |id: &str, batch: &str| json!({ "type": "receipt", "kind": "task", "id": id, "batch_id": batch, "event": "opened" });
    let noted = stand.says(&receipt("t1", "b1"));
    assert!(
        matches!(&noted[..], [ToDevice::Noted { receipt }] if receipt.event == ReceiptEvent::Opened),
        "{noted:?}"
    );
    assert!(stand.has_receipt(&instruction, ReceiptEvent::Opened));
    // It may be recorded yet; a push is registered before it is sent.
    assert!(matches!(stand.says(&receipt("t1", "b2"))[..], [ToDevice::Noted { .. }]));
    assert!(matches!(stand.says(&receipt("t2", "b1"))[..], [ToDevice::Error { .. }]));
    assert_eq!(stand.with.devices.waiting().len(), 1, "a receipt is no acknowledgement");
}

#[test]
fn a_ping_is_answered_and_what_is_no_frame_is_refused() {
    let stand = Stand::with_a_phone();
    assert_eq!(stand.says(&json!({ "type": "ping" })), [ToDevice::Pong]);
    for bad in [
        json!("no json"),
        json!({ "type": "$connect" }),
        json!({ "type": "ack", "instruction": "x" }),
    ] {
        assert!(matches!(stand.says(&bad)[..], [ToDevice::Error { .. }]), "{bad}");
    }
}

#[test]
fn a_frame_is_a_frame_whatever_route_it_names() {
    let stand = Stand::with_a_phone();
    let event = event(include_str!("../tests/events/message.json"), |event| {
        event["requestContext"]["routeKey"] = json!("$connect");
        event["body"] = json!(r#"{"type":"$connect"}"#);
    });
    stand.handle(&event);
    assert!(matches!(stand.with.links.sent_to(&connection())[..], [ToDevice::Error { .. }]));
}

#[test]
fn a_connection_that_nobody_knows_is_told_to_connect_again() {
    let stand = Stand::new();
    for frame in [json!({ "type": "register" }), ack(&an_instruction(&phone(), 0))] {
        assert_eq!(stand.says(&frame), [UNKNOWN]);
    }
}

#[test]
fn a_device_that_goes_is_forgotten() {
    let stand = Stand::with_a_phone();
    stand.says(&json!({ "type": "register" }));
    let gone = event(include_str!("../tests/events/disconnect.json"), |_| ());
    for _ in 0..2 {
        assert_eq!(stand.handle(&gone), OK);
        assert_eq!(run(stand.with.devices.connections(&phone())).unwrap(), []);
        assert_eq!(run(stand.with.devices.device_of(&connection())).unwrap(), None);
    }
}

#[test]
fn a_device_that_goes_while_it_registers_is_forgotten() {
    let stand = Stand::with_a_phone();
    stand.with.links.is_gone(&connection());
    assert_eq!(stand.says(&json!({ "type": "register" })), []);
    assert_eq!(run(stand.with.devices.connections(&phone())).unwrap(), []);
}
