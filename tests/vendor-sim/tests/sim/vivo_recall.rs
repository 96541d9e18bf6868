//! vivo's recall by task.

use serde_json::json;

use crate::support::vivo::{APP, KEY, SECRET, changed, list, message, recall};
use crate::support::{World, asked};

#[tokio::test]
async fn a_task_is_taken_away_from_every_device_that_has_it() {
    let world = World::start().await;
    world.vivo_devices(&["device-1", "device-2", "device-3"]).await;
    for token in ["device-1", "device-2"] {
        world.deliver("vivo", token, json!({ "task": "first" })).await;
    }
    world
        .deliver("vivo", "device-1", json!({ "key": "7", "title": "Other", "task": "second" }))
        .await;
    let session = world.vivo_login().await;
    let answer = world.vivo(&session, "recall", &recall("first")).await;
    assert_eq!(answer, json!({ "result": 0, "desc": "请求成功" }));
    assert_eq!(world.titles("vivo", "device-1").await, ["Other"]);
    assert_eq!(world.titles("vivo", "device-2").await, Vec::<String>::new());
    for (token, count) in [("device-1", 1), ("device-2", 1), ("device-3", 0)] {
        let device = world.device("vivo", token).await;
        assert_eq!((&device["pushes"], &device["removed"]), (&json!(count), &json!(count)), "{token}");
    }
    let stats = world.stats("vivo").await;
    assert_eq!((&stats["recalls"], &stats["pushes"]), (&json!(1), &json!(2)));
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_sent_can_be_recalled_by_the_task_of_the_answer() {
    let world = World::start().await;
    world.vivo_devices(&["device-1", "device-2"]).await;
    let session = world.vivo_login().await;
    let sent = world.vivo(&session, "send", &message("device-1")).await;
    world.vivo(&session, "recall", &recall(sent["taskId"].as_str().unwrap())).await;
    let task = world.vivo_saved(&session).await;
    world.vivo(&session, "pushToList", &list(&["device-1", "device-2"], &task)).await;
    world.vivo(&session, "recall", &recall(&task)).await;
    assert_eq!(world.titles("vivo", "device-1").await, Vec::<String>::new());
    assert_eq!(world.titles("vivo", "device-2").await, Vec::<String>::new());
    assert_eq!(world.device("vivo", "device-1").await["removed"], json!(2));
}

#[tokio::test]
async fn an_overwrite_is_another_task_and_stays() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    world.deliver("vivo", "device-1", json!({ "task": "first" })).await;
    let session = world.vivo_login().await;
    world.vivo(&session, "send", &message("device-1")).await;
    assert_eq!(world.vivo(&session, "recall", &recall("first")).await["result"], json!(0));
    assert_eq!(world.titles("vivo", "device-1").await, ["Message revoked"]);
}

#[tokio::test]
async fn a_recall_of_what_was_opened_or_recalled_before_does_nothing() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    world.deliver("vivo", "device-1", json!({ "task": "first" })).await;
    world.control("/clear", json!({ "vendor": "vivo", "tokens": ["device-1"] })).await;
    let session = world.vivo_login().await;
    for _ in 0..2 {
        assert_eq!(world.vivo(&session, "recall", &recall("first")).await["result"], json!(0));
    }
    let device = world.device("vivo", "device-1").await;
    assert_eq!((&device["pushes"], &device["removed"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn what_is_stored_for_a_device_that_is_offline_is_recalled_too() {
    let world = World::start().await;
    world.devices("vivo", &APP.to_string(), &["device-1"], "offline").await;
    world.deliver("vivo", "device-1", json!({ "task": "first" })).await;
    let session = world.vivo_login().await;
    world.vivo(&session, "recall", &recall("first")).await;
    world.control("/online", json!({ "vendor": "vivo", "tokens": ["device-1"] })).await;
    assert_eq!(world.titles("vivo", "device-1").await, Vec::<String>::new());
    assert_eq!(world.device("vivo", "device-1").await["removed"], json!(1));
}

#[tokio::test]
async fn an_unknown_task_is_an_answer_and_a_bad_request_a_violation() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    let session = world.vivo_login().await;
    assert_eq!(world.vivo(&session, "recall", &recall("nobody's")).await["result"], json!(10155));
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
    let good = recall("first");
    let other = [
        (changed(&good, "taskId", json!(null)), 10151),
        (changed(&good, "taskId", json!(7)), 10051),
        (changed(&good, "appId", json!(null)), 10051),
        (changed(&good, "appId", json!(1)), 10094),
        (changed(&good, "regIds", json!(["device-1"])), 10051),
    ];
    for (body, result) in &other {
        assert_eq!(world.vivo(&session, "recall", body).await["result"], json!(result), "{body}");
    }
    assert_eq!(asked(world.vivo_bare("recall", &good)).await.1["result"], json!(10000));
    assert_eq!(world.violations("vivo").await.len(), other.len() + 1);
    assert_eq!(world.stats("vivo").await["recalls"], json!(0));
}

#[tokio::test]
async fn another_apps_task_is_unknown() {
    let world = World::start().await;
    world.devices("vivo", "10005", &["device-1"], "active").await;
    world.deliver("vivo", "device-1", json!({ "task": "first" })).await;
    let session = world.vivo_login().await;
    assert_eq!(world.vivo(&session, "recall", &recall("first")).await["result"], json!(10155));
    assert_eq!(world.titles("vivo", "device-1").await, ["Half price"]);
}

#[tokio::test]
async fn an_app_can_be_without_recall() {
    let world = World::start().await;
    world
        .control(
            "/apps",
            json!({ "vendor": "vivo", "app_id": APP, "app_key": KEY, "app_secret": SECRET, "recall": false }),
        )
        .await;
    let session = world.vivo_login().await;
    assert_eq!(asked(world.vivo_request(&session, "recall", &recall("first"))).await.0, 404);
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
}

#[tokio::test]
async fn faults_befall_recalls_as_they_do_pushes() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    world.deliver("vivo", "device-1", json!({ "task": "first" })).await;
    let session = world.vivo_login().await;
    world.order("vivo", json!({ "throttle_next": 1 })).await;
    assert_eq!(world.vivo(&session, "recall", &recall("first")).await["result"], json!(10072));
    assert_eq!(world.titles("vivo", "device-1").await, ["Half price"]);
    assert_eq!(world.stats("vivo").await["recalls"], json!(0));
}
