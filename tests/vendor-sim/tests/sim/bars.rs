//! The notification bar of a device.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::huawei::{APP, message, spoiled};

async fn world() -> World {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    world
        .control(
            "/deliver",
            json!({
                "vendor": "huawei", "tokens": ["device-1"], "key": "123456",
                "title": "Half price", "body": "Only today",
            }),
        )
        .await;
    world
}

async fn titles(world: &World) -> Vec<String> {
    world.device("huawei", "device-1").await["notifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shown| shown["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn push(world: &World, body: &Value) {
    let session = world.login().await;
    assert_eq!(world.huawei_send(&session, body).await.code(), "80000000");
}

#[tokio::test]
async fn a_push_with_the_same_key_replaces_in_place() {
    let world = world().await;
    world
        .control(
            "/deliver",
            json!({
                "vendor": "huawei", "tokens": ["device-1"],
                "title": "Other", "body": "Without a key",
            }),
        )
        .await;
    push(&world, &message(&["device-1"])).await;
    assert_eq!(titles(&world).await, ["Message revoked", "Other"]);
    let device = world.device("huawei", "device-1").await;
    assert_eq!(device["shown_after_removed"], json!(0));
}

#[tokio::test]
async fn a_push_with_another_key_or_none_is_added() {
    let world = world().await;
    let place = "/message/android/notification/notify_id";
    for id in [json!(7), json!(-1), json!(-1)] {
        push(&world, &spoiled(place, id)).await;
    }
    assert_eq!(titles(&world).await.len(), 4);
}

#[tokio::test]
async fn a_push_with_the_same_tag_replaces_too() {
    let world = world().await;
    let mut tagged = spoiled("/message/android/notification/tag", json!("news"));
    tagged["message"]["android"]["notification"]["notify_id"] = json!(-1);
    push(&world, &tagged).await;
    push(&world, &tagged).await;
    assert_eq!(titles(&world).await, ["Half price", "Message revoked"]);
}

#[tokio::test]
async fn after_open_or_clear_the_same_key_shows_as_new() {
    for gesture in ["/open", "/clear"] {
        let world = world().await;
        let what = json!({ "vendor": "huawei", "tokens": ["device-1"], "key": "123456" });
        let answer = world.control(gesture, what).await;
        assert_eq!(answer["removed"], json!(1));
        assert_eq!(titles(&world).await, Vec::<String>::new());
        push(&world, &message(&["device-1"])).await;
        push(&world, &message(&["device-1"])).await;
        let device = world.device("huawei", "device-1").await;
        assert_eq!(titles(&world).await, ["Message revoked"]);
        assert_eq!(device["shown_after_removed"], json!(1));
        assert_eq!(device["pushes"], json!(2));
    }
}

#[tokio::test]
async fn offline_huawei_keeps_all_but_of_a_collapse_group_only_the_latest() {
    let world = World::start().await;
    world
        .control(
            "/devices",
            json!({ "vendor": "huawei", "app": APP, "tokens": ["device-1"], "state": "offline" }),
        )
        .await;
    let grouped = |group: i32, id: i32| {
        let mut body = spoiled("/message/android/collapse_key", json!(group));
        body["message"]["android"]["notification"]["notify_id"] = json!(id);
        body
    };
    for (group, id) in [(-1, 1), (-1, 2), (5, 3), (5, 4), (6, 5)] {
        push(&world, &grouped(group, id)).await;
    }
    world
        .control("/online", json!({ "vendor": "huawei", "tokens": ["device-1"] }))
        .await;
    let device = world.device("huawei", "device-1").await;
    let keys: Vec<&str> = device["notifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shown| shown["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["1", "2", "4", "5"]);
    assert_eq!(device["state"], json!("active"));
}

#[tokio::test]
async fn offline_an_overwrite_replaces_the_original_before_anyone_saw_it() {
    let world = World::start().await;
    world
        .control(
            "/devices",
            json!({ "vendor": "huawei", "app": APP, "tokens": ["device-1"], "state": "offline" }),
        )
        .await;
    world
        .control(
            "/deliver",
            json!({
                "vendor": "huawei", "tokens": ["device-1"], "key": "123456",
                "title": "Half price", "body": "Only today",
            }),
        )
        .await;
    push(&world, &message(&["device-1"])).await;
    world
        .control("/online", json!({ "vendor": "huawei", "tokens": ["device-1"] }))
        .await;
    assert_eq!(titles(&world).await, ["Message revoked"]);
}
