//! Four clients of others for Firebase against the simulated FCM. Each takes the same orders, and reports what failed in
//! words of its own.

use std::sync::LazyLock;

use rcgen::{KeyPair, PKCS_RSA_SHA256};
use serde_json::{Value, json};

use crate::support::{Client, World, port};

const PROJECT: &str = "demo-project";
const EMAIL: &str = "push@demo-project.iam.gserviceaccount.com";
const TAG: &str = "rv-9";
/// A Firebase installation id, and nobody's.
const FID: &str = "cT0123456789abcdefghij";
const NOBODYS_FID: &str = "cT0123456789abcdefghik";

/// One for all tests of a process: an RSA key takes its time.
static KEY: LazyLock<KeyPair> = LazyLock::new(a_key);

fn a_key() -> KeyPair {
    KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap()
}

#[derive(Clone, Copy)]
enum Firebase {
    AdminForPython,
    AdminForNode,
    Async,
    GoogleApis,
}

impl Firebase {
    async fn start(self, world: &World) -> Client {
        self.start_with(world, &KEY).await
    }

    async fn start_with(self, world: &World, key: &KeyPair) -> Client {
        let url = world.sim.url("fcm");
        let settings = json!({
            "url": url,
            "port": port(url),
            "ca": world.ca_file,
            // As Google's console writes it, but for the address.
            "account": {
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": "a-key-id",
                "private_key": key.serialize_pem(),
                "client_email": EMAIL,
                "token_uri": format!("{url}/token"),
            },
        });
        match self {
            Self::AdminForPython => Client::python("fcm-admin.py", settings).await,
            Self::AdminForNode => Client::node("fcm-admin.cjs", world, settings).await,
            Self::Async => Client::python("fcm-async.py", settings).await,
            Self::GoogleApis => Client::node("fcm-googleapis.cjs", world, settings).await,
        }
    }
}

/// The simulator with a project that has the devices `device-0`, `device-1`, .., and `FID`.
async fn world(devices: usize) -> World {
    let world = World::start();
    let app = json!({
        "vendor": "fcm", "project_id": PROJECT, "client_email": EMAIL, "private_key_id": "a-key-id",
        "public_key_pem": KEY.public_key_pem(),
    });
    world.order("/apps", app).await;
    let mut all: Vec<String> = (0..devices).map(device).collect();
    all.push(FID.to_owned());
    world.devices("fcm", PROJECT, &all).await;
    world
}

fn device(number: usize) -> String {
    format!("device-{number}")
}

fn original(to: &Value) -> Value {
    push("Half price today", true, to)
}

/// Replaces the original, without a sound.
fn notice(to: &Value) -> Value {
    push("Message revoked", false, to)
}

fn push(title: &str, loud: bool, to: &Value) -> Value {
    json!({ "title": title, "body": format!("{title}, in more words"), "tag": TAG, "loud": loud, "to": to })
}

/// Every message got the name that Google gives it.
#[track_caller]
fn assert_all_sent(reported: &Value, count: usize) {
    let reported = reported.as_array().unwrap();
    assert_eq!(reported.len(), count);
    for sent in reported {
        let id = sent["id"].as_str().unwrap_or_else(|| panic!("not sent: {sent}"));
        assert!(id.starts_with("projects/demo-project/messages/"), "{id}");
    }
}

/// Sends, looks, overwrites and looks again; all with one login.
async fn overwrites_in_place(which: Firebase) {
    let world = world(1).await;
    let mut client = which.start(&world).await;
    let to = json!([{ "token": "device-0" }]);

    assert_all_sent(&client.ask(original(&to)).await, 1);
    world.device("fcm", "device-0").await.shows_only(TAG, "Half price today", false);

    assert_all_sent(&client.ask(notice(&to)).await, 1);
    world.device("fcm", "device-0").await.overwritten(TAG);
    let stats = world.stats("fcm").await;
    assert_eq!((&stats["logins"], &stats["calls"]), (&json!(1), &json!(2)));
    world.assert_no_violation("fcm").await;
}

#[tokio::test]
async fn firebase_admin_for_python_overwrites_a_notification_in_place() {
    overwrites_in_place(Firebase::AdminForPython).await;
}

#[tokio::test]
async fn firebase_admin_for_node_overwrites_a_notification_in_place() {
    overwrites_in_place(Firebase::AdminForNode).await;
}

#[tokio::test]
async fn async_firebase_overwrites_a_notification_in_place() {
    overwrites_in_place(Firebase::Async).await;
}

#[tokio::test]
async fn googleapis_fcm_overwrites_a_notification_in_place() {
    overwrites_in_place(Firebase::GoogleApis).await;
}

/// Sends one push to two devices that are there and to six that fail, and expects to be told of these, in order.
async fn reports_what_failed(which: Firebase, words: [&str; 6]) {
    let world = world(3).await;
    let gone = json!({ "vendor": "fcm", "app": PROJECT, "tokens": ["gone"], "state": "unregistered" });
    world.order("/devices", gone).await;
    world.devices("fcm", "another-project", &["theirs".to_owned()]).await;
    let failing = json!({ "device-1": "THIRD_PARTY_AUTH_ERROR", "device-2": "QUOTA_EXCEEDED" });
    world.order("/faults", json!({ "vendor": "fcm", "fail_tokens": failing })).await;
    let mut client = which.start(&world).await;
    let to = json!([
        { "token": "device-0" },
        { "fid": FID },
        { "token": "gone" },
        { "token": "nobody" },
        { "fid": NOBODYS_FID },
        { "token": "theirs" },
        { "token": "device-1" },
        { "token": "device-2" },
    ]);

    let reported = client.ask(notice(&to)).await;

    let (sent, failed) = reported.as_array().unwrap().split_at(2);
    assert_all_sent(&json!(sent), 2);
    let told: Vec<&Value> = failed.iter().map(|failed| &failed["error"]).collect();
    assert_eq!(told, words);
    for token in ["device-0", FID] {
        let device = world.device("fcm", token).await;
        device.shows_only(TAG, "Message revoked", true);
        device.took(1);
    }
    world.device("fcm", "device-1").await.shows_nothing();
    world.assert_no_violation("fcm").await;
}

