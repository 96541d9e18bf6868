//! What Apple says about devices.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::apns::{answered, device};

#[tokio::test]
async fn an_unknown_device_token_is_bad_and_no_violation() {
    let world = World::start().await;
    let answer = answered(world.apns_request(&world.signer.token(), 9)).await;
    assert_eq!((answer.status, answer.reason().as_str()), (400, "BadDeviceToken"));
    assert_eq!(world.violations("apns").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_unregistered_device_is_gone_since_a_time() {
    let world = World::start().await;
    world.apns_devices(&[1], "unregistered").await;
    let answer = answered(world.apns_request(&world.signer.token(), 1)).await;
    assert_eq!((answer.status, answer.reason().as_str()), (410, "Unregistered"));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(body["timestamp"].as_u64().unwrap() > 1_700_000_000_000);
}

#[tokio::test]
async fn a_device_of_another_app_is_not_for_the_topic() {
    let world = World::start().await;
    world
        .control(
            "/devices",
            json!({ "vendor": "apns", "app": "com.example.other", "tokens": [device(1)] }),
        )
        .await;
    let answer = answered(world.apns_request(&world.signer.token(), 1)).await;
    assert_eq!((answer.status, answer.reason().as_str()), (400, "DeviceTokenNotForTopic"));
}

#[tokio::test]
async fn for_a_device_that_is_offline_only_the_latest_push_is_stored() {
    let world = World::start().await;
    world.apns_devices(&[1], "offline").await;
    let token = world.signer.token();
    for collapse_id in ["first", "second"] {
        let request = world
            .apns_bare(&device(1))
            .header("authorization", format!("bearer {token}"))
            .header("apns-topic", crate::support::apns::BUNDLE)
            .header("apns-push-type", "alert")
            .header("apns-collapse-id", collapse_id)
            .body(crate::support::apns::alert().to_string());
        assert_eq!(answered(request).await.status, 200);
    }
    let before = world.device("apns", &device(1)).await;
    assert_eq!(before["notifications"], json!([]));
    assert_eq!(before["state"], json!("offline"));
    world.control("/online", json!({ "vendor": "apns", "tokens": [device(1)] })).await;
    let after = world.device("apns", &device(1)).await;
    assert_eq!(after["notifications"].as_array().unwrap().len(), 1);
    assert_eq!(after["notifications"][0]["key"], json!("second"));
    assert_eq!(after["pushes"], json!(2));
}

#[tokio::test]
async fn a_push_that_expires_at_once_is_not_stored() {
    let world = World::start().await;
    world.apns_devices(&[1], "offline").await;
    let request = world.apns_request(&world.signer.token(), 1).header("apns-expiration", "0");
    assert_eq!(answered(request).await.status, 200);
    world.control("/online", json!({ "vendor": "apns", "tokens": [device(1)] })).await;
    let after = world.device("apns", &device(1)).await;
    assert_eq!(after["notifications"], json!([]));
}
