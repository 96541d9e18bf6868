//! vivo's `POST /message/send`.

use serde_json::{Value, json};

use crate::support::vivo::{APP, changed, message};
use crate::support::{World, asked, is_cut};

/// Sends a spoiled message and expects this code, and exactly one violation that says `what`.
async fn refused(name: &str, value: Value, code: i64, what: &str) {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    let session = world.vivo_login().await;
    let body = changed(&message("device-1"), name, value);
    assert_eq!(world.vivo(&session, "send", &body).await["result"], json!(code), "{body}");
    let violations = world.violations("vivo").await;
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].contains(what), "{violations:?}");
    assert_eq!(world.device("vivo", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn a_correct_push_succeeds_and_replaces_what_is_shown() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    world.deliver("vivo", "device-1", json!({ "task": "first" })).await;
    let session = world.vivo_login().await;
    let answer = world.vivo(&session, "send", &message("device-1")).await;
    assert_eq!((&answer["result"], &answer["desc"]), (&json!(0), &json!("请求成功")));
    let device = world.device("vivo", "device-1").await;
    assert_eq!(device["notifications"].as_array().unwrap().len(), 1);
    let shown = &device["notifications"][0];
    assert_eq!((&shown["title"], &shown["key"]), (&json!("Message revoked"), &json!("123456")));
    assert_eq!(
        (&shown["task"], &shown["vendor_request_id"]),
        (&answer["taskId"], &answer["taskId"])
    );
    assert_eq!(device["pushes"], json!(1));
    let stats = world.stats("vivo").await;
    assert_eq!((&stats["calls"], &stats["sessions_seen"]), (&json!(1), &json!(1)));
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
}

#[tokio::test]
async fn only_notify_type_1_is_quiet() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    let session = world.vivo_login().await;
    for notify_type in 1..=4 {
        let body = changed(&message("device-1"), "notifyType", json!(notify_type));
        world.vivo(&session, "send", &body).await;
        let device = world.device("vivo", "device-1").await;
        assert_eq!(device["notifications"][0]["silent"], json!(notify_type == 1));
    }
}

#[tokio::test]
async fn a_bad_device_is_an_invalid_user() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    world.devices("vivo", &APP.to_string(), &["left"], "unregistered").await;
    world.devices("vivo", "10005", &["other"], "active").await;
    world.order("vivo", json!({ "fail_tokens": { "device-1": "4" } })).await;
    let session = world.vivo_login().await;
    for (target, status) in [("nobody", 1), ("other", 1), ("left", 2), ("device-1", 4)] {
        let answer = world.vivo(&session, "send", &message(target)).await;
        assert_eq!(answer["result"], json!(10302), "{target}");
        assert_eq!(answer["invalidUser"], json!({ "status": status, "userid": target }));
    }
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
}

#[tokio::test]
async fn the_token_is_in_the_header_and_was_issued() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    let session = world.vivo_login().await;
    let body = message("device-1");
    assert_eq!(asked(world.vivo_bare("send", &body)).await.1["result"], json!(10000));
    assert_eq!(world.vivo("made-up", "send", &body).await["result"], json!(10000));
    assert_eq!(world.violations("vivo").await.len(), 2);
    world.order("vivo", json!({ "expire_sessions": true })).await;
    assert_eq!(world.vivo(&session, "send", &body).await["result"], json!(10000));
    assert_eq!(world.violations("vivo").await.len(), 2);
    let session = world.vivo_login().await;
    assert_eq!(world.vivo(&session, "send", &body).await["result"], json!(0));
    assert_eq!(world.stats("vivo").await["sessions_seen"], json!(2));
}

#[tokio::test]
async fn other_paths_methods_and_content_types_are_refused() {
    let world = World::start().await;
    let session = world.vivo_login().await;
    assert_eq!(asked(world.vivo_request(&session, "revoke", &json!({}))).await.0, 404);
    let get = world.client.get(format!("{}/message/send", world.sim.url("vivo")));
    assert_eq!(asked(get).await.0, 405);
    let plain = world
        .client
        .post(format!("{}/message/send", world.sim.url("vivo")))
        .header("authToken", &session)
        .body(message("device-1").to_string());
    assert_eq!(asked(plain).await.1["result"], json!(10051));
    let half = world.vivo_request(&session, "send", &json!({})).body("{");
    assert_eq!(asked(half).await.1["result"], json!(10051));
    assert_eq!(world.violations("vivo").await.len(), 4);
}

