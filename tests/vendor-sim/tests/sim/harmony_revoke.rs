//! The recall of `HarmonyOS`.

use serde_json::{Value, json};

use crate::support::harmony::{CLIENT, Service, message, notification, recall, with};

async fn code(world: &Service, body: &Value) -> Value {
    world.harmony_revoke(body).await.1["code"].clone()
}

#[tokio::test]
async fn a_recall_takes_the_notification_away_and_says_nothing_of_devices() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1", "device-2"]).await;
    world.deliver("harmony", "device-1", json!({})).await;
    world.deliver("harmony", "device-1", json!({ "key": "7", "title": "Other" })).await;
    let (status, answer) = world.harmony_revoke(&recall(&["device-1", "device-2", "nobody"])).await;
    assert_eq!(
        (status, &answer["code"], &answer["msg"]),
        (200, &json!("80000000"), &json!("Success"))
    );
    assert_eq!(world.titles("harmony", "device-1").await, ["Other"]);
    for (token, removed) in [("device-1", 1), ("device-2", 0)] {
        let device = world.device("harmony", token).await;
        assert_eq!((&device["pushes"], &device["removed"]), (&json!(1), &json!(removed)));
    }
    let counted = world.stats("harmony").await;
    assert_eq!((&counted["recalls"], &counted["pushes"]), (&json!(1), &json!(2)));
    assert_eq!(world.violations("harmony").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_not_delivered_yet_is_never_shown() {
    let world = Service::start().await;
    world.devices("harmony", CLIENT, &["device-1"], "offline").await;
    world.harmony_send(&message(&["device-1"])).await;
    world.harmony_send(&notification(&json!({ "notifyId": 7, "title": "Other" }))).await;
    assert_eq!(code(&world, &recall(&["device-1"])).await, "80000000");
    world
        .control("/online", json!({ "vendor": "harmony", "tokens": ["device-1"] }))
        .await;
    assert_eq!(world.titles("harmony", "device-1").await, ["Other"]);
}

#[tokio::test]
async fn a_recall_of_what_was_opened_does_nothing_and_is_accepted() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1"]).await;
    world.deliver("harmony", "device-1", json!({})).await;
    world.control("/open", json!({ "vendor": "harmony", "tokens": ["device-1"] })).await;
    assert_eq!(code(&world, &recall(&["device-1"])).await, "80000000");
    let device = world.device("harmony", "device-1").await;
    assert_eq!((&device["removed"], &device["shown_after_removed"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn bad_tokens_only_and_other_apps_are_refused_as_a_whole() {
    let world = Service::start().await;
    let second = with(&world.account.registration(), &json!({ "client_id": "app-2" }));
    world.control("/apps", second).await;
    world.harmony_devices(&["device-1"]).await;
    world.deliver("harmony", "device-1", json!({})).await;
    world.devices("harmony", "app-2", &["of-another"], "active").await;
    for (tokens, expected) in [
        (&["nobody"][..], "80300007"),
        (&["of-another"], "80300028"),
        (&["device-1", "of-another"], "80300017"),
    ] {
        assert_eq!(code(&world, &recall(tokens)).await, expected, "{tokens:?}");
    }
    assert_eq!(world.titles("harmony", "device-1").await, ["Half price"]);
    assert_eq!(world.violations("harmony").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_recall_needs_its_fields_and_no_other() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1"]).await;
    let good = recall(&["device-1"]);
    let many: Vec<String> = (0..1_001).map(|n| format!("d{n}")).collect();
    let bad = [
        (with(&good, &json!({ "token": null })), "80300032"),
        (with(&good, &json!({ "notifyId": null })), "80300032"),
        (with(&good, &json!({ "notifyId": -1 })), "80100003"),
        (with(&good, &json!({ "notifyId": "123456" })), "80100003"),
        (with(&good, &json!({ "token": [] })), "80300010"),
        (with(&good, &json!({ "token": many })), "80300010"),
        (with(&good, &json!({ "more": 1 })), "80100003"),
    ];
    for (body, expected) in &bad {
        assert_eq!(code(&world, body).await, *expected, "{body}");
    }
    assert_eq!(world.violations("harmony").await.len(), bad.len());
    assert_eq!(world.device("harmony", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn faults_befall_recalls_as_they_do_notices() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1", "device-2"]).await;
    world.deliver("harmony", "device-1", json!({})).await;
    world.order("harmony", json!({ "throttle_next": 1 })).await;
    assert_eq!(world.harmony_revoke(&recall(&["device-1"])).await.0, 503);
    world.order("harmony", json!({ "fail_tokens": { "device-1": "80100020" } })).await;
    assert_eq!(code(&world, &recall(&["device-1", "device-2"])).await, "80100020");
    world.order("harmony", json!({ "fail_tokens": { "device-1": "noRight" } })).await;
    assert_eq!(
        code(&world, &recall(&["device-1", "device-2"])).await,
        "80000000",
        "and nobody says"
    );
    assert_eq!(world.titles("harmony", "device-1").await, ["Half price"]);
    assert_eq!(world.stats("harmony").await["recalls"], json!(1));
}
