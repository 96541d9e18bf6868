//! Faults on order, for both vendors.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::apns::{self, device};
use crate::support::huawei::{self, message};
use crate::support::{World, is_cut};

async fn world() -> (World, String) {
    let world = World::start().await;
    world.huawei_devices(&["device-1", "device-2"]).await;
    world.apns_devices(&[1, 2], "active").await;
    let session = world.login().await;
    (world, session)
}

async fn order(world: &World, vendor: &str, mut fault: Value) {
    fault["vendor"] = json!(vendor);
    world.control("/faults", fault).await;
}

async fn pushes(world: &World, vendor: &str, token: &str) -> u64 {
    world.device(vendor, token).await["pushes"].as_u64().unwrap()
}

#[tokio::test]
async fn throttled_pushes_have_no_effect_and_end_after_the_number() {
    let (world, session) = world().await;
    order(&world, "huawei", json!({ "throttle_next": 2 })).await;
    for expected in [503, 503, 200] {
        let answer = world.huawei_send(&session, &message(&["device-1"])).await;
        assert_eq!(answer.status, expected);
    }
    assert_eq!(pushes(&world, "huawei", "device-1").await, 1);

    order(&world, "apns", json!({ "throttle_next": 1, "retry_after_s": 7 })).await;
    let token = world.signer.token();
    let answer = world.apns_request(&token, 1).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 429);
    assert_eq!(answer.headers()["retry-after"], "7");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["reason"], json!("TooManyRequests"));
    assert_eq!(apns::answered(world.apns_request(&token, 1)).await.status, 200);
}

#[tokio::test]
async fn errors_of_choice_befall_pushes_or_logins() {
    let (world, session) = world().await;
    let fault = json!({ "error_next": { "n": 1, "status": 500, "code": "81000001" } });
    order(&world, "huawei", fault).await;
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!((answer.status, answer.code()), (500, "81000001"));
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!(answer.code(), "80000000");

    let fault = json!({ "error_next": { "n": 1, "status": 502, "on": "login" } });
    order(&world, "huawei", fault).await;
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!(answer.code(), "80000000");
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        huawei::APP,
        huawei::SECRET
    );
    assert_eq!(huawei::answered(world.login_form(&form)).await.status, 502);
    assert_eq!(huawei::answered(world.login_form(&form)).await.status, 200);

    let fault = json!({ "error_next": { "n": 1, "status": 503, "code": "Shutdown" } });
    order(&world, "apns", fault).await;
    let answer = apns::answered(world.apns_request(&world.signer.token(), 1)).await;
    assert_eq!((answer.status, answer.reason().as_str()), (503, "Shutdown"));
}

#[tokio::test]
async fn single_devices_can_be_made_to_fail() {
    let (world, session) = world().await;
    order(&world, "huawei", json!({ "fail_tokens": { "device-1": "80300007" } })).await;
    let answer = world.huawei_send(&session, &message(&["device-1", "device-2"])).await;
    assert_eq!(answer.code(), "80100000");
    assert!(answer.body["msg"].as_str().unwrap().contains("device-1"));
    order(&world, "huawei", json!({ "fail_tokens": { "device-1": "80100016" } })).await;
    let answer = world.huawei_send(&session, &message(&["device-1", "device-2"])).await;
    assert_eq!((answer.status, answer.code()), (400, "80100016"));
    assert_eq!(pushes(&world, "huawei", "device-2").await, 1);

    let fault = json!({ "fail_tokens": { device(1): "ExpiredToken" } });
    order(&world, "apns", fault).await;
    let token = world.signer.token();
    let answer = apns::answered(world.apns_request(&token, 1)).await;
    assert_eq!((answer.status, answer.reason().as_str()), (410, "ExpiredToken"));
    assert_eq!(apns::answered(world.apns_request(&token, 2)).await.status, 200);
}

#[tokio::test]
async fn a_dropped_push_has_no_effect_and_no_answer() {
    let (world, session) = world().await;
    order(&world, "huawei", json!({ "drop_next": 1 })).await;
    let request = world.huawei_request(&session, &message(&["device-1"]));
    assert!(is_cut(&request.send().await));
    assert_eq!(pushes(&world, "huawei", "device-1").await, 0);

    order(&world, "apns", json!({ "drop_next": 1 })).await;
    let token = world.signer.token();
    assert!(is_cut(&world.apns_request(&token, 1).send().await));
    assert_eq!(pushes(&world, "apns", &device(1)).await, 0);
    assert_eq!(apns::answered(world.apns_request(&token, 1)).await.status, 200);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_push_took_effect() {
    let (world, session) = world().await;
    order(&world, "huawei", json!({ "drop_after_effect_next": 1 })).await;
    let request = world.huawei_request(&session, &message(&["device-1"]));
    assert!(is_cut(&request.send().await));
    assert_eq!(pushes(&world, "huawei", "device-1").await, 1);

    order(&world, "apns", json!({ "drop_after_effect_next": 1 })).await;
    let token = world.signer.token();
    assert!(is_cut(&world.apns_request(&token, 1).send().await));
    assert_eq!(pushes(&world, "apns", &device(1)).await, 1);
}

#[tokio::test]
async fn a_black_hole_accepts_and_never_answers_until_the_faults_are_cleared() {
    let (world, session) = world().await;
    order(&world, "huawei", json!({ "black_hole": true })).await;
    let request = world
        .huawei_request(&session, &message(&["device-1"]))
        .timeout(Duration::from_millis(300));
    assert!(request.send().await.unwrap_err().is_timeout());
    assert_eq!(pushes(&world, "huawei", "device-1").await, 0);
    world.control("/faults/clear", json!({})).await;
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!(answer.code(), "80000000");
}

#[tokio::test]
async fn latency_delays_every_answer() {
    let (world, session) = world().await;
    order(&world, "huawei", json!({ "latency_ms": 200 })).await;
    let before = Instant::now();
    world.huawei_send(&session, &message(&["device-1"])).await;
    assert!(before.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_slow_device_delays_the_calls_that_name_it() {
    let (world, session) = world().await;
    order(&world, "huawei", json!({ "slow_tokens": { "device-1": 10_000 } })).await;
    let is_answered = async |token: &str| {
        let request = world.huawei_request(&session, &message(&[token]));
        request.timeout(Duration::from_secs(2)).send().await.is_ok()
    };
    assert!(is_answered("device-2").await);
    assert!(!is_answered("device-1").await);
}

#[tokio::test]
async fn a_request_that_breaks_the_contract_uses_no_fault_up() {
    let (world, session) = world().await;
    order(&world, "huawei", json!({ "throttle_next": 1 })).await;
    let answer = world.huawei_send(&session, &json!({})).await;
    assert_eq!(answer.code(), "80100003");
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!(answer.status, 503);
}
