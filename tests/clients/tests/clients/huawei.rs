//! `python-huawei-push-admin` against the simulated Huawei.

use serde_json::{Value, json};

use crate::support::{Client, World};

const APP: &str = "104410638";
const SECRET: &str = "a-client-secret";

/// The simulator with active devices `device-0`, `device-1`, .., and the client with this secret.
async fn start(devices: &[String], secret: &str) -> (World, Client) {
    let world = World::start();
    world
        .order("/apps", json!({ "vendor": "huawei", "app_id": APP, "client_secret": SECRET }))
        .await;
    world.devices("huawei", APP, devices).await;
    let settings = json!({
        "url": world.sim.url("huawei"),
        "ca": world.ca_file,
        "app_id": APP,
        "secret": secret,
    });
    let client = Client::python("huawei.py", settings).await;
    (world, client)
}

fn devices(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("device-{number}")).collect()
}

fn original(devices: &[String]) -> Value {
    json!({
        "title": "Half price today",
        "body": "Half price today, in more words",
        "notify_id": 123_456,
        "importance": "NORMAL",
        "tokens": devices,
    })
}

/// Replaces the original; of low importance, so without a sound.
fn notice(devices: &[String]) -> Value {
    json!({
        "title": "Message revoked",
        "body": "Message revoked, in more words",
        "notify_id": 123_456,
        "importance": "LOW",
        "tokens": devices,
    })
}

#[tokio::test]
async fn the_huawei_sdk_overwrites_a_notification_in_place() {
    let devices = devices(1);
    let (world, mut client) = start(&devices, SECRET).await;

    let reported = client.ask(original(&devices)).await;
    assert_eq!((&reported["code"], &reported["reason"]), (&json!("80000000"), &json!("Success")));
    world
        .device("huawei", &devices[0])
        .await
        .shows_only("123456", "Half price today", false);

    let reported = client.ask(notice(&devices)).await;
    assert_eq!((&reported["code"], &reported["reason"]), (&json!("80000000"), &json!("Success")));
    world.device("huawei", &devices[0]).await.overwritten("123456");
    world.assert_no_violation("huawei").await;
}

#[tokio::test]
async fn the_huawei_sdk_overwrites_on_a_thousand_devices_with_one_login() {
    let devices = devices(1000);
    let (world, mut client) = start(&devices, SECRET).await;

    client.ask(original(&devices)).await;
    let reported = client.ask(notice(&devices)).await;

    assert_eq!(reported["code"], "80000000");
    for device in &devices {
        world.device("huawei", device).await.overwritten("123456");
    }
    let stats = world.stats("huawei").await;
    assert_eq!((&stats["logins"], &stats["calls"]), (&json!(1), &json!(2)));
    world.assert_no_violation("huawei").await;
}

#[tokio::test]
async fn the_huawei_sdk_reports_which_token_was_bad() {
    let mut tokens = devices(2);
    let (world, mut client) = start(&tokens, SECRET).await;
    tokens.push("nobody".to_owned());

    let reported = client.ask(notice(&tokens)).await;

    assert_eq!(reported["code"], "80100000");
    let details: Value = serde_json::from_str(reported["reason"].as_str().unwrap()).unwrap();
    assert_eq!(details, json!({ "success": 2, "failure": 1, "illegal_tokens": ["nobody"] }));
    world.device("huawei", &tokens[1]).await.took(1);
    world.assert_no_violation("huawei").await;
}

#[tokio::test]
async fn the_huawei_sdk_reports_that_every_token_was_bad() {
    let (world, mut client) = start(&[], SECRET).await;

    let reported = client.ask(notice(&devices(2))).await;

    assert_eq!(reported["code"], "80300007");
    world.assert_no_violation("huawei").await;
}

#[tokio::test]
async fn the_huawei_sdk_reports_a_login_that_was_refused() {
    let devices = devices(1);
    let (world, mut client) = start(&devices, "another-secret").await;

    let reported = client.ask(notice(&devices)).await;

    let error = reported["error"].as_str().unwrap();
    assert!(error.contains("http status code is 401 in get access token"), "{error}");
    world.device("huawei", &devices[0]).await.shows_nothing();
    world.assert_no_violation("huawei").await;
}
