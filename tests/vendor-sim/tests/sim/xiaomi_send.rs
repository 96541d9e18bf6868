//! Xiaomi's `POST /v3/message/regid`.

use serde_json::{Value, json};

use crate::support::xiaomi::{PACKAGE, SECRET, message, spoiled};
use crate::support::{World, asked, encoded, is_cut};

/// Sends a spoiled message and expects this code, and exactly one violation that says `what`.
async fn refused(changes: &[(&'static str, &str)], code: i64, what: &str) {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    let answer = world.xiaomi_send(&spoiled(changes)).await;
    assert_eq!((&answer["result"], &answer["code"]), (&json!("error"), &json!(code)), "{changes:?}");
    let violations = world.violations("xiaomi").await;
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].contains(what), "{violations:?}");
    assert_eq!(world.device("xiaomi", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn a_correct_push_succeeds_and_is_shown() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1", "device-2"]).await;
    for path in ["/v2/message/regid", "/v3/message/regid", "/v4/message/regid"] {
        let answer = world.xiaomi(path, &message("device-1,device-2")).await;
        assert_eq!((&answer["result"], &answer["code"]), (&json!("ok"), &json!(0)));
        assert_eq!(answer["data"].get("bad_regids"), None);
        let device = world.device("xiaomi", "device-2").await;
        let shown = &device["notifications"][0];
        assert_eq!(shown["key"], json!("123456"));
        assert_eq!(shown["body"], json!("This message was revoked"));
        assert_eq!(shown["vendor_request_id"], answer["data"]["id"]);
    }
    assert_eq!(world.titles("xiaomi", "device-2").await, ["Message revoked"]);
    let stats = world.stats("xiaomi").await;
    assert_eq!((&stats["calls"], &stats["pushes"]), (&json!(3), &json!(6)));
    assert_eq!(world.violations("xiaomi").await, Vec::<String>::new());
}

#[tokio::test]
async fn quiet_is_what_asks_for_neither_sound_nor_vibration() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    for (notify_type, silent) in [("0", true), ("4", true), ("1", false), ("6", false), ("-1", false), ("", false)] {
        world.xiaomi_send(&spoiled(&[("notify_type", notify_type)])).await;
        let device = world.device("xiaomi", "device-1").await;
        assert_eq!(device["notifications"][0]["silent"], json!(silent), "{notify_type}");
    }
}

#[tokio::test]
async fn the_secret_is_in_every_request() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    let request = |credential: &str| {
        let url = format!("{}/v3/message/regid", world.sim.url("xiaomi"));
        world
            .client
            .post(url)
            .header("authorization", credential)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encoded(&message("device-1")))
    };
    let (status, answer) = asked(request("key=wrong")).await;
    assert_eq!((status, &answer["code"]), (200, &json!(21301)));
    assert_eq!(answer["reason"], json!("Invalid application secret."));
    assert_eq!(world.violations("xiaomi").await, Vec::<String>::new());
    for credential in [format!("Bearer {SECRET}"), format!("Key={SECRET}"), "key=".to_owned()] {
        assert_eq!(asked(request(&credential)).await.1["code"], json!(21301), "{credential}");
    }
    assert_eq!(world.violations("xiaomi").await.len(), 3);
    assert_eq!(asked(request(&format!("key={SECRET}"))).await.1["code"], json!(0));
}

#[tokio::test]
async fn other_paths_methods_and_bodies_are_refused() {
    let world = World::start().await;
    let form = message("device-1");
    assert_eq!(asked(world.xiaomi_request("/v3/message/all", &form)).await.0, 404);
    let get = world.client.get(format!("{}/v3/message/regid", world.sim.url("xiaomi")));
    assert_eq!(asked(get).await.0, 405);
    let latin = world
        .client
        .post(format!("{}/v3/message/regid", world.sim.url("xiaomi")))
        .header("authorization", format!("key={SECRET}"))
        .header("content-type", "application/x-www-form-urlencoded;charset=gbk")
        .body(encoded(&form));
    assert_eq!(asked(latin).await.1["code"], json!(10017));
    let twice = format!("{}&title=again", encoded(&form));
    assert_eq!(
        asked(world.xiaomi_request("/v3/message/regid", &form).body(twice)).await.1["code"],
        json!(10017)
    );
    assert_eq!(world.violations("xiaomi").await.len(), 4);
}

