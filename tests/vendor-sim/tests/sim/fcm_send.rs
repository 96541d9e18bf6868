//! `POST /v1/projects/{project}/messages:send`: one test per documented check.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::fcm::{Answered, FID, PROJECT, answered, message, spoiled};

/// Sends `body` and expects that it breaks this rule of this field.
async fn refused(body: &Value, field: &str, what: &str) {
    let world = World::fcm(&["device-1"]).await;
    let answer = world.fcm_send(&world.fcm_login().await, body).await;
    assert_eq!((answer.status, answer.error_code()), (400, Some("INVALID_ARGUMENT")), "{body}");
    assert_eq!(answer.field(), Some(field), "{body}");
    let violations = world.violations("fcm").await;
    assert_eq!(violations.len(), 1);
    assert!(violations[0].contains(what), "{violations:?}");
    assert_eq!(world.device("fcm", "device-1").await["pushes"], json!(0));
}

async fn accepted(body: &Value) -> World {
    let world = World::fcm(&["device-1", FID]).await;
    let answer = world.fcm_send(&world.fcm_login().await, body).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.body);
    assert!(answer.body["name"].as_str().unwrap().starts_with("projects/demo-project/messages/"));
    assert_eq!(world.violations("fcm").await, Vec::<String>::new());
    world
}

#[tokio::test]
async fn a_correct_push_is_shown_and_named() {
    let world = accepted(&message("device-1")).await;
    let device = world.device("fcm", "device-1").await;
    let shown = &device["notifications"][0];
    assert_eq!((&shown["key"], &shown["title"]), (&json!("rv-9"), &json!("Message revoked")));
    assert_eq!((&shown["silent"], &device["pushes"]), (&json!(true), &json!(1)));
    assert!(shown["vendor_request_id"].as_str().unwrap().starts_with("projects/"));
}

/// As four clients of others were seen to write it.
#[tokio::test]
async fn both_spellings_of_proto3_json_and_the_bodies_of_other_clients_are_taken() {
    let android = json!({ "collapse_key": "rv-9", "notification": { "tag": "rv-9" } });
    for message in [
        json!({ "token": "device-1", "android": { "collapseKey": "rv-9", "notification": { "tag": "rv-9", "title": "t" } } }),
        json!({ "fid": FID, "notification": { "title": "t", "body": "b" }, "android": {
            "priority": "high", "ttl": "86400s", "collapse_key": "rv-9", "bandwidth_constrained_ok": true,
            "notification": { "tag": "rv-9", "channel_id": "c", "default_sound": false, "proxy": "DENY" },
        } }),
        json!({ "token": "device-1", "notification": { "title": "x", "body": "y" }, "android": android }),
        json!({ "token": "device-1", "android": { "ttl": "86400s", "directBootOk": true, "notification": { "clickAction": "a", "bodyLocArgs": ["x"] } } }),
        json!({ "token": "device-1", "data": { "revoke": "rv-9" }, "topic": null }),
    ] {
        accepted(&json!({ "message": message, "validate_only": false })).await;
    }
    accepted(&json!({ "message": { "topic": "news", "notification": { "title": "t" } } })).await;
    accepted(&json!({ "message": { "condition": "'a' in topics && 'b' in topics", "data": { "a": "b" } } })).await;
}

#[tokio::test]
async fn a_content_type_with_a_strange_parameter_is_taken() {
    let world = World::fcm(&["device-1"]).await;
    let session = world.fcm_login().await;
    for (content_type, status) in [
        ("application/json; UTF-8", 200),
        ("application/json;charset=utf-8", 200),
        ("text/plain", 400),
    ] {
        let request = world
            .client
            .post(format!("{}/v1/projects/{PROJECT}/messages:send", world.sim.url("fcm")))
            .bearer_auth(&session)
            .header("content-type", content_type)
            .body(message("device-1").to_string());
        assert_eq!(answered(request).await.status, status, "{content_type}");
    }
}

#[tokio::test]
async fn exactly_one_target_is_required() {
    let what = "exactly one of token, fid, topic and condition";
    refused(&spoiled("/message/topic", json!("news")), "message", what).await;
    refused(&spoiled("/message/token", Value::Null), "message", what).await;
    refused(&spoiled("/message/fid", json!(FID)), "message", what).await;
}