#[tokio::test]
async fn firebase_admin_for_python_reports_each_device_that_failed_and_why() {
    let words = [
        "UnregisteredError",
        "InvalidArgumentError",
        "InvalidArgumentError",
        "SenderIdMismatchError",
        "ThirdPartyAuthError",
        "QuotaExceededError",
    ];
    reports_what_failed(Firebase::AdminForPython, words).await;
}

#[tokio::test]
async fn firebase_admin_for_node_reports_each_device_that_failed_and_why() {
    let words = [
        "messaging/registration-token-not-registered",
        "messaging/invalid-argument",
        "messaging/invalid-argument",
        "messaging/mismatched-credential",
        "messaging/third-party-auth-error",
        "messaging/message-rate-exceeded",
    ];
    reports_what_failed(Firebase::AdminForNode, words).await;
}

#[tokio::test]
async fn async_firebase_reports_each_device_that_failed_and_why() {
    let words = [
        "UnregisteredError",
        "InvalidArgumentError",
        "InvalidArgumentError",
        "SenderIdMismatchError",
        "ThirdPartyAuthError",
        "QuotaExceededError",
    ];
    reports_what_failed(Firebase::Async, words).await;
}

#[tokio::test]
async fn googleapis_fcm_reports_each_device_that_failed_and_why() {
    let words = [
        "UNREGISTERED",
        "INVALID_ARGUMENT",
        "INVALID_ARGUMENT",
        "SENDER_ID_MISMATCH",
        "THIRD_PARTY_AUTH_ERROR",
        "QUOTA_EXCEEDED",
    ];
    reports_what_failed(Firebase::GoogleApis, words).await;
}

#[tokio::test]
async fn async_firebase_overwrites_on_many_devices_over_one_http2_connection() {
    let world = world(100).await;
    let mut client = Firebase::Async.start(&world).await;
    let to: Vec<Value> = (0..100).map(|number| json!({ "token": device(number) })).collect();
    let to = json!(to);

    for push in [original(&to), notice(&to)] {
        assert_all_sent(&client.ask(push).await, 100);
    }

    for number in [0, 99] {
        world.device("fcm", &device(number)).await.overwritten(TAG);
    }
    let stats = world.stats("fcm").await;
    assert_eq!(
        (&stats["connections"], &stats["logins"], &stats["pushes"]),
        (&json!(1), &json!(1), &json!(200))
    );
    world.assert_no_violation("fcm").await;
}

/// Both libraries of Google's send again what the simulator could not take, and once is enough.
async fn sends_again_after_503(which: Firebase) {
    let world = world(1).await;
    let mut client = which.start(&world).await;
    let fault = json!({ "vendor": "fcm", "error_next": { "n": 1, "status": 503, "code": "UNAVAILABLE" } });
    world.order("/faults", fault).await;

    assert_all_sent(&client.ask(notice(&json!([{ "token": "device-0" }]))).await, 1);

    world.device("fcm", "device-0").await.took(1);
    assert_eq!(world.stats("fcm").await["calls"], 2);
    world.assert_no_violation("fcm").await;
}

#[tokio::test]
async fn firebase_admin_for_python_sends_again_after_503() {
    sends_again_after_503(Firebase::AdminForPython).await;
}

#[tokio::test]
async fn firebase_admin_for_node_sends_again_after_503() {
    sends_again_after_503(Firebase::AdminForNode).await;
}

#[tokio::test]
async fn firebase_admin_for_python_waits_as_long_as_it_is_told_and_logs_in_anew() {
    let world = world(1).await;
    let mut client = Firebase::AdminForPython.start(&world).await;
    let to = json!([{ "token": "device-0" }]);
    assert_all_sent(&client.ask(original(&to)).await, 1);
    let fault = json!({ "vendor": "fcm", "throttle_next": 1, "retry_after_s": 1, "expire_sessions": true });
    world.order("/faults", fault).await;

    let before = std::time::Instant::now();
    assert_all_sent(&client.ask(notice(&to)).await, 1);

    assert!(before.elapsed() >= std::time::Duration::from_secs(1));
    world.device("fcm", "device-0").await.took(2);
    // One was refused for the old access token, one for the pace.
    let stats = world.stats("fcm").await;
    assert_eq!((&stats["logins"], &stats["calls"]), (&json!(2), &json!(4)));
    world.assert_no_violation("fcm").await;
}

#[tokio::test]
async fn a_login_with_another_key_is_refused_in_the_words_of_google() {
    let (world, another) = (world(1).await, a_key());
    for which in [Firebase::AdminForPython, Firebase::AdminForNode, Firebase::GoogleApis] {
        let mut client = which.start_with(&world, &another).await;
        let reported = client.ask(notice(&json!([{ "token": "device-0" }]))).await;
        let message = reported[0]["message"].as_str().unwrap();
        assert!(
            message.contains("invalid_grant") && message.contains("Invalid JWT Signature."),
            "{message}"
        );
    }
    world.device("fcm", "device-0").await.shows_nothing();
    world.assert_no_violation("fcm").await;
}
