//! What devices and vendors say of deliveries.

use insta::assert_snapshot;
use revocation_app::ports::CallbackSecret;
use serde_json::{Value, json};

use crate::with_a_task;

fn receipt(id: &str, batch: &str, token: &str) -> Value {
    json!({"kind": "task", "id": id, "batch_id": batch, "token": token, "event": "opened", "at": "2035-01-01T13:00:00Z"})
}

#[test]
fn a_receipt_is_taken_kept_for_later_or_of_nobody() {
    let world = with_a_task();
    let body = json!({"receipts": [receipt("t1", "b1", "b1-0"), receipt("t1", "b9", "x"), receipt("t9", "b1", "x")]});
    world.ask("sender", "POST /v1/receipts", &body).expect(200);
    world.ask("other-sender", "POST /v1/receipts", &body).expect(200);
    assert_snapshot!(world.told());
}

fn callback(channel: &str) -> String {
    format!("POST /v1/receipts/{channel}?access_key=callback-{channel}.{}", api::SECRET)
}

#[test]
fn each_vendor_calls_back_in_its_own_words() {
    let world = with_a_task();
    for (channel, body) in [
        (
            "huawei",
            json!({"statuses": [{"biTag": "task/t1/b1", "token": "b1-0", "status": 0, "timestamp": 2_051_269_200_000_i64}]}),
        ),
        (
            "harmony",
            json!({"statuses": [{"biTag": "task/t1/b1", "token": "b1-0", "pushType": 0, "deliveryStatus": {"result": 0, "timestamp": 2_051_269_200_000_i64}}]}),
        ),
        (
            "xiaomi",
            json!({"m1": {"param": "task/t1/b1", "targets": "b1-0,b1-1", "type": 2, "timestamp": 2_051_269_200_000_i64}}),
        ),
        (
            "oppo",
            json!([{"param": "task/t1/b1", "registrationIds": "b1-0", "eventType": "push_arrive", "eventTime": 2_051_269_200_000_i64}]),
        ),
        (
            "vivo",
            json!({"m1": {"param": "task/t1/b1", "targets": "b1-0", "ackType": "0", "ackTime": 2_051_269_200_000_i64}}),
        ),
        ("meizu", json!({"m1-2": {"param": "task/t1/b1", "targets": ["b1-0"], "type": 2}})),
    ] {
        world.ask("", &callback(channel), &body).expect(200);
    }
    world.send("", &callback("huawei"), &[], "not JSON");
    assert_snapshot!(world.told());
}

#[test]
fn where_a_secret_is_kept_huawei_must_sign() {
    let world = with_a_task();
    let secret = CallbackSecret {
        user: "shop".to_owned(),
        secret: "secret".to_owned(),
    };
    world.keys.set_callback_secret(&"callback-huawei".parse().unwrap(), secret);
    let forged = ("x-huawei-callback-id", "timestamp=2051269200000; nonce=n; value=AAAA");
    world.send("", &callback("huawei"), &[], "{}").expect(401);
    world.send("", &callback("huawei"), &[forged], "{}").expect(401);
    assert_snapshot!(world.told());
}