#[tokio::test]
async fn each_target_has_a_form() {
    let only = |field: &str, value: &str| {
        let mut body = spoiled("/message/token", Value::Null);
        body["message"][field] = json!(value);
        body
    };
    for (field, value) in [
        ("token", ""),
        ("token", FID),
        ("fid", "gT0123456789abcdefghij"),
        ("fid", "device-1"),
        ("topic", "/topics/news"),
        ("topic", ""),
        ("condition", "news"),
    ] {
        refused(&only(field, value), &format!("message.{field}"), "").await;
    }
}

#[tokio::test]
async fn an_unknown_field_or_one_that_stands_twice_is_refused_anywhere() {
    for (pointer, place) in [
        ("/extra", "request"),
        ("/message/to", "message"),
        ("/message/android/notifyId", "message.android"),
        ("/message/android/notification/importance", "message.android.notification"),
        ("/message/apns/topic", "message.apns"),
        ("/message/webpush/topic", "message.webpush"),
        ("/message/notification/tag", "message.notification"),
    ] {
        refused(&spoiled(pointer, json!("x")), place, "an unknown field").await;
    }
    let mut twice = message("device-1");
    twice["message"]["android"]["collapse_key"] = json!("a");
    twice["message"]["android"]["collapseKey"] = json!("a");
    refused(&twice, "message.android", "a field twice").await;
}

#[tokio::test]
async fn values_have_types_and_ranges() {
    for (pointer, value, field) in [
        ("/message/android/ttl", json!("86400"), "message.android.ttl"),
        ("/message/android/ttl", json!("2419201s"), "message.android.ttl"),
        ("/message/android/ttl", json!(86_400), "message.android.ttl"),
        ("/message/android/priority", json!("urgent"), "message.android.priority"),
        ("/message/android/notification/tag", json!(9), "message.android.notification.tag"),
        (
            "/message/android/notification/proxy",
            json!("MAYBE"),
            "message.android.notification.proxy",
        ),
        (
            "/message/android/notification/color",
            json!("red"),
            "message.android.notification.color",
        ),
        ("/message/data", json!({ "n": 1 }), "message.data"),
        ("/message/data", json!({ "google.x": "1" }), "message.data"),
        ("/message/apns/headers/apns-priority", json!("7"), "message.apns.headers"),
        (
            "/message/apns/headers/apns-collapse-id",
            json!("c".repeat(65)),
            "message.apns.headers",
        ),
        ("/message/apns/headers/apns-expiration", json!("soon"), "message.apns.headers"),
        ("/message/webpush/headers/Topic", json!("t".repeat(33)), "message.webpush.headers"),
        ("/message/webpush/headers/Topic", json!("a b"), "message.webpush.headers"),
        ("/message/webpush/headers/TTL", json!("1d"), "message.webpush.headers"),
        ("/message/webpush/notification", json!("x"), "message.webpush.notification"),
        ("/message/notification/body", json!("b".repeat(4_000)), "message"),
    ] {
        refused(&spoiled(pointer, value), field, "").await;
    }
    let background = json!({ "message": {
        "token": "device-1", "apns": { "headers": { "apns-priority": "10" }, "payload": { "aps": { "content-available": 1 } } },
    } });
    refused(&background, "message.apns.headers", "a background push with priority 10").await;
}

#[tokio::test]
async fn a_topic_has_half_the_room() {
    let mut body = spoiled("/message/token", Value::Null);
    body["message"]["topic"] = json!("news");
    body["message"]["notification"]["body"] = json!("b".repeat(2_000));
    refused(&body, "message", "too long").await;
}

#[tokio::test]
async fn a_body_that_is_not_json_or_has_no_message_is_refused() {
    let world = World::fcm(&[]).await;
    let session = world.fcm_login().await;
    for body in ["{\"message\":", "[]", "{}"] {
        let request = world.fcm_request(&session, &json!({})).body(body);
        assert_eq!(answered(request).await.error_code(), Some("INVALID_ARGUMENT"), "{body}");
    }
}

