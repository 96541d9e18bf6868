//! `@parse/node-apn` against the simulated Apple.

use rcgen::KeyPair;
use serde_json::{Value, json};

use crate::support::{Client, World, port};

const TEAM: &str = "TEAM123456";
const KEY: &str = "KEY1234567";
const BUNDLE: &str = "com.example.shop";

/// A device token with this number in it.
fn device(number: usize) -> String {
    format!("{number:064x}")
}

/// The simulator with active devices of these numbers, and the client.
async fn start(devices: &[String]) -> (World, Client) {
    let world = World::start();
    let key = KeyPair::generate().unwrap();
    let app = json!({
        "vendor": "apns",
        "team_id": TEAM,
        "key_id": KEY,
        "bundle_id": BUNDLE,
        "public_key_pem": key.public_key_pem(),
    });
    world.order("/apps", app).await;
    world.devices("apns", BUNDLE, devices).await;
    let settings = json!({
        "address": "127.0.0.1",
        "port": port(world.sim.url("apns")),
        "ca": world.sim.ca_pem,
        "key": key.serialize_pem(),
        "keyId": KEY,
        "teamId": TEAM,
        "topic": BUNDLE,
    });
    let client = Client::node("apns.cjs", &world, settings).await;
    (world, client)
}

fn original(devices: &[String]) -> Value {
    json!({
        "title": "Half price today",
        "body": "Half price today, in more words",
        "collapseId": "123456",
        "sound": "default",
        "devices": devices,
    })
}

/// Replaces the original, without a sound.
fn notice(devices: &[String]) -> Value {
    json!({
        "title": "Message revoked",
        "body": "Message revoked, in more words",
        "collapseId": "123456",
        "devices": devices,
    })
}

#[tokio::test]
async fn node_apn_overwrites_a_notification_in_place() {
    let devices = [device(1)];
    let (world, mut client) = start(&devices).await;

    let reported = client.ask(original(&devices)).await;
    assert_eq!(reported, json!({ "sent": devices, "failed": [] }));
    world
        .device("apns", &devices[0])
        .await
        .shows_only("123456", "Half price today", false);

    let reported = client.ask(notice(&devices)).await;
    assert_eq!(reported, json!({ "sent": devices, "failed": [] }));
    world.device("apns", &devices[0]).await.overwritten("123456");
    world.assert_no_violation("apns").await;
}

#[tokio::test]
async fn node_apn_overwrites_on_many_devices_over_one_connection() {
    let devices: Vec<String> = (0..300).map(device).collect();
    let (world, mut client) = start(&devices).await;

    for push in [original(&devices), notice(&devices)] {
        let reported = client.ask(push).await;
        assert_eq!(reported, json!({ "sent": devices, "failed": [] }));
    }

    for device in &devices {
        world.device("apns", device).await.overwritten("123456");
    }
    // Apple allows one stream until the first push is accepted; the client saw that and waited.
    let stats = world.stats("apns").await;
    assert_eq!((&stats["connections"], &stats["refused_streams"]), (&json!(1), &json!(0)));
    world.assert_no_violation("apns").await;
}

#[tokio::test]
async fn node_apn_reports_the_devices_that_failed_and_why() {
    let devices = [device(1), device(2)];
    let (world, mut client) = start(&devices[..1]).await;
    let gone = json!({ "vendor": "apns", "app": BUNDLE, "tokens": devices[1..], "state": "unregistered" });
    world.order("/devices", gone).await;
    client.ask(original(&devices[..1])).await;

    let reported = client.ask(notice(&[device(1), device(2), device(3)])).await;

    assert_eq!(reported["sent"], json!([device(1)]));
    let failed = json!([
        { "device": device(2), "status": 410, "reason": "Unregistered" },
        { "device": device(3), "status": 400, "reason": "BadDeviceToken" },
    ]);
    assert_eq!(reported["failed"], failed);
    world.device("apns", &device(1)).await.shows_only("123456", "Message revoked", true);
    world.assert_no_violation("apns").await;
}

#[tokio::test]
async fn node_apn_sends_again_what_was_throttled() {
    let devices = [device(1)];
    let (world, mut client) = start(&devices).await;
    world.order("/faults", json!({ "vendor": "apns", "throttle_next": 1 })).await;

    let reported = client.ask(original(&devices)).await;

    assert_eq!(reported, json!({ "sent": devices, "failed": [] }));
    world.device("apns", &devices[0]).await.took(1);
    assert_eq!(world.stats("apns").await["calls"], 2);
    world.assert_no_violation("apns").await;
}

#[tokio::test]
async fn node_apn_signs_anew_when_its_provider_token_has_expired() {
    let devices = [device(1)];
    let (world, mut client) = start(&devices).await;
    client.ask(original(&devices)).await;
    world.order("/faults", json!({ "vendor": "apns", "expire_sessions": true })).await;

    let reported = client.ask(notice(&devices)).await;

    assert_eq!(reported, json!({ "sent": devices, "failed": [] }));
    world.device("apns", &devices[0]).await.overwritten("123456");
    world.assert_no_violation("apns").await;
}