#[tokio::test]
async fn what_is_required_is_required() {
    for name in ["registration_id", "restricted_package_name", "title", "description"] {
        refused(&[(name, "")], 10016, name).await;
    }
    refused(&[("pass_through", "1"), ("payload", "")], 10016, "payload").await;
}

#[tokio::test]
async fn every_parameter_has_its_range() {
    let long_title = "字".repeat(50);
    let long_text = "字".repeat(128);
    for (name, value) in [
        ("title", long_title.as_str()),
        ("title", " "),
        ("description", &long_text),
        ("notify_id", "-1"),
        ("notify_id", "2147483648"),
        ("notify_id", "abc"),
        ("notify_type", "8"),
        ("notify_type", "-2"),
        ("pass_through", "2"),
        ("time_to_live", "-1"),
        ("registration_id", "device-1,,device-2"),
        ("extra.notify_foreground", "true"),
        ("extra.notify_effect", "4"),
        ("extra.jobkey", "more-than-twelve"),
        ("extra.jobkey", "_first"),
    ] {
        refused(&[(name, value)], 10017, name).await;
    }
    refused(&[("extra.notify_effect", "3")], 10017, "without its address").await;
    refused(&[("notifyId", "1")], 10017, "an unknown parameter").await;
    refused(&[("time_to_send", "1")], 10017, "not simulated").await;
    refused(&[("restricted_package_name", "com.other")], 22006, "package").await;
    refused(&[("extra.much", &"x".repeat(1024))], 10017, "1024").await;
    let own: Vec<(&'static str, &str)> = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
        .map(|letter| (format!("extra.{letter}").leak() as &'static str, "1"))
        .to_vec();
    refused(&own, 10017, "10 extras").await;
}

#[tokio::test]
async fn the_longest_texts_are_accepted() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    let (title, text) = ("字".repeat(49), "字".repeat(127));
    let answer = world.xiaomi_send(&spoiled(&[("title", &title), ("description", &text)])).await;
    assert_eq!(answer["code"], json!(0));
}

#[tokio::test]
async fn a_thousand_targets_are_accepted_and_one_more_is_not() {
    let world = World::start().await;
    let tokens: Vec<String> = (0..1001).map(|number| format!("device-{number}")).collect();
    world.xiaomi_devices(&tokens.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let answer = world.xiaomi_send(&message(&tokens[..1000].join(","))).await;
    assert_eq!(answer["code"], json!(0));
    let answer = world.xiaomi_send(&message(&tokens.join(","))).await;
    assert_eq!(answer["code"], json!(10017));
    assert_eq!(world.stats("xiaomi").await["pushes"], json!(1000));
}

#[tokio::test]
async fn bad_targets_are_named_and_none_good_is_an_error() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    world.devices("xiaomi", PACKAGE, &["left"], "unregistered").await;
    world.devices("xiaomi", "com.other", &["other"], "active").await;
    let answer = world.xiaomi_send(&message("nobody,device-1,left,other")).await;
    assert_eq!(answer["code"], json!(0));
    assert_eq!(answer["data"]["bad_regids"], json!("nobody,left,other"));
    let answer = world.xiaomi_send(&message("nobody,left")).await;
    assert_eq!((&answer["result"], &answer["code"]), (&json!("error"), &json!(20301)));
    assert_eq!(world.violations("xiaomi").await, Vec::<String>::new());
}

#[tokio::test]
async fn of_a_job_key_the_client_shows_the_first_message_only() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    world.deliver("xiaomi", "device-1", json!({ "job_key": "spring" })).await;
    let answer = world.xiaomi_send(&spoiled(&[("extra.jobkey", "spring")])).await;
    assert_eq!(answer["code"], json!(0));
    let device = world.device("xiaomi", "device-1").await;
    assert_eq!(device["notifications"][0]["title"], json!("Half price"));
    assert_eq!((&device["pushes"], &device["ignored"]), (&json!(1), &json!(1)));
    world.xiaomi_send(&spoiled(&[("extra.jobkey", "spring-2")])).await;
    assert_eq!(world.titles("xiaomi", "device-1").await, ["Message revoked"]);
}

#[tokio::test]
async fn without_a_notification_id_an_app_has_one_place_on_the_bar() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    for title in ["one", "two"] {
        world.xiaomi_send(&spoiled(&[("notify_id", ""), ("title", title)])).await;
    }
    assert_eq!(world.titles("xiaomi", "device-1").await, ["two"]);
}

