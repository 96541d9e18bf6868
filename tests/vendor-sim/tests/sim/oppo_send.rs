//! OPPO's `unicast` and `unicast_batch`.

use serde_json::{Value, json};

use crate::support::oppo::{APP, message, spoiled};
use crate::support::{World, asked, is_cut};

/// Sends `body` and expects this code, and exactly one violation that says `what`.
async fn refused(body: &Value, code: i64, what: &str) {
    let world = World::start().await;
    world.oppo_devices(&["device-1"]).await;
    let session = world.oppo_login().await;
    let answer = world.oppo_send(&session, body).await;
    assert_eq!(answer["code"], json!(code), "{body}");
    let violations = world.violations("oppo").await;
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].contains(what), "{violations:?}");
    assert_eq!(world.device("oppo", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn a_correct_push_succeeds_and_replaces_what_is_shown() {
    let world = World::start().await;
    world.oppo_devices(&["device-1"]).await;
    world.deliver("oppo", "device-1", json!({})).await;
    let session = world.oppo_login().await;
    let answer = world.oppo_send(&session, &message("device-1", "rv-1")).await;
    assert_eq!((&answer["code"], &answer["message"]), (&json!(0), &json!("success")));
    let device = world.device("oppo", "device-1").await;
    assert_eq!(device["notifications"].as_array().unwrap().len(), 1);
    let shown = &device["notifications"][0];
    assert_eq!((&shown["title"], &shown["key"]), (&json!("Message revoked"), &json!("123456")));
    assert_eq!(shown["silent"], json!(true));
    assert_eq!(shown["vendor_request_id"], answer["data"]["messageId"]);
    assert_eq!(device["pushes"], json!(1));
    let stats = world.stats("oppo").await;
    assert_eq!((&stats["calls"], &stats["sessions_seen"]), (&json!(1), &json!(1)));
    assert_eq!(world.violations("oppo").await, Vec::<String>::new());
}

#[tokio::test]
async fn only_the_low_levels_are_quiet() {
    let world = World::start().await;
    world.oppo_devices(&["device-1"]).await;
    let session = world.oppo_login().await;
    for (level, silent) in [(json!(1), true), (json!(2), true), (json!(16), false), (Value::Null, false)] {
        let mut body = message("device-1", &format!("rv-{level}"));
        body["notification"]["notify_level"] = level;
        assert_eq!(world.oppo_send(&session, &body).await["code"], json!(0));
        let device = world.device("oppo", "device-1").await;
        assert_eq!(device["notifications"][0]["silent"], json!(silent), "{body}");
    }
}

#[tokio::test]
async fn a_batch_says_for_each_device_what_became_of_it() {
    let world = World::start().await;
    world.oppo_devices(&["device-1", "device-2"]).await;
    world.devices("oppo", APP, &["left"], "unregistered").await;
    world.devices("oppo", "other-app", &["other"], "active").await;
    world.order("oppo", json!({ "fail_tokens": { "device-2": "41" } })).await;
    let session = world.oppo_login().await;
    let targets = ["device-1", "nobody", "left", "other", "device-2"];
    let answer = world.oppo_batch(&session, &targets.map(|target| message(target, "rv-1"))).await;
    assert_eq!(answer["code"], json!(0));
    let data = answer["data"].as_array().unwrap();
    assert_eq!(data[0]["registrationId"], json!("device-1"));
    assert!(data[0]["messageId"].is_string() && data[0].get("errorCode").is_none());
    for (result, (target, code)) in data[1..]
        .iter()
        .zip([("nobody", 10000), ("left", 10000), ("other", 10000), ("device-2", 41)])
    {
        assert_eq!((&result["registrationId"], &result["errorCode"]), (&json!(target), &json!(code)));
    }
    assert_eq!(data.len(), 5);
    assert_eq!(world.stats("oppo").await["pushes"], json!(1));
    assert_eq!(world.violations("oppo").await, Vec::<String>::new());
    let answer = world.oppo_send(&session, &message("nobody", "rv-2")).await;
    assert_eq!(answer["code"], json!(10000));
}

#[tokio::test]
async fn the_same_message_id_is_pushed_only_once_to_the_same_device() {
    let world = World::start().await;
    world.oppo_devices(&["device-1", "device-2"]).await;
    let session = world.oppo_login().await;
    assert_eq!(world.oppo_send(&session, &message("device-1", "rv-1")).await["code"], json!(0));
    assert_eq!(world.oppo_send(&session, &message("device-1", "rv-1")).await["code"], json!(32));
    let batch = [
        message("device-1", "rv-1"),
        message("device-2", "rv-1"),
        message("device-1", "rv-2"),
    ];
    let answer = world.oppo_batch(&session, &batch).await;
    let codes: Vec<&Value> = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["errorCode"])
        .collect();
    assert_eq!(codes, [&json!(32), &Value::Null, &Value::Null]);
    assert_eq!(world.device("oppo", "device-1").await["pushes"], json!(2));
    assert_eq!(world.violations("oppo").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_had_no_effect_may_come_again_with_the_same_id() {
    let world = World::start().await;
    let session = world.oppo_login().await;
    assert_eq!(world.oppo_send(&session, &message("device-1", "rv-1")).await["code"], json!(10000));
    world.oppo_devices(&["device-1"]).await;
    world.order("oppo", json!({ "throttle_next": 1 })).await;
    assert_eq!(world.oppo_send(&session, &message("device-1", "rv-1")).await["code"], json!(-2));
    assert_eq!(world.oppo_send(&session, &message("device-1", "rv-1")).await["code"], json!(0));
}

#[tokio::test]
async fn a_thousand_messages_are_accepted_and_neither_one_more_nor_none() {
    let world = World::start().await;
    let tokens: Vec<String> = (0..1001).map(|number| format!("device-{number}")).collect();
    world.oppo_devices(&tokens.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let session = world.oppo_login().await;
    let messages: Vec<Value> = tokens.iter().map(|token| message(token, "rv-1")).collect();
    assert_eq!(world.oppo_batch(&session, &messages).await["code"], json!(41));
    assert_eq!(world.oppo_batch(&session, &[]).await["code"], json!(40));
    assert_eq!(world.violations("oppo").await.len(), 2);
    assert_eq!(world.oppo_batch(&session, &messages[..1000]).await["code"], json!(0));
    assert_eq!(world.stats("oppo").await["pushes"], json!(1000));
}

#[tokio::test]
async fn the_token_is_in_the_form_and_was_issued() {
    let world = World::start().await;
    world.oppo_devices(&["device-1"]).await;
    let session = world.oppo_login().await;
    let in_header = world
        .oppo_form(
            "/server/v1/message/notification/unicast",
            &[("message", message("device-1", "rv-1").to_string())],
        )
        .header("auth_token", &session);
    assert_eq!(asked(in_header).await.1["code"], json!(29));
    assert_eq!(world.oppo_send("made-up", &message("device-1", "rv-1")).await["code"], json!(11));
    assert_eq!(world.violations("oppo").await.len(), 2);
    world.order("oppo", json!({ "expire_sessions": true })).await;
    assert_eq!(world.oppo_send(&session, &message("device-1", "rv-1")).await["code"], json!(11));
    assert_eq!(world.violations("oppo").await.len(), 2);
    let session = world.oppo_login().await;
    assert_eq!(world.oppo_send(&session, &message("device-1", "rv-1")).await["code"], json!(0));
    assert_eq!(world.stats("oppo").await["sessions_seen"], json!(2));
}

#[tokio::test]
async fn there_is_no_recall() {
    let world = World::start().await;
    for path in ["/server/v1/message/notification/revoke", "/server/v1/message/recall"] {
        assert_eq!(asked(world.oppo_form(path, &[])).await.0, 404);
    }
    let get = world
        .client
        .get(format!("{}/server/v1/message/notification/unicast", world.sim.url("oppo")));
    assert_eq!(asked(get).await.0, 405);
    assert_eq!(world.violations("oppo").await.len(), 3);
}

#[tokio::test]
async fn what_is_required_is_required() {
    for name in ["title", "content"] {
        refused(&spoiled(&format!("/notification/{name}"), Value::Null), 40, name).await;
        refused(&spoiled(&format!("/notification/{name}"), json!("")), 40, name).await;
    }
    refused(&spoiled("/target_value", json!("")), 40, "target_value").await;
    refused(
        &json!({ "target_type": 2, "target_value": "device-1" }),
        41,
        "missing field `notification`",
    )
    .await;
    refused(&spoiled("/notification/category", Value::Null), 40, "notify_level without category").await;
    refused(&spoiled("/notification/click_action_type", json!(2)), 40, "without its address").await;
}

#[tokio::test]
async fn every_field_has_its_type_and_range() {
    for (name, value) in [
        ("title", json!("字".repeat(51))),
        ("sub_title", json!("字".repeat(11))),
        ("content", json!("字".repeat(51))),
        ("style", json!(3)),
        ("notify_id", json!(-1)),
        ("notify_id", json!(2_147_483_648_u64)),
        ("off_line_ttl", json!(864_001)),
        ("click_action_type", json!(3)),
        ("notify_level", json!(3)),
        ("category", json!("")),
        ("network_type", json!(2)),
        ("show_ttl", json!(86_401)),
        ("action_parameters", json!("not json")),
        ("action_parameters", json!(format!("{{\"a\":\"{}\"}}", "x".repeat(4000)))),
    ] {
        refused(&spoiled(&format!("/notification/{name}"), value), 41, name).await;
    }
    refused(&spoiled("/target_type", json!(3)), 41, "target_type").await;
    refused(
        &spoiled("/notification/notify_id", json!("secret")),
        41,
        "a field has the wrong type",
    )
    .await;
    for place in ["/extra", "/notification/notifyId"] {
        refused(&spoiled(place, json!(1)), 41, "unknown field").await;
    }
}

#[tokio::test]
async fn a_form_with_something_else_in_it_is_refused() {
    let world = World::start().await;
    let session = world.oppo_login().await;
    let path = "/server/v1/message/notification/unicast";
    let form = vec![("auth_token", session), ("message", "{".to_owned())];
    assert_eq!(asked(world.oppo_form(path, &form)).await.1["code"], json!(41));
    assert_eq!(asked(world.oppo_form(path, &form[..1])).await.1["code"], json!(40));
    let more = [form[0].clone(), ("messages", "[]".to_owned())];
    assert_eq!(asked(world.oppo_form(path, &more)).await.1["code"], json!(41));
    assert_eq!(world.violations("oppo").await.len(), 3);
}

#[tokio::test]
async fn the_longest_texts_are_accepted() {
    let world = World::start().await;
    world.oppo_devices(&["device-1"]).await;
    let session = world.oppo_login().await;
    let mut body = message("device-1", "rv-1");
    body["notification"]["title"] = json!("字".repeat(50));
    body["notification"]["content"] = json!("字".repeat(50));
    assert_eq!(world.oppo_send(&session, &body).await["code"], json!(0));
    body["notification"]["app_message_id"] = json!("rv-2");
    body["notification"]["style"] = json!(2);
    body["notification"]["content"] = json!("字".repeat(128));
    assert_eq!(world.oppo_send(&session, &body).await["code"], json!(0));
}

#[tokio::test]
async fn offline_a_message_is_stored_unless_it_is_not_to_be() {
    let world = World::start().await;
    world.devices("oppo", APP, &["device-1"], "offline").await;
    let session = world.oppo_login().await;
    let mut body = message("device-1", "rv-1");
    world.oppo_send(&session, &body).await;
    body["notification"]["off_line"] = json!(false);
    body["notification"]["notify_id"] = json!(7);
    body["notification"]["app_message_id"] = json!("rv-2");
    world.oppo_send(&session, &body).await;
    world.control("/online", json!({ "vendor": "oppo", "tokens": ["device-1"] })).await;
    let device = world.device("oppo", "device-1").await;
    assert_eq!(device["notifications"].as_array().unwrap().len(), 1);
    assert_eq!(device["notifications"][0]["key"], json!("123456"));
}

#[tokio::test]
async fn faults_come_in_its_own_form() {
    let world = World::start().await;
    world.oppo_devices(&["device-1", "device-2"]).await;
    let session = world.oppo_login().await;
    let body = message("device-1", "rv-1");

    world.order("oppo", json!({ "throttle_next": 1, "retry_after_s": 7 })).await;
    let answer = world.oppo_request(&session, &body).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (200, &"7".parse().unwrap())
    );
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], json!(-2));
    world
        .order("oppo", json!({ "error_next": { "n": 1, "status": 200, "code": "33" } }))
        .await;
    assert_eq!(world.oppo_send(&session, &body).await["code"], json!(33));
    world.order("oppo", json!({ "drop_next": 1 })).await;
    assert!(is_cut(&world.oppo_request(&session, &body).send().await));
    assert_eq!(world.device("oppo", "device-1").await["pushes"], json!(0));

    world.order("oppo", json!({ "drop_after_effect_next": 1 })).await;
    assert!(is_cut(&world.oppo_request(&session, &body).send().await));
    assert_eq!(world.device("oppo", "device-1").await["pushes"], json!(1));
    assert_eq!(world.oppo_send(&session, &body).await["code"], json!(32));

    world.order("oppo", json!({ "fail_tokens": { "device-1": "13" } })).await;
    let batch = [message("device-1", "rv-2"), message("device-2", "rv-2")];
    assert_eq!(world.oppo_batch(&session, &batch).await["code"], json!(13));
    assert_eq!(world.device("oppo", "device-2").await["pushes"], json!(0));
    let nonsense = json!({ "vendor": "oppo", "fail_tokens": { "device-1": "12345" } });
    assert_eq!(world.control_raw("/faults", nonsense).await.0, 400);
    assert_eq!(world.violations("oppo").await, Vec::<String>::new());
}
