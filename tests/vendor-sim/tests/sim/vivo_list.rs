//! vivo's `saveListPayload` and `pushToList`.

use serde_json::json;

use crate::support::vivo::{APP, changed, list, message, payload};
use crate::support::{World, is_cut};

#[tokio::test]
async fn a_saved_message_goes_to_a_list() {
    let world = World::start().await;
    world.vivo_devices(&["device-1", "device-2"]).await;
    world.devices("vivo", &APP.to_string(), &["left"], "unregistered").await;
    let session = world.vivo_login().await;
    let task = world.vivo_saved(&session).await;
    let targets = ["device-1", "nobody", "device-2", "left"];
    let answer = world.vivo(&session, "pushToList", &list(&targets, &task)).await;
    assert_eq!((&answer["result"], &answer["requestId"]), (&json!(0), &json!("rv-2")));
    let invalid = json!([{ "status": 1, "userid": "nobody" }, { "status": 2, "userid": "left" }]);
    assert_eq!(answer["invalidUsers"], invalid);
    for token in ["device-1", "device-2"] {
        let device = world.device("vivo", token).await;
        assert_eq!((&device["pushes"], &device["notifications"][0]["task"]), (&json!(1), &json!(task)));
        assert_eq!(device["notifications"][0]["vendor_request_id"], json!("rv-2"));
    }
    let answer = world.vivo(&session, "pushToList", &list(&["device-1", "device-2"], &task)).await;
    assert_eq!(answer.get("invalidUsers"), None);
    let stats = world.stats("vivo").await;
    assert_eq!((&stats["calls"], &stats["pushes"]), (&json!(3), &json!(4)));
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_list_has_2_to_1000_devices() {
    let world = World::start().await;
    let tokens: Vec<String> = (0..1001).map(|number| format!("device-{number}")).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    world.vivo_devices(&tokens).await;
    let session = world.vivo_login().await;
    let task = world.vivo_saved(&session).await;
    for (count, result) in [(0, 10150), (1, 10153), (2, 0), (1000, 0), (1001, 10153)] {
        let answer = world.vivo(&session, "pushToList", &list(&tokens[..count], &task)).await;
        assert_eq!(answer["result"], json!(result), "{count}");
    }
    assert_eq!(world.violations("vivo").await.len(), 3);
    assert_eq!(world.stats("vivo").await["pushes"], json!(1002));
}

#[tokio::test]
async fn a_list_needs_a_task_that_was_saved() {
    let world = World::start().await;
    world.vivo_devices(&["device-1", "device-2"]).await;
    let session = world.vivo_login().await;
    let sent = world.vivo(&session, "send", &message("device-1")).await;
    let good = list(&["device-1", "device-2"], "made-up");
    let other = [
        (good.clone(), 10152),
        (changed(&good, "taskId", sent["taskId"].clone()), 10152),
        (changed(&good, "taskId", json!(null)), 10151),
        (changed(&good, "regIds", json!(null)), 10150),
        (changed(&good, "requestId", json!(null)), 10352),
        (changed(&good, "requestId", json!("x".repeat(65))), 10353),
        (changed(&good, "appId", json!(1)), 10094),
        (changed(&good, "pushMode", json!(2)), 10051),
        (changed(&good, "title", json!("t")), 10051),
    ];
    for (body, result) in &other {
        assert_eq!(world.vivo(&session, "pushToList", body).await["result"], json!(result), "{body}");
    }
    assert_eq!(world.violations("vivo").await.len(), other.len());
}

#[tokio::test]
async fn a_message_for_lists_is_checked_and_names_no_device() {
    let world = World::start().await;
    let session = world.vivo_login().await;
    let other = [
        (message("device-1"), 10051),
        (changed(&payload(), "profileId", json!("somebody")), 10051),
        (changed(&payload(), "requestId", json!(null)), 10352),
        (changed(&payload(), "title", json!("字".repeat(41))), 10051),
    ];
    for (body, result) in &other {
        let answer = world.vivo(&session, "saveListPayload", body).await;
        assert_eq!((&answer["result"], answer.get("taskId")), (&json!(result), None), "{body}");
    }
    assert_eq!(world.violations("vivo").await.len(), other.len());
}

#[tokio::test]
async fn single_devices_of_a_list_or_all_of_it_can_be_made_to_fail() {
    let world = World::start().await;
    world.vivo_devices(&["device-1", "device-2"]).await;
    let session = world.vivo_login().await;
    let task = world.vivo_saved(&session).await;
    let both = list(&["device-1", "device-2"], &task);
    world.order("vivo", json!({ "fail_tokens": { "device-1": "10302" } })).await;
    let answer = world.vivo(&session, "pushToList", &both).await;
    assert_eq!(answer["invalidUsers"], json!([{ "status": 1, "userid": "device-1" }]));
    world.order("vivo", json!({ "fail_tokens": { "device-1": "10073" } })).await;
    assert_eq!(world.vivo(&session, "pushToList", &both).await["result"], json!(10073));
    assert_eq!(world.device("vivo", "device-2").await["pushes"], json!(1));

    world.control("/faults/clear", json!({})).await;
    world.order("vivo", json!({ "throttle_next": 1 })).await;
    assert_eq!(world.vivo(&session, "pushToList", &both).await["result"], json!(10072));
    world.order("vivo", json!({ "drop_after_effect_next": 1 })).await;
    world.vivo_saved(&session).await;
    assert!(is_cut(&world.vivo_request(&session, "pushToList", &both).send().await));
    assert_eq!(world.device("vivo", "device-2").await["pushes"], json!(2));
}
