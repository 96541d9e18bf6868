//! What each vendor's own words mean.

use super::*;

#[test]
fn huawei_what_reached_a_device_was_shown() {
    let body = r#"{"statuses": [
        {"biTag": "task/t1/b1", "appid": "13", "token": "T1", "status": 0, "timestamp": 1489993883189, "requestId": "1"},
        {"biTag": "task/t1/b1", "appid": "13", "token": "T2", "status": 2, "timestamp": 1489993883189, "requestId": "1"},
        {"biTag": "Trump", "appid": "13", "token": "T3", "status": 0, "timestamp": 1489993883189, "requestId": "1"},
        {"biTag": "task/t1/b1", "token": "T4", "pushType": 0, "deliveryStatus": {"result": 0, "timestamp": 1489993883190}},
        {"biTag": "task/t1/b1", "token": "T5", "pushType": 0, "deliveryStatus": {"result": 6, "timestamp": 1489993883190}},
        {"biTag": "task/t1/b1", "token": "T6", "pushType": 1, "formStatus": {"formId": 1, "result": 0}},
        {"biTag": "task/t1/b1", "token": "T7", "status": 0, "deliveryStatus": {"timestamp": 1}},
        {"biTag": "task/t1/b1", "token": "T8", "status": 0, "deliveryStatus": null}
    ]}"#;
    let (receipts, passed_over) = read(huawei::VENDOR, body);
    let expected = [
        "task t1 b1 T1 shown Some(1489993883189)",
        "task t1 b1 T4 shown Some(1489993883190)",
        "task t1 b1 T8 shown None",
    ];
    assert_eq!(receipts, expected);
    let counts = (passed_over.other_events, passed_over.not_ours, passed_over.unreadable);
    assert_eq!(counts, (3, 1, 1), "a result that is not there is no success");
}

/// The second version of the receipt, as the page of `HarmonyOS` has it: there is no other.
#[test]
fn harmony_what_reached_a_device_was_shown_and_what_was_dropped_is_counted() {
    let entry = |token: &str, more: Value| {
        let mut entry = json!({"token": token, "pushType": 0, "appPackageName": "com.example.shop", "requestId": "157"});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    };
    let delivered = |result: i64| json!({"biTag": "task/t1/b1", "deliveryStatus": {"result": result, "timestamp": 1_489_993_883_190_i64}});
    let body = json!({"statuses": [
        entry("T1", delivered(0)),
        entry("T2", delivered(2)),
        entry("T3", delivered(102)),
        entry("T4", delivered(256)),
        // A notice of ours has no text.
        entry("T5", json!({"biTag": "", "deliveryStatus": {"result": 256, "timestamp": 1}})),
        entry("T6", json!({"deliveryStatus": {"result": 0, "timestamp": 1}})),
        entry("T7", json!({"biTag": "task/t1/b1", "pushType": 1, "formStatus": {"formId": 1, "result": 0, "timestamp": 1}})),
    ]});
    let (receipts, passed_over) = read(huawei::HARMONY, &body.to_string());
    assert_eq!(receipts, ["task t1 b1 T1 shown Some(1489993883190)"]);
    let expected = PassedOver {
        dropped: 3,
        other_events: 2,
        not_ours: 1,
        ..PassedOver::default()
    };
    assert_eq!(passed_over, expected);
}

#[test]
fn xiaomi_what_was_delivered_was_shown_and_what_was_clicked_was_opened() {
    let data = r#"{
        "slm1": {"barStatus": "Enable", "type": 1, "param": "task/t%201/b1", "targets": "R1,R2", "timestamp": 1324167800000},
        "slm2": {"type": 2, "param": "message/m1/b2", "targets": "R+3/="},
        "slm3": {"type": 16, "param": "task/t1/b1", "targets": "R4"},
        "slm4": {"type": 1, "param": "other&data={}", "targets": "R5"}
    }"#;
    let expected = [
        "message m1 b2 R+3/= opened None",
        "task t 1 b1 R1 shown Some(1324167800000)",
        "task t 1 b1 R2 shown Some(1324167800000)",
    ];
    let form = format!("data={}&more=1", utf8_percent_encode(data, NON_ALPHANUMERIC));
    assert_eq!(told(xiaomi::VENDOR, &form), expected);
    assert_eq!(told(xiaomi::VENDOR, data), expected);
}

#[test]
fn oppo_what_arrived_was_shown() {
    let body = r#"[
        {"messageId": "m", "appId": "a", "taskId": "t", "registrationIds": "R1, R2", "eventTime": "1489993883189",
         "param": "task/t1/b1", "eventType": "push_arrive"},
        {"registrationIds": "R3", "param": "task/t1/b1", "eventType": "regid_invalid"},
        {"registrationIds": "R4", "param": "task/t1/b1", "eventTime": "soon"},
        {"registrationIds": "R5", "param": "", "eventType": "push_arrive"}
    ]"#;
    let (receipts, passed_over) = read(oppo::VENDOR, body);
    let expected = [
        "task t1 b1 R1 shown Some(1489993883189)",
        "task t1 b1 R2 shown Some(1489993883189)",
        "task t1 b1 R4 shown None",
    ];
    assert_eq!(receipts, expected);
    assert_eq!(passed_over.bad_times, 1);
}

#[test]
fn vivo_what_arrived_was_shown() {
    let body = r#"{
        "748": {"param": "task/t1/b1", "targets": "R1", "ackTime": 1489993883189, "ackType": "0"},
        "749": {"param": "task/t1/b1", "targets": "R2,R3"},
        "750": {"param": "task/t1/b1", "targets": "R4", "ackType": "1"},
        "751": {"param": "hello", "targets": "R5", "ackType": "0"}
    }"#;
    let expected = [
        "task t1 b1 R1 shown Some(1489993883189)",
        "task t1 b1 R2 shown None",
        "task t1 b1 R3 shown None",
    ];
    assert_eq!(told(vivo::VENDOR, body), expected);
}

#[test]
fn meizu_what_was_delivered_was_shown_and_what_was_clicked_was_opened() {
    let cb = r#"{
        "c2ee-1": {"param": "task/t1/b1", "type": 1, "targets": ["P2", "P1"]},
        "c2ee-2": {"param": "message/m1/b2", "type": 2, "targets": ["P3"]},
        "c2ef-1": {"param": "other", "type": 1, "targets": ["P4"]},
        "c2ef-4": {"param": "task/t1/b1", "type": 4, "targets": ["P5"]}
    }"#;
    let form = format!("access_token=planted&cb={}", utf8_percent_encode(cb, NON_ALPHANUMERIC));
    let (receipts, passed_over) = read(meizu::VENDOR, &form);
    let expected = [
        "message m1 b2 P3 opened None",
        "task t1 b1 P1 shown None",
        "task t1 b1 P2 shown None",
    ];
    assert_eq!(receipts, expected);
    assert_eq!((passed_over.not_ours, passed_over.other_events), (1, 1));
}