async fn sent_with(world: &World, session: &str) -> Answered {
    world.fcm_send(session, &message("device-1")).await
}

#[tokio::test]
async fn without_a_good_access_token_nothing_is_sent_and_fcm_says_nothing() {
    let world = World::fcm(&["device-1"]).await;
    let answer = sent_with(&world, "made-up").await;
    assert_eq!((answer.status, answer.error_code()), (401, None));
    assert_eq!(world.violations("fcm").await.len(), 1);

    let session = world.fcm_login().await;
    world.order("fcm", json!({ "expire_sessions": true })).await;
    let answer = sent_with(&world, &session).await;
    assert_eq!((answer.status, answer.error_code()), (401, None));
    assert_eq!(world.violations("fcm").await.len(), 1, "what runs out breaks no rule");
    assert_eq!(sent_with(&world, &world.fcm_login().await).await.status, 200);
}

#[tokio::test]
async fn an_access_token_is_good_for_its_own_project_only() {
    let world = World::fcm(&["device-1"]).await;
    let request = world
        .client
        .post(format!("{}/v1/projects/another/messages:send", world.sim.url("fcm")))
        .bearer_auth(world.fcm_login().await)
        .json(&message("device-1"));
    let answer = answered(request).await;
    assert_eq!((answer.status, answer.error_code()), (403, None));
}

#[tokio::test]
async fn other_paths_and_methods_are_refused() {
    let world = World::fcm(&[]).await;
    let url = world.sim.url("fcm");
    let send = format!("{url}/v1/projects/{PROJECT}/messages:send");
    let get = world.client.get(&send).bearer_auth(world.fcm_login().await);
    assert_eq!(answered(get).await.status, 404);
    for path in ["/fcm/send", "/batch", "/v1/projects/demo-project/messages"] {
        assert_eq!(answered(world.client.post(format!("{url}{path}"))).await.status, 404, "{path}");
    }
    assert_eq!(world.violations("fcm").await.len(), 4);
}

#[tokio::test]
async fn what_a_device_is_is_told_by_the_error_code() {
    let world = World::fcm(&["device-1", "gone"]).await;
    world.devices("fcm", PROJECT, &["gone"], "unregistered").await;
    world.devices("fcm", "another-project", &["theirs"], "active").await;
    let session = world.fcm_login().await;
    for (token, status, code) in [
        ("gone", 404, "UNREGISTERED"),
        ("theirs", 403, "SENDER_ID_MISMATCH"),
        ("nobody", 400, "INVALID_ARGUMENT"),
    ] {
        let answer = world.fcm_send(&session, &message(token)).await;
        assert_eq!(
            (answer.status, answer.error_code(), answer.field()),
            (status, Some(code), None),
            "{token}"
        );
    }
    assert_eq!(world.violations("fcm").await, Vec::<String>::new());
}

