//! A quota of a second, and what is counted of answers and devices.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::huawei::message;
use crate::support::{World, apns, oppo, vivo, xiaomi};

async fn quota(world: &World, vendor: &str, per_second: Value) {
    let wanted = json!({ "vendor": vendor, "per_second": per_second });
    world.control("/quotas", wanted).await;
}

async fn tally(world: &World, vendor: &str, app: &str) -> Value {
    world.control("/tally", json!({ "vendor": vendor, "app": app })).await
}

#[tokio::test]
async fn huawei_answers_503_to_more_devices_than_the_quota_and_they_are_not_reached() {
    let world = World::start().await;
    world.huawei_devices(&["device-1", "device-2", "device-3"]).await;
    let session = world.login().await;
    quota(&world, "huawei", json!(3)).await;
    let two = message(&["device-1", "device-2"]);
    let began = Instant::now();
    assert_eq!(world.huawei_send(&session, &two).await.status, 200);
    let refused = world.huawei_send(&session, &two).await;
    // A second that is over by now would prove nothing.
    if began.elapsed() < Duration::from_secs(1) {
        assert_eq!(refused.status, 503);
        assert_eq!(world.stats("huawei").await["over_quota"], json!(1));
        assert_eq!(world.device("huawei", "device-1").await["pushes"], json!(1));
    }
    tokio::time::sleep(Duration::from_millis(1_001).saturating_sub(began.elapsed())).await;
    assert_eq!(world.huawei_send(&session, &two).await.status, 200);
    assert_eq!(world.violations("huawei").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_quota_that_ends_refuses_nothing() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    quota(&world, "huawei", json!(1)).await;
    assert_eq!(world.huawei_send(&session, &message(&["device-1"])).await.status, 200);
    quota(&world, "huawei", Value::Null).await;
    for _ in 0..3 {
        assert_eq!(world.huawei_send(&session, &message(&["device-1"])).await.status, 200);
    }
}

#[tokio::test]
async fn no_quota_is_set_where_none_is_documented_and_none_is_nothing() {
    let world = World::start().await;
    for wanted in [
        json!({ "vendor": "apns", "per_second": 1 }),
        json!({ "vendor": "huawei", "per_second": 0 }),
        json!({ "vendor": "huawei", "a_second": 1 }),
    ] {
        let (status, answer) = world.control_raw("/quotas", wanted).await;
        assert_eq!(status, 400, "{answer}");
    }
    for vendor in ["huawei", "xiaomi", "oppo", "vivo", "fcm"] {
        quota(&world, vendor, json!(1)).await;
    }
}

#[tokio::test]
async fn a_yes_and_a_no_about_a_device_are_answers_and_a_quota_is_none() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    quota(&world, "huawei", json!(2)).await;
    let body = message(&["device-1", "nobody"]);
    assert_eq!(world.huawei_send(&session, &body).await.status, 200);
    let _ = world.huawei_send(&session, &body).await;
    let answers = world.look("/answers").await["huawei"].clone();
    let pushes = world.device("huawei", "device-1").await["pushes"].as_u64().unwrap();
    let counted: u64 = answers.as_array().unwrap().iter().map(|answer| answer[1].as_u64().unwrap()).sum();
    assert_eq!(counted, 2 * pushes);
    assert_eq!(world.look("/answers").await["apns"], json!([]));
}

#[tokio::test]
async fn devices_that_are_alike_are_one_line() {
    let world = World::start().await;
    let app = "104410638";
    world.huawei_devices(&["device-1", "device-2", "device-3"]).await;
    let delivery = json!({ "vendor": "huawei", "tokens": ["device-1", "device-2"], "key": "1", "title": "t", "body": "b" });
    world.control("/deliver", delivery).await;
    world.devices("huawei", app, &["device-3"], "unregistered").await;
    assert_eq!(
        tally(&world, "huawei", app).await,
        json!([
            { "state": "active", "pushes": 0, "removed": 0, "shows": ["t"], "devices": 2 },
            { "state": "unregistered", "pushes": 0, "removed": 0, "shows": [], "devices": 1 },
        ])
    );
    for (vendor, app) in [("xiaomi", xiaomi::PACKAGE), ("oppo", oppo::APP), ("apns", apns::BUNDLE)] {
        assert_eq!(tally(&world, vendor, app).await, json!([]));
    }
    assert_eq!(tally(&world, "vivo", &vivo::APP.to_string()).await, json!([]));
}
