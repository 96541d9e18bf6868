//! Xiaomi's recall.

use serde_json::json;

use crate::support::xiaomi::{PACKAGE, message, revocation, spoiled};
use crate::support::{World, asked, form_with};

#[tokio::test]
async fn a_recall_takes_the_notification_away_and_shows_nothing() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1", "device-2"]).await;
    world.deliver("xiaomi", "device-1", json!({})).await;
    world.deliver("xiaomi", "device-1", json!({ "key": "7", "title": "Other" })).await;
    let answer = world.xiaomi_revoke(&revocation("device-1,device-2,nobody")).await;
    assert_eq!((&answer["result"], &answer["code"]), (&json!("ok"), &json!(0)));
    assert_eq!(answer["data"]["bad_regids"], json!("nobody"));
    assert_eq!(world.titles("xiaomi", "device-1").await, ["Other"]);
    for (token, removed) in [("device-1", 1), ("device-2", 0)] {
        let device = world.device("xiaomi", token).await;
        assert_eq!((&device["pushes"], &device["removed"]), (&json!(1), &json!(removed)));
    }
    let stats = world.stats("xiaomi").await;
    assert_eq!((&stats["recalls"], &stats["pushes"]), (&json!(1), &json!(2)));
    assert_eq!(world.violations("xiaomi").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_recall_of_what_was_opened_does_nothing() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    world.deliver("xiaomi", "device-1", json!({})).await;
    world.control("/open", json!({ "vendor": "xiaomi", "tokens": ["device-1"] })).await;
    assert_eq!(world.xiaomi_revoke(&revocation("device-1")).await["code"], json!(0));
    let device = world.device("xiaomi", "device-1").await;
    assert_eq!((&device["pushes"], &device["removed"]), (&json!(1), &json!(0)));
    assert_eq!(device["shown_after_removed"], json!(0));
}

#[tokio::test]
async fn what_is_stored_for_a_device_that_is_offline_is_recalled_too() {
    let world = World::start().await;
    world.devices("xiaomi", PACKAGE, &["device-1"], "offline").await;
    world.xiaomi_send(&message("device-1")).await;
    world.xiaomi_send(&spoiled(&[("notify_id", "7"), ("title", "Other")])).await;
    world.xiaomi_revoke(&revocation("device-1")).await;
    world
        .control("/online", json!({ "vendor": "xiaomi", "tokens": ["device-1"] }))
        .await;
    assert_eq!(world.titles("xiaomi", "device-1").await, ["Other"]);
    assert_eq!(world.device("xiaomi", "device-1").await["removed"], json!(1));
}

#[tokio::test]
async fn recalls_of_v1_and_v2_are_gone() {
    let world = World::start().await;
    let paths = [
        "/v1/message/regid/revoke",
        "/v1/message/alias/revoke",
        "/v1/message/user_account/revoke",
        "/v1/message/topic/revoke",
        "/v1/message/multi_topic/revoke",
        "/v2/message/revoke",
    ];
    for path in paths {
        let request = world.xiaomi_request(path, &revocation("device-1"));
        assert_eq!(asked(request).await.0, 410, "{path}");
    }
    assert_eq!(world.violations("xiaomi").await.len(), paths.len());
    assert_eq!(world.stats("xiaomi").await["recalls"], json!(0));
}

#[tokio::test]
async fn a_recall_needs_its_parameters_and_no_other() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    let good = revocation("device-1");
    let changes: [(&'static str, &str, i64); 6] = [
        ("registration_ids", "", 10016),
        ("restricted_package_name", "", 10016),
        ("restricted_package_name", "com.other", 22006),
        ("notify_id", "", 10016),
        ("notify_id", "-1", 10017),
        ("registration_id", "device-1", 10017),
    ];
    for (name, value, code) in changes {
        let answer = world.xiaomi_revoke(&form_with(&good, &[(name, value)])).await;
        assert_eq!(answer["code"], json!(code), "{name}");
    }
    assert_eq!(world.violations("xiaomi").await.len(), changes.len());
    assert_eq!(world.device("xiaomi", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn aliases_and_accounts_are_accepted_and_reach_nobody() {
    let world = World::start().await;
    for (kind, name) in [("alias", "aliases"), ("user_account", "user_accounts")] {
        let form = form_with(&revocation("x"), &[("registration_ids", ""), (name, "somebody")]);
        let answer = world.xiaomi(&format!("/v3/message/{kind}/revoke"), &form).await;
        assert_eq!(answer["code"], json!(0));
    }
    assert_eq!(world.stats("xiaomi").await["recalls"], json!(2));
}

#[tokio::test]
async fn faults_befall_recalls_as_they_do_pushes() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    world.deliver("xiaomi", "device-1", json!({})).await;
    world.order("xiaomi", json!({ "throttle_next": 1 })).await;
    assert_eq!(world.xiaomi_revoke(&revocation("device-1")).await["code"], json!(10027));
    world.order("xiaomi", json!({ "fail_tokens": { "device-1": "10029" } })).await;
    assert_eq!(world.xiaomi_revoke(&revocation("device-1")).await["code"], json!(20301));
    assert_eq!(world.titles("xiaomi", "device-1").await, ["Half price"]);
    assert_eq!(world.stats("xiaomi").await["recalls"], json!(0));
}
