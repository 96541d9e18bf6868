//! The control API itself.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::huawei::message;
use crate::support::{World, apns, oppo, vivo, xiaomi};

#[tokio::test]
async fn what_it_does_not_understand_is_refused() {
    let world = World::start().await;
    let requests = [
        ("/devices", json!({ "vendor": "huawei", "app": "1", "token": ["x"] })),
        ("/devices", json!({ "vendor": "nokia", "app": "1", "tokens": ["x"] })),
        ("/faults", json!({ "vendor": "huawei", "throtle_next": 1 })),
        ("/faults", json!({ "vendor": "apns", "fail_tokens": { "x": "Nonsense" } })),
        ("/faults", json!({ "throttle_next": 1 })),
        ("/apps", json!({ "vendor": "huawei", "app_id": "1" })),
        ("/apps", json!({ "vendor": "xiaomi", "package": "com.example" })),
        ("/apps", json!({ "vendor": "oppo", "app_key": "k", "app_secret": "s" })),
        (
            "/apps",
            json!({ "vendor": "vivo", "app_id": "1", "app_key": "k", "app_secret": "s" }),
        ),
        (
            "/apps",
            json!({
                "vendor": "apns", "team_id": "T", "key_id": "K", "bundle_id": "b",
                "public_key_pem": "nothing",
            }),
        ),
        ("/apps", json!({ "vendor": "honor", "app_id": "1", "client_secret": "s" })),
        ("/apps", json!({ "vendor": "meizu", "app_id": "1", "app_key": "k" })),
        ("/nowhere", json!({})),
    ];
    for (path, body) in requests {
        let (status, answer) = world.control_raw(path, body.clone()).await;
        assert_eq!(status, 400, "{path} {body}");
        assert!(answer["error"].is_string());
    }
}

#[tokio::test]
async fn bars_are_asked_for_in_bulk_and_an_unknown_device_is_null() {
    let world = World::start().await;
    world.huawei_devices(&["device-1", "device-2"]).await;
    let tokens = json!({ "vendor": "huawei", "tokens": ["device-1", "device-2", "nobody"] });
    let bars = world.control("/bars", tokens).await;
    assert_eq!(bars["device-1"]["state"], json!("active"));
    assert_eq!(bars["device-2"]["notifications"], json!([]));
    assert_eq!(bars["nobody"], Value::Null);
}

#[tokio::test]
async fn delivering_to_unknown_devices_names_them() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let answer = world
        .control(
            "/deliver",
            json!({
                "vendor": "huawei", "tokens": ["device-1", "nobody"],
                "title": "t", "body": "b",
            }),
        )
        .await;
    assert_eq!(answer, json!({ "delivered": 1, "unknown": ["nobody"] }));
    let device = world.device("huawei", "device-1").await;
    assert_eq!(device["pushes"], json!(0));
    assert_eq!(device["notifications"][0]["key"], Value::Null);
}