#[tokio::test]
async fn what_is_required_is_required() {
    for (name, code) in [
        ("appId", 10051),
        ("regId", 10050),
        ("title", 10051),
        ("content", 10051),
        ("notifyType", 10051),
        ("skipType", 10051),
        ("requestId", 10352),
    ] {
        refused(name, Value::Null, code, name).await;
    }
    refused("requestId", json!(""), 10352, "requestId").await;
    refused("skipType", json!(2), 10051, "skipType without skipContent").await;
}

#[tokio::test]
async fn every_field_has_its_type_and_range() {
    for (name, value) in [
        ("title", json!("字".repeat(41))),
        ("content", json!("字".repeat(101))),
        ("notifyType", json!(5)),
        ("notifyId", json!(0)),
        ("notifyId", json!(2_147_483_648_u64)),
        ("timeToLive", json!(59)),
        ("timeToLive", json!(86_401)),
        ("skipType", json!(5)),
        ("skipContent", json!("x".repeat(1025))),
        ("networkType", json!(0)),
        ("classification", json!(2)),
        ("pushMode", json!(2)),
        ("profileId", json!("x".repeat(65))),
        ("clientCustomMap", json!({ "a": "x".repeat(1024) })),
        ("alias", json!("somebody")),
    ] {
        refused(name, value, 10051, name).await;
    }
    refused("requestId", json!("x".repeat(65)), 10353, "requestId").await;
    refused("appId", json!(10005), 10094, "appId").await;
    refused("category", json!("CHAT"), 10096, "category").await;
    refused("category", json!("MARKETING"), 10097, "classification").await;
    refused("extras", json!({}), 10051, "unknown field").await;
    refused("notifyId", json!("secret"), 10051, "a field has the wrong type").await;
}

#[tokio::test]
async fn the_longest_texts_are_accepted() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    let session = world.vivo_login().await;
    let body = changed(&message("device-1"), "title", json!("字".repeat(40)));
    let body = changed(&body, "content", json!("字".repeat(100)));
    let body = changed(&body, "requestId", json!("x".repeat(64)));
    assert_eq!(world.vivo(&session, "send", &body).await["result"], json!(0));
}

#[tokio::test]
async fn offline_a_message_is_stored_unless_it_is_for_now_only() {
    let world = World::start().await;
    world.devices("vivo", &APP.to_string(), &["device-1"], "offline").await;
    let session = world.vivo_login().await;
    let body = message("device-1");
    world.vivo(&session, "send", &body).await;
    let body = changed(&changed(&body, "notifyId", json!(7)), "sendOnline", json!(true));
    world.vivo(&session, "send", &body).await;
    world.control("/online", json!({ "vendor": "vivo", "tokens": ["device-1"] })).await;
    let device = world.device("vivo", "device-1").await;
    assert_eq!(device["notifications"].as_array().unwrap().len(), 1);
    assert_eq!(device["notifications"][0]["key"], json!("123456"));
}

#[tokio::test]
async fn faults_come_in_its_own_form() {
    let world = World::start().await;
    world.vivo_devices(&["device-1"]).await;
    let session = world.vivo_login().await;
    let body = message("device-1");

    world.order("vivo", json!({ "throttle_next": 1, "retry_after_s": 7 })).await;
    let answer = world.vivo_request(&session, "send", &body).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (200, &"7".parse().unwrap())
    );
    assert_eq!(answer.json::<Value>().await.unwrap()["result"], json!(10072));
    world
        .order("vivo", json!({ "error_next": { "n": 1, "status": 200, "code": "10070" } }))
        .await;
    assert_eq!(world.vivo(&session, "send", &body).await["result"], json!(10070));
    world.order("vivo", json!({ "drop_next": 1 })).await;
    assert!(is_cut(&world.vivo_request(&session, "send", &body).send().await));
    assert_eq!(world.device("vivo", "device-1").await["pushes"], json!(0));
    world.order("vivo", json!({ "drop_after_effect_next": 1 })).await;
    assert!(is_cut(&world.vivo_request(&session, "send", &body).send().await));
    assert_eq!(world.device("vivo", "device-1").await["pushes"], json!(1));

    world.order("vivo", json!({ "fail_tokens": { "device-1": "10311" } })).await;
    assert_eq!(world.vivo(&session, "send", &body).await["result"], json!(10311));
    let nonsense = json!({ "vendor": "vivo", "fail_tokens": { "device-1": "3" } });
    assert_eq!(world.control_raw("/faults", nonsense).await.0, 400);
    assert_eq!(world.violations("vivo").await, Vec::<String>::new());
}
