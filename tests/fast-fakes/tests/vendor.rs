//! The fake vendors: yes to all, or no to some, in each one's own form.

#![expect(clippy::unwrap_used, reason = "in tests, helpers included, a failure is a panic")]

use fast_fakes::FastVendor;
use http::{Method, StatusCode};
use serde_json::{Value, json};

fn ask(vendor: &FastVendor, path: &str, body: &str) -> Value {
    let (status, answer) = vendor.answer(&Method::POST, path, body.as_bytes()).unwrap();
    assert_eq!(status, StatusCode::OK);
    serde_json::from_slice(&answer).unwrap()
}

#[test]
fn every_device_is_counted_and_every_tenth_is_refused_when_some_are() {
    let vendor = FastVendor::default();
    let tokens: Vec<String> = (0..20).map(|nth| format!("t{nth}")).collect();
    let huawei = json!({"message": {"token": tokens}}).to_string();
    let vivo = json!({"regIds": tokens}).to_string();
    let xiaomi = format!("title=a&registration_id={}", tokens.join("%2C"));
    let messages: Vec<Value> = tokens.iter().map(|token| json!({"target_value": token})).collect();
    let messages = percent_encoding::utf8_percent_encode(&json!(messages).to_string(), percent_encoding::NON_ALPHANUMERIC).to_string();
    let oppo = format!("auth_token=x&messages={messages}");
    assert_eq!(ask(&vendor, "/v1/104/messages:send", &huawei)["code"], "80000000");
    assert_eq!(vendor.take_counts(), (1, 20));

    vendor.refuse_some(true);
    let told: Value = serde_json::from_str(ask(&vendor, "/v1/104/messages:send", &huawei)["msg"].as_str().unwrap()).unwrap();
    assert_eq!(told["illegal_tokens"], json!(["t0", "t10"]));
    assert_eq!(ask(&vendor, "/v3/message/regid", &xiaomi)["data"]["bad_regids"], "t0,t10");
    let invalid = ask(&vendor, "/message/pushToList", &vivo)["invalidUsers"].take();
    assert_eq!(invalid[1]["userid"], "t10");
    let each = ask(&vendor, "/server/v1/message/notification/unicast_batch", &oppo)["data"].take();
    assert_eq!([&each[0]["errorCode"], &each[1]["registrationId"]], [&json!(10_000), &json!("t1")]);
    assert_eq!(vendor.take_counts(), (4, 80));
}

#[test]
fn apple_is_asked_for_one_device() {
    let vendor = FastVendor::default();
    vendor.refuse_some(true);
    let status = |token: &str| vendor.answer(&Method::POST, &format!("/3/device/{token}"), b"{}").unwrap().0;
    assert_eq!([status("aa1"), status("aa0")], [StatusCode::OK, StatusCode::GONE]);
}

#[test]
fn whatever_is_no_vendors_is_answered_by_nobody() {
    let vendor = FastVendor::default();
    assert!(vendor.answer(&Method::GET, "/3/device/a", b"").is_none());
    assert!(vendor.answer(&Method::POST, "/elsewhere", b"").is_none());
}