#[tokio::test]
async fn registering_again_changes_the_state_and_keeps_the_bar() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let delivery = json!({ "vendor": "huawei", "tokens": ["device-1"], "title": "t", "body": "b" });
    world.control("/deliver", delivery).await;
    let change = json!({
        "vendor": "huawei", "app": "104410638", "tokens": ["device-1"], "state": "unregistered",
    });
    world.control("/devices", change).await;
    let device = world.device("huawei", "device-1").await;
    assert_eq!(device["state"], json!("unregistered"));
    assert_eq!(device["notifications"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn reset_wipes_apps_sessions_devices_faults_and_numbers() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    world.control("/faults", json!({ "vendor": "huawei", "throttle_next": 9 })).await;
    world.control("/reset", json!({})).await;
    assert_eq!(world.stats("huawei").await["logins"], json!(0));
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!(answer.code(), "80200001");
    assert!(world.device("huawei", "device-1").await["error"].is_string());
    let wrong = world.login_form("grant_type=client_credentials&client_id=104410638&client_secret=a-client-secret");
    assert_eq!(wrong.send().await.unwrap().status().as_u16(), 401);
}

#[tokio::test]
async fn statistics_never_name_a_device_or_a_text() {
    let world = World::start().await;
    let session = world.login().await;
    let mut body = message(&["planted-token"]);
    body["message"]["android"]["notification"]["title"] = json!(["planted-text"]);
    world.huawei_send(&session, &body).await;
    body["message"]["android"]["urgency"] = json!("planted-word");
    world.huawei_send(&session, &body).await;
    let stats = world.look("/stats").await.to_string();
    assert!(stats.contains("a field has the wrong type"));
    assert!(!stats.contains("planted"), "{stats}");
    assert!(!stats.contains(&session));
}

#[tokio::test]
async fn sessions_are_counted_once_each_however_often_they_come() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    for _ in 0..2 {
        let session = world.login().await;
        for _ in 0..3 {
            world.huawei_send(&session, &message(&["device-1"])).await;
        }
    }
    world.huawei_send("made-up", &message(&["device-1"])).await;
    assert_eq!(world.stats("huawei").await["sessions_seen"], json!(2));

    world.apns_devices(&[1], "active").await;
    let token = world.signer.token();
    for _ in 0..3 {
        apns::answered(world.apns_request(&token, 1)).await;
    }
    apns::answered(world.apns_request("made.up.token", 1)).await;
    let stats = world.stats("apns").await;
    assert_eq!((&stats["sessions_seen"], &stats["recalls"]), (&json!(1), &json!(0)));
    assert_eq!(world.stats("xiaomi").await["sessions_seen"], json!(0));
    world.control("/reset", json!({})).await;
    assert_eq!(world.stats("huawei").await["sessions_seen"], json!(0));
}

#[tokio::test]
async fn reset_forgets_what_the_younger_vendors_know_too() {
    let world = World::start().await;
    world.oppo_devices(&["device-1"]).await;
    let (oppo_session, vivo_session) = (world.oppo_login().await, world.vivo_login().await);
    let task = world.vivo_saved(&vivo_session).await;
    world.oppo_send(&oppo_session, &oppo::message("device-1", "rv-1")).await;
    world.control("/reset", json!({})).await;
    let answer = world.xiaomi_send(&xiaomi::message("device-1")).await;
    assert_eq!(answer["code"], json!(21301));
    let answer = world.oppo_send(&oppo_session, &oppo::message("device-1", "rv-1")).await;
    assert_eq!(answer["code"], json!(11));
    assert_eq!(world.vivo(&vivo_session, "send", &vivo::message("x")).await["result"], json!(10000));

    world.register_apps().await;
    world.oppo_devices(&["device-1"]).await;
    let answer = world.oppo_send(&world.oppo_login().await, &oppo::message("device-1", "rv-1")).await;
    assert_eq!(answer["code"], json!(0));
    let answer = world.vivo(&world.vivo_login().await, "recall", &vivo::recall(&task)).await;
    assert_eq!(answer["result"], json!(10155));
}

#[tokio::test]
async fn latency_and_the_black_hole_are_for_every_vendor() {
    let world = World::start().await;
    let session = world.oppo_login().await;
    for vendor in ["xiaomi", "oppo", "vivo"] {
        world.order(vendor, json!({ "latency_ms": 200 })).await;
    }
    let before = Instant::now();
    world.xiaomi_send(&xiaomi::message("device-1")).await;
    world.oppo_send(&session, &oppo::message("device-1", "rv-1")).await;
    world.vivo_login().await;
    assert!(before.elapsed() >= Duration::from_millis(600));
    world.order("vivo", json!({ "black_hole": true, "latency_ms": 0 })).await;
    let lost = world
        .vivo_request("any", "send", &vivo::message("x"))
        .timeout(Duration::from_millis(300));
    assert!(lost.send().await.unwrap_err().is_timeout());
}
