//! `push-xiaomi` and `xiaomi-push` against the simulated Xiaomi.
//!
//! Two, because the first cannot be told a notification id: it takes the milliseconds since 1970.

use serde_json::{Value, json};

use crate::support::{Client, World};

const PACKAGE: &str = "com.example.shop";
const SECRET: &str = "an-app-secret";

/// All of sound, vibration and light.
const LOUD: i32 = -1;
/// A light only.
const QUIET: i32 = 4;

async fn world(devices: &[String]) -> World {
    let world = World::start();
    world
        .order("/apps", json!({ "vendor": "xiaomi", "package": PACKAGE, "app_secret": SECRET }))
        .await;
    world.devices("xiaomi", PACKAGE, devices).await;
    world
}

async fn push_xiaomi(world: &World, clock: Option<u32>) -> Client {
    let mut settings = json!({ "url": world.sim.url("xiaomi"), "appSecret": SECRET, "appPkgName": PACKAGE });
    if let Some(clock) = clock {
        settings["clock"] = clock.into();
    }
    Client::node("push-xiaomi.cjs", world, settings).await
}

async fn xiaomi_push(world: &World, secret: &str) -> Client {
    let settings = json!({ "url": world.sim.url("xiaomi"), "appSecret": secret, "appPkgName": PACKAGE });
    Client::node("xiaomi-push.cjs", world, settings).await
}

fn devices(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("device-{number}")).collect()
}

fn original(devices: &[String]) -> Value {
    json!({
        "title": "Half price today",
        "body": "Half price today, in more words",
        "notifyId": 123_456,
        "notifyType": LOUD,
        "regIds": devices,
    })
}

fn notice(devices: &[String]) -> Value {
    json!({
        "title": "Message revoked",
        "body": "Message revoked, in more words",
        "notifyId": 123_456,
        "notifyType": QUIET,
        "regIds": devices,
    })
}

#[tokio::test]
async fn push_xiaomi_breaks_the_range_of_notification_ids_and_no_other_rule() {
    let devices = devices(1);
    let world = world(&devices).await;
    let mut client = push_xiaomi(&world, None).await;

    let reported = client.ask(original(&devices)).await;

    // Documented: 0 to 2147483647. The milliseconds since 1970 are far beyond.
    let stats = world.stats("xiaomi").await;
    assert_eq!(stats["violations"], json!([{ "what": "notify_id is out of range" }]));
    assert_eq!((&reported["sent"], &reported["ids"]), (&json!(0), &json!(0)));
    world.device("xiaomi", &devices[0]).await.shows_nothing();
}

/// Sends, looks, overwrites and looks again; the client says `success` both times.
async fn overwrites_in_place(world: &World, client: &mut Client, success: Value) {
    let devices = devices(1);
    assert_eq!(client.ask(original(&devices)).await, success);
    let shown = world.device("xiaomi", &devices[0]).await;
    shown.shows_only("123456", "Half price today", false);
    assert_eq!(client.ask(notice(&devices)).await, success);
    world.device("xiaomi", &devices[0]).await.overwritten("123456");
    world.assert_no_violation("xiaomi").await;
}

#[tokio::test]
async fn push_xiaomi_overwrites_in_place_while_its_clock_stands_still() {
    let devices = devices(1);
    let world = world(&devices).await;
    let mut client = push_xiaomi(&world, Some(123_456)).await;
    overwrites_in_place(&world, &mut client, json!({ "codes": [0], "sent": 1, "failed": 0, "ids": 1 })).await;
}

#[tokio::test]
async fn push_xiaomi_splits_a_long_list_and_counts_what_was_bad() {
    let mut devices = devices(1000);
    let world = world(&devices).await;
    devices.insert(700, "nobody".to_owned());
    let mut client = push_xiaomi(&world, Some(123_456)).await;

    let reported = client.ask(notice(&devices)).await;

    // It takes 500 at a time; the last batch here has one.
    assert_eq!(reported, json!({ "codes": [0, 0, 0], "sent": 1000, "failed": 1, "ids": 3 }));
    let stats = world.stats("xiaomi").await;
    assert_eq!((&stats["calls"], &stats["pushes"]), (&json!(3), &json!(1000)));
    world.assert_no_violation("xiaomi").await;
}

#[tokio::test]
async fn push_xiaomi_counts_every_device_when_all_were_bad() {
    let world = world(&[]).await;
    let mut client = push_xiaomi(&world, Some(123_456)).await;

    let reported = client.ask(notice(&devices(2))).await;

    assert_eq!(reported, json!({ "codes": [20301], "sent": 0, "failed": 2, "ids": 0 }));
    world.assert_no_violation("xiaomi").await;
}

#[tokio::test]
async fn xiaomi_push_overwrites_a_notification_in_place() {
    let devices = devices(1);
    let world = world(&devices).await;
    let mut client = xiaomi_push(&world, SECRET).await;
    overwrites_in_place(&world, &mut client, json!({ "code": 0, "result": "ok", "bad": "" })).await;
}

#[tokio::test]
async fn xiaomi_push_reports_which_device_was_bad() {
    let mut devices = devices(2);
    let world = world(&devices).await;
    devices.push("nobody".to_owned());
    let mut client = xiaomi_push(&world, SECRET).await;

    let reported = client.ask(notice(&devices)).await;

    assert_eq!(reported, json!({ "code": 0, "result": "ok", "bad": "nobody" }));
    world.device("xiaomi", &devices[1]).await.took(1);
    world.assert_no_violation("xiaomi").await;
}

#[tokio::test]
async fn xiaomi_push_fails_with_the_answer_when_the_secret_is_wrong() {
    let devices = devices(1);
    let world = world(&devices).await;
    let mut client = xiaomi_push(&world, "another-secret").await;

    let reported = client.ask(notice(&devices)).await;

    let answer: Value = serde_json::from_str(reported["error"].as_str().unwrap()).unwrap();
    assert_eq!((&answer["result"], &answer["code"]), (&json!("error"), &json!(21301)));
    world.device("xiaomi", &devices[0]).await.shows_nothing();
    world.assert_no_violation("xiaomi").await;
}