#[tokio::test]
async fn each_error_can_be_ordered() {
    let world = World::fcm(&["device-1"]).await;
    let session = world.fcm_login().await;
    for (code, status) in [
        ("UNREGISTERED", 404),
        ("SENDER_ID_MISMATCH", 403),
        ("INVALID_ARGUMENT", 400),
        ("THIRD_PARTY_AUTH_ERROR", 401),
        ("APNS_AUTH_ERROR", 401),
        ("QUOTA_EXCEEDED", 429),
        ("UNAVAILABLE", 503),
        ("INTERNAL", 500),
        ("UNSPECIFIED_ERROR", 500),
    ] {
        world.order("fcm", json!({ "fail_tokens": { "device-1": code } })).await;
        let answer = sent_with(&world, &session).await;
        assert_eq!((answer.status, answer.error_code()), (status, Some(code)));
    }
    world
        .order(
            "fcm",
            json!({ "fail_tokens": { "device-1": null }, "throttle_next": 1, "retry_after_s": 7 }),
        )
        .await;
    let answer = sent_with(&world, &session).await;
    assert_eq!(
        (answer.error_code(), answer.retry_after.as_deref()),
        (Some("QUOTA_EXCEEDED"), Some("7"))
    );
    world.order("fcm", json!({ "error_next": { "n": 1, "status": 403 } })).await;
    let answer = sent_with(&world, &session).await;
    assert_eq!((answer.status, answer.error_code()), (403, None));
    assert_eq!(sent_with(&world, &session).await.status, 200);
    assert_eq!(world.violations("fcm").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_quota_counts_messages() {
    let world = World::fcm(&["device-1"]).await;
    let session = world.fcm_login().await;
    world.control("/quotas", json!({ "vendor": "fcm", "per_second": 1 })).await;
    let began = std::time::Instant::now();
    let answers = [sent_with(&world, &session).await, sent_with(&world, &session).await];
    // A second that is over by now would prove nothing.
    if began.elapsed() < std::time::Duration::from_secs(1) {
        assert_eq!(answers.map(|answer| answer.status), [200, 429]);
    }
}

#[tokio::test]
async fn the_same_tag_replaces_what_is_shown_and_another_does_not() {
    let world = World::fcm(&["device-1"]).await;
    let session = world.fcm_login().await;
    world.deliver("fcm", "device-1", json!({ "key": "rv-9" })).await;
    sent_with(&world, &session).await;
    assert_eq!(world.titles("fcm", "device-1").await, ["Message revoked"]);
    world
        .fcm_send(&session, &spoiled("/message/android/notification/tag", json!("other")))
        .await;
    assert_eq!(world.titles("fcm", "device-1").await.len(), 2);
    world
        .fcm_send(&session, &spoiled("/message/android/notification/tag", Value::Null))
        .await;
    assert_eq!(world.titles("fcm", "device-1").await.len(), 3);
}

/// Two pushes for a device that is offline, and how many it is given when it comes back.
async fn kept(first: Option<&str>, second: Option<&str>) -> (usize, u64) {
    let world = World::fcm(&["device-1"]).await;
    let session = world.fcm_login().await;
    world.devices("fcm", PROJECT, &["device-1"], "offline").await;
    for (key, tag) in [(first, "a"), (second, "b")] {
        let mut body = spoiled("/message/android/notification/tag", json!(tag));
        body["message"]["android"]["collapse_key"] = json!(key);
        assert_eq!(world.fcm_send(&session, &body).await.status, 200);
    }
    world.control("/online", json!({ "vendor": "fcm", "tokens": ["device-1"] })).await;
    let device = world.device("fcm", "device-1").await;
    (
        device["notifications"].as_array().unwrap().len(),
        device["pushes"].as_u64().unwrap(),
    )
}

#[tokio::test]
async fn what_is_undelivered_is_replaced_by_its_collapse_key_only() {
    assert_eq!(kept(Some("rv-9"), Some("rv-9")).await, (1, 2));
    assert_eq!(kept(Some("rv-9"), Some("rv-8")).await, (2, 2));
    assert_eq!(kept(Some("rv-9"), None).await, (2, 2));
    assert_eq!(kept(None, None).await, (2, 2));
}

#[tokio::test]
async fn a_dry_run_and_a_topic_reach_no_device() {
    let mut body = message("device-1");
    body["validateOnly"] = json!(true);
    let world = accepted(&body).await;
    assert_eq!(world.device("fcm", "device-1").await["pushes"], json!(0));
    let world = accepted(&json!({ "message": { "topic": "news", "notification": { "title": "t" } } })).await;
    assert_eq!(world.device("fcm", "device-1").await["pushes"], json!(0));
}

#[tokio::test]
async fn a_data_message_shows_nothing() {
    let world = accepted(&json!({ "message": { "token": "device-1", "data": { "revoke": "rv-9" } } })).await;
    let device = world.device("fcm", "device-1").await;
    assert_eq!((&device["backgrounds"], &device["notifications"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn http_1_1_is_spoken_too() {
    let world = World::fcm(&["device-1"]).await;
    let session = world.fcm_login().await;
    let old = crate::support::trusting(&world.sim).http1_only().build().unwrap();
    let request = old
        .post(format!("{}/v1/projects/{PROJECT}/messages:send", world.sim.url("fcm")))
        .bearer_auth(&session)
        .json(&message("device-1"));
    assert_eq!(answered(request).await.status, 200);
}
