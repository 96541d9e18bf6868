//! Devices of the self-built channel on the whole system: the deployed
//! template, the real functions, and connections of devices.

#![expect(clippy::unwrap_used, reason = "tests; clippy knows only functions marked as such")]

use std::time::{Duration, Instant};

use device_client::{Client, Fleet, Key, Kind, Message, Settings, Shown, Status, Timing, View};
use serde_json::{Value, json};
use stand::{Stand, Tenant};

const SOON: Duration = Duration::from_mins(1);
const NOTIFY_ID: u32 = 4_711;
/// A few that show it; the end-to-end tests have a thousand.
const DEVICES: usize = 40;

async fn settings(tenant: &Tenant, device: &str) -> Settings {
    let path = format!("/v1/devices/{device}/token");
    let issued = tenant.sender.put(&path, &json!({ "ttl_s": 600 })).await.unwrap();
    assert_eq!(issued.status, 201, "{:?}", issued.body);
    Settings {
        url: issued.body["socket_url"].as_str().unwrap().to_owned(),
        token: issued.body["device_token"].as_str().unwrap().to_owned(),
        timing: Timing {
            say_again: Duration::from_secs(5),
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(2),
            ..Timing::default()
        },
    }
}

fn message(task: &str) -> Message {
    Message {
        key: key(task),
        batch_id: "b1".to_owned(),
        title: "PLANTED-TITLE".to_owned(),
        text: "50% off everyting".to_owned(),
    }
}

fn key(task: &str) -> Key {
    Key {
        kind: Kind::Task,
        id: task.to_owned(),
        notify_id: NOTIFY_ID,
    }
}

async fn record(tenant: &Tenant, task: &str, devices: &[&str]) {
    #[expect(clippy::disallowed_methods, reason = "tests live in real time")]
    let sent_at = jiff::Timestamp::now().to_string();
    let push = json!({ "type": "batch", "title": "PLANTED-TITLE", "sent_at": sent_at });
    assert_eq!(tenant.sender.put(&format!("/v1/tasks/{task}"), &push).await.unwrap().status, 201);
    let deliveries: Vec<Value> = devices.iter().map(|device| json!({ "token": device })).collect();
    let batch = json!({ "batch_id": "b1", "channel": "self_built", "notify_id": NOTIFY_ID, "deliveries": deliveries });
    let recorded = tenant.sender.post(&format!("/v1/tasks/{task}/deliveries"), &batch).await.unwrap();
    assert_eq!((recorded.status.as_u16(), &recorded.body["gate"]), (200, &json!("open")));
}

/// Waits until every delivery has ended and so many are confirmed by their devices.
async fn confirmed(stand: &Stand, tenant: &Tenant, revocation: &str, wanted: usize) {
    let began = Instant::now();
    loop {
        let now = tenant.viewer.get(revocation).await.unwrap().body;
        let total = &now["progress"]["total"];
        if total["confirmed_by_device"] == wanted && total["outstanding"] == 0 {
            return;
        }
        let in_time = began.elapsed() < SOON;
        assert!(in_time, "{total:#}\n{}", stand.complaints().await);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn revoke(tenant: &Tenant, task: &str) -> String {
    let path = format!("/v1/tasks/{task}/revocations");
    let answer = tenant.operator.post(&path, &json!({ "reason": "wrong price" })).await.unwrap();
    assert_eq!(answer.status, 202);
    format!("{path}/{}", answer.body["id"].as_str().unwrap())
}

fn done(view: &View) -> bool {
    view.instructions > 0 && view.unanswered == 0
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts the local AWS; needs the functions built"]
async fn devices_on_the_local_aws() {
    let stand = Stand::start(|doing| eprintln!("  {doing}")).await.unwrap();
    let tenant = stand.tenant("OWN1", "default").await.unwrap();

    a_bad_token_lets_nobody_in(&tenant).await;
    half_of_them_away_and_shaken_all_end_confirmed(&stand, &tenant).await;
    what_the_user_opened_is_not_confirmed(&tenant).await;

    let mut logs = String::new();
    for function in ["socket", "devices", "dispatch-self-built"] {
        logs += &stand.aws.function_log(function).await.unwrap();
    }
    assert!(logs.contains("kept instructions for devices"));
    for planted in ["PLANTED", "dt_", "device-"] {
        assert!(!logs.contains(planted), "{planted} is in a log");
    }
}

async fn a_bad_token_lets_nobody_in(tenant: &Tenant) {
    let good = settings(tenant, "device-bad").await;
    let replaced = Client::start(good.clone());
    assert!(replaced.until(SOON, |view| view.status == Status::Registered).await);
    let newer = Client::start(settings(tenant, "device-bad").await);
    assert!(newer.until(SOON, |view| view.status == Status::Registered).await);
    for token in [good.token.clone(), format!("{}x", good.token), "dt_".to_owned()] {
        let refused = Client::start(Settings { token, ..good.clone() });
        assert!(refused.until(SOON, |view| view.status == Status::Refused).await);
    }
}

async fn half_of_them_away_and_shaken_all_end_confirmed(stand: &Stand, tenant: &Tenant) {
    let names: Vec<String> = (0..DEVICES).map(|nth| format!("device-{nth}")).collect();
    let mut devices = Vec::new();
    for name in &names {
        devices.push((name.clone(), settings(tenant, name).await));
    }
    let half = |name: &str| name.ends_with(['0', '2', '4', '6', '8']);
    let fleet = Fleet::start(devices, half);
    let online = |view: &View| view.status == Status::Registered || view.status == Status::Offline;
    assert_eq!(fleet.until_all(SOON, online).await, Vec::<&str>::new());
    record(tenant, "t1", &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for (_, client) in fleet.iter().step_by(3) {
        client.show(message("t1"));
    }

    let revocation = revoke(tenant, "t1").await;
    fleet.shake(5, Duration::from_secs(3)).await;
    fleet.all_online();
    let late = fleet.until_all(SOON, done).await;
    assert_eq!(late, Vec::<&str>::new(), "{}", stand.complaints().await);
    // For the others the original comes only now.
    for (_, client) in fleet.iter() {
        client.show(message("t1"));
    }
    assert_eq!(
        fleet.count(|view| view.bar.entries().values().any(|entry| entry.shown == Shown::Message)),
        0
    );
    confirmed(stand, tenant, &revocation, DEVICES).await;
}

async fn what_the_user_opened_is_not_confirmed(tenant: &Tenant) {
    let client = Client::start(settings(tenant, "device-opened").await);
    assert!(client.until(SOON, |view| view.status == Status::Registered).await);
    record(tenant, "t2", &["device-opened"]).await;
    client.show(message("t2"));
    client.open(&key("t2"));
    assert!(client.until(SOON, |view| view.unanswered == 0).await, "the receipt is kept");
    let revocation = revoke(tenant, "t2").await;
    let began = Instant::now();
    loop {
        let now = tenant.viewer.get(&revocation).await.unwrap().body;
        let total = &now["progress"]["total"];
        if total["outcomes"]["skipped_opened"] == 1 {
            break;
        }
        assert!(began.elapsed() < SOON, "{total:#}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(client.look().instructions, 0);
}