#[tokio::test]
async fn a_message_that_passes_through_shows_nothing() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1"]).await;
    world.xiaomi_send(&spoiled(&[("pass_through", "1")])).await;
    let device = world.device("xiaomi", "device-1").await;
    assert_eq!((&device["backgrounds"], &device["notifications"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn offline_a_message_is_stored_unless_it_is_to_be_sent_once() {
    let world = World::start().await;
    world.devices("xiaomi", PACKAGE, &["device-1"], "offline").await;
    world
        .xiaomi_send(&spoiled(&[("notify_id", "1"), ("extra.only_send_once", "1")]))
        .await;
    world.xiaomi_send(&spoiled(&[("notify_id", "2")])).await;
    world
        .control("/online", json!({ "vendor": "xiaomi", "tokens": ["device-1"] }))
        .await;
    let device = world.device("xiaomi", "device-1").await;
    assert_eq!(device["notifications"].as_array().unwrap().len(), 1);
    assert_eq!(device["notifications"][0]["key"], json!("2"));
}

#[tokio::test]
async fn faults_come_in_its_own_form() {
    let world = World::start().await;
    world.xiaomi_devices(&["device-1", "device-2"]).await;
    let form = message("device-1");

    world.order("xiaomi", json!({ "throttle_next": 1, "retry_after_s": 7 })).await;
    let request = world.xiaomi_request("/v3/message/regid", &message("device-1"));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "7");
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], json!(10027));

    let fault = json!({ "error_next": { "n": 1, "status": 200, "code": "200001" } });
    world.order("xiaomi", fault).await;
    assert_eq!(world.xiaomi_send(&form).await["code"], json!(200_001));
    world.order("xiaomi", json!({ "error_next": { "n": 1, "status": 502 } })).await;
    let request = world.xiaomi_request("/v3/message/regid", &message("device-1"));
    assert_eq!(asked(request).await, (502, Value::Null));

    world.order("xiaomi", json!({ "drop_next": 1 })).await;
    let request = world.xiaomi_request("/v3/message/regid", &message("device-1"));
    assert!(is_cut(&request.send().await));
    assert_eq!(world.device("xiaomi", "device-1").await["pushes"], json!(0));
    world.order("xiaomi", json!({ "drop_after_effect_next": 1 })).await;
    let request = world.xiaomi_request("/v3/message/regid", &message("device-1"));
    assert!(is_cut(&request.send().await));
    assert_eq!(world.device("xiaomi", "device-1").await["pushes"], json!(1));

    world.order("xiaomi", json!({ "fail_tokens": { "device-1": "66007" } })).await;
    let answer = world.xiaomi_send(&message("device-1,device-2")).await;
    assert_eq!(answer["data"]["bad_regids"], json!("device-1"));
    world.order("xiaomi", json!({ "fail_tokens": { "device-1": "10003" } })).await;
    let answer = world.xiaomi_send(&message("device-1,device-2")).await;
    assert_eq!(answer["code"], json!(10003));
    assert_eq!(world.device("xiaomi", "device-2").await["pushes"], json!(1));
    let nonsense = json!({ "vendor": "xiaomi", "fail_tokens": { "device-1": "Nonsense" } });
    assert_eq!(world.control_raw("/faults", nonsense).await.0, 400);

    world.order("xiaomi", json!({ "expire_sessions": true })).await;
    world.control("/faults/clear", json!({})).await;
    assert_eq!(world.xiaomi_send(&form).await["code"], json!(0));
    assert_eq!(world.violations("xiaomi").await, Vec::<String>::new());
}

#[tokio::test]
async fn statistics_never_name_a_device_or_a_text() {
    let world = World::start().await;
    world
        .xiaomi_send(&spoiled(&[("registration_id", "planted-device"), ("notify_id", "planted-id")]))
        .await;
    world.xiaomi_send(&spoiled(&[("planted-name", "planted-text")])).await;
    let stats = world.look("/stats").await.to_string();
    assert!(stats.contains("an unknown parameter"));
    assert!(!stats.contains("planted") && !stats.contains(SECRET), "{stats}");
}
