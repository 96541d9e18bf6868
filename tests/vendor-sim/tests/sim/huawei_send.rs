//! `POST /v1/{appId}/messages:send`: one test per documented check.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::huawei::{APP, answered, message, spoiled, without};

/// Sends `body` and expects this code, and exactly one violation that says `what`.
async fn refused(body: &Value, code: &str, what: &str) {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    let answer = world.huawei_send(&session, body).await;
    assert_eq!((answer.status, answer.code()), (400, code));
    assert!(answer.body["requestId"].is_string());
    let violations = world.violations("huawei").await;
    assert_eq!(violations.len(), 1);
    assert!(violations[0].contains(what), "{violations:?}");
    assert_eq!(world.device("huawei", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn a_correct_push_succeeds_and_is_shown() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!((answer.status, answer.code()), (200, "80000000"));
    assert_eq!(answer.body["msg"], json!("Success"));
    let device = world.device("huawei", "device-1").await;
    assert_eq!(device["pushes"], json!(1));
    let shown = &device["notifications"][0];
    assert_eq!(shown["key"], json!("123456"));
    assert_eq!(shown["title"], json!("Message revoked"));
    assert_eq!(shown["silent"], json!(true));
    assert_eq!(shown["vendor_request_id"], answer.body["requestId"]);
    assert_eq!(world.violations("huawei").await, Vec::<String>::new());
}

#[tokio::test]
async fn without_a_known_access_token_nothing_is_sent() {
    let world = World::start().await;
    let answer = world.huawei_send("made-up", &message(&["device-1"])).await;
    assert_eq!((answer.status, answer.code()), (401, "80200001"));
    let url = format!("{}/v1/{APP}/messages:send", world.sim.url("huawei"));
    let bare = world.client.post(url).json(&message(&["device-1"]));
    let answer = answered(bare).await;
    assert_eq!((answer.status, answer.code()), (401, "80200001"));
    assert_eq!(world.violations("huawei").await.len(), 2);
}

#[tokio::test]
async fn an_expired_access_token_says_so_and_is_no_violation() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    world
        .control("/faults", json!({ "vendor": "huawei", "expire_sessions": true }))
        .await;
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!((answer.status, answer.code()), (401, "80200003"));
    assert_eq!(world.violations("huawei").await, Vec::<String>::new());
    let session = world.login().await;
    let answer = world.huawei_send(&session, &message(&["device-1"])).await;
    assert_eq!(answer.code(), "80000000");
}

#[tokio::test]
async fn an_access_token_is_good_for_its_own_app_only() {
    let world = World::start().await;
    let session = world.login().await;
    let request = world
        .client
        .post(format!("{}/v1/999/messages:send", world.sim.url("huawei")))
        .header("authorization", format!("Bearer {session}"))
        .json(&message(&["device-1"]));
    assert_eq!(answered(request).await.code(), "80300002");
}

#[tokio::test]
async fn other_paths_methods_and_content_types_are_refused() {
    let world = World::start().await;
    let session = world.login().await;
    let url = format!("{}/v1/{APP}/messages:send", world.sim.url("huawei"));
    let authorization = format!("Bearer {session}");
    let get = world.client.get(&url).header("authorization", &authorization);
    assert_eq!(answered(get).await.status, 405);
    let revoke = world
        .client
        .post(format!("{}/v1/{APP}/messages:revoke", world.sim.url("huawei")))
        .json(&json!({}));
    assert_eq!(answered(revoke).await.status, 404);
    for content_type in ["text/plain", "application/json;charset=gbk"] {
        let request = world
            .client
            .post(&url)
            .header("authorization", &authorization)
            .header("content-type", content_type)
            .body(message(&["device-1"]).to_string());
        assert_eq!(answered(request).await.code(), "80100001", "{content_type}");
    }
    assert_eq!(world.violations("huawei").await.len(), 4);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_bad_parameter() {
    let world = World::start().await;
    let session = world.login().await;
    let request = world.huawei_request(&session, &json!({})).body("{\"message\":");
    let answer = answered(request).await;
    assert_eq!((answer.status, answer.code()), (400, "80100001"));
}

#[tokio::test]
async fn a_message_is_required() {
    refused(&without("/message"), "80100003", "missing field `message`").await;
}

#[tokio::test]
async fn an_unknown_field_is_refused_anywhere() {
    for place in [
        "/extra",
        "/message/extra",
        "/message/android/extra",
        "/message/android/notification/notifyId",
        "/message/android/notification/click_action/extra",
    ] {
        refused(&spoiled(place, json!(1)), "80100003", "unknown field").await;
    }
}

#[tokio::test]
async fn a_wrong_type_is_refused_without_repeating_the_value() {
    let body = spoiled("/message/android/notification/notify_id", json!("secret"));
    refused(&body, "80100003", "a field has the wrong type").await;
}

#[tokio::test]
async fn exactly_one_kind_of_target_is_required() {
    let what = "exactly one of token, topic and condition";
    refused(&without("/message/token"), "80100003", what).await;
    refused(&spoiled("/message/topic", json!("news")), "80100003", what).await;
    refused(&spoiled("/message/token", json!([])), "80100003", "empty").await;
}

#[tokio::test]
async fn a_thousand_tokens_are_accepted_and_one_more_is_not() {
    let world = World::start().await;
    let tokens: Vec<String> = (0..1001).map(|number| format!("device-{number}")).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    world.huawei_devices(&tokens).await;
    let session = world.login().await;
    let answer = world.huawei_send(&session, &message(&tokens[..1000])).await;
    assert_eq!(answer.code(), "80000000");
    let answer = world.huawei_send(&session, &message(&tokens)).await;
    assert_eq!((answer.status, answer.code()), (400, "80300010"));
    assert_eq!(world.stats("huawei").await["pushes"], json!(1000));
}

#[tokio::test]
async fn the_body_without_its_tokens_is_at_most_4096_bytes() {
    let empty = spoiled("/message/android/notification/body", json!(""));
    let token_list = "\"device-1\",".len();
    let room = 4096 - (empty.to_string().len() - token_list);
    let filled = |length| spoiled("/message/android/notification/body", json!("x".repeat(length)));

    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    let answer = world.huawei_send(&session, &filled(room)).await;
    assert_eq!(answer.code(), "80000000");
    refused(&filled(room + 1), "80300008", "4096").await;
}

#[tokio::test]
async fn ttl_is_seconds_with_an_s_and_at_most_fifteen_days() {
    for ttl in ["86400", "s", "-1s", "1.s", "1.1234567890s", "1d"] {
        let body = spoiled("/message/android/ttl", json!(ttl));
        refused(&body, "80100004", "not seconds").await;
    }
    let body = spoiled("/message/android/ttl", json!("1296001s"));
    refused(&body, "80100004", "15 days").await;

    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    for ttl in ["1296000s", "3.5s"] {
        let body = spoiled("/message/android/ttl", json!(ttl));
        assert_eq!(world.huawei_send(&session, &body).await.code(), "80000000");
    }
}

#[tokio::test]
async fn notify_id_is_a_31_bit_number() {
    for id in [json!(-2), json!(2_147_483_648_u64)] {
        let body = spoiled("/message/android/notification/notify_id", id);
        refused(&body, "80100003", "notify_id").await;
    }
}

#[tokio::test]
async fn title_and_body_are_required_and_not_empty() {
    for field in ["title", "body"] {
        let place = format!("/message/android/notification/{field}");
        refused(&spoiled(&place, json!("")), "80100003", "empty").await;
        refused(&without(&place), "80100003", "empty").await;
    }
}

#[tokio::test]
async fn click_action_is_required_with_a_type_and_what_the_type_needs() {
    let place = "/message/android/notification/click_action";
    refused(&without(place), "80100003", "click_action is missing").await;
    refused(&spoiled(place, json!({})), "80100003", "missing field `type`").await;
    refused(&spoiled(place, json!({ "type": 4 })), "80100003", "not 1, 2 or 3").await;
    for lacking in [json!({ "type": 1 }), json!({ "type": 2, "url": "http://example.com" })] {
        refused(&spoiled(place, lacking), "80100003", "lacks").await;
    }
}

#[tokio::test]
async fn words_outside_the_documented_lists_are_refused() {
    let places = [
        ("/message/android/urgency", "importance"),
        ("/message/android/category", "NEWS"),
        ("/message/android/category", "PLAY_VOICE"),
        ("/message/android/notification/importance", "DEFAULT"),
    ];
    for (place, word) in places {
        refused(&spoiled(place, json!(word)), "80100003", "").await;
    }
}

#[tokio::test]
async fn numbers_outside_the_documented_ranges_are_refused() {
    for number in [-2, 101] {
        let body = spoiled("/message/android/collapse_key", json!(number));
        refused(&body, "80100013", "collapse_key").await;
    }
    let places = ["target_user_type", "fast_app_target", "notification/style"];
    for place in places {
        let body = spoiled(&format!("/message/android/{place}"), json!(7));
        refused(&body, "80100003", "").await;
    }
}

#[tokio::test]
async fn high_importance_is_a_right_of_its_own() {
    let body = spoiled("/message/android/notification/importance", json!("HIGH"));
    refused(&body, "80300011", "importance").await;
}

#[tokio::test]
async fn a_message_with_nothing_to_send_is_refused() {
    refused(&without("/message/android"), "80100003", "nothing to send").await;
    let mut body = without("/message/android");
    body["message"]["notification"] = json!({ "title": "t", "body": "b" });
    refused(&body, "80100003", "android.notification").await;
}

#[tokio::test]
async fn only_bad_tokens_is_an_error_and_no_violation() {
    let world = World::start().await;
    let session = world.login().await;
    let answer = world.huawei_send(&session, &message(&["nobody"])).await;
    assert_eq!((answer.status, answer.code()), (200, "80300007"));
    assert_eq!(world.violations("huawei").await, Vec::<String>::new());
}

#[tokio::test]
async fn some_bad_tokens_are_listed_in_a_json_string() {
    let world = World::start().await;
    world.huawei_devices(&["device-1", "gone"]).await;
    world
        .control(
            "/devices",
            json!({ "vendor": "huawei", "app": APP, "tokens": ["gone"], "state": "unregistered" }),
        )
        .await;
    world
        .control("/devices", json!({ "vendor": "huawei", "app": "999", "tokens": ["elsewhere"] }))
        .await;
    let session = world.login().await;
    let tokens = ["nobody", "device-1", "gone", "elsewhere"];
    let answer = world.huawei_send(&session, &message(&tokens)).await;
    assert_eq!((answer.status, answer.code()), (200, "80100000"));
    let details: Value = serde_json::from_str(answer.body["msg"].as_str().unwrap()).unwrap();
    assert_eq!(
        details,
        json!({ "success": 1, "failure": 3, "illegal_tokens": ["nobody", "gone", "elsewhere"] })
    );
    assert_eq!(world.device("huawei", "device-1").await["pushes"], json!(1));
    assert_eq!(world.device("huawei", "gone").await["pushes"], json!(0));
}

#[tokio::test]
async fn a_test_message_is_checked_and_not_shown() {
    let world = World::start().await;
    world.huawei_devices(&["device-1"]).await;
    let session = world.login().await;
    let body = spoiled("/validate_only", json!(true));
    assert_eq!(world.huawei_send(&session, &body).await.code(), "80000000");
    assert_eq!(world.device("huawei", "device-1").await["pushes"], json!(0));
}
