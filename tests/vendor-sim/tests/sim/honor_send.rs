//! Honor's `POST /api/v1/{appId}/sendMessage`: one test per check.

use serde_json::{Value, json};

use crate::support::apns::now_ms;
use crate::support::honor::{APP, CLIENT, SECRET, message, spoiled};
use crate::support::{World, asked};

const NOTIFICATION: &str = "/android/notification";

/// Sends `body` and expects this code, and exactly one violation that says `what`.
async fn refused(body: &Value, code: i64, what: &str) {
    let world = World::start().await;
    world.honor_devices(&["device-1"]).await;
    let session = world.honor_login().await;
    let (_, answer) = asked(world.honor_request(&session, body)).await;
    assert_eq!(answer["code"], json!(code), "{body}");
    let violations = world.violations("honor").await;
    assert_eq!(violations.len(), 1);
    assert!(violations[0].contains(what), "{violations:?}");
    assert_eq!(world.device("honor", "device-1").await["pushes"], json!(0));
}

async fn refused_at(place: &str, value: Value, code: i64, what: &str) {
    refused(&spoiled(place, value), code, what).await;
}

#[tokio::test]
async fn a_correct_push_succeeds_and_is_shown() {
    let world = World::start().await;
    world.honor_devices(&["device-1"]).await;
    let session = world.honor_login().await;
    let answer = world.honor_send(&session, &message(&["device-1"])).await;
    assert_eq!((&answer["code"], &answer["message"]), (&json!(200), &json!("Success")));
    let data = &answer["data"];
    assert_eq!((&data["sendResult"], &data["msgCode"]), (&json!(true), &json!(200)));
    assert_eq!((&data["failTokens"], &data["expireTokens"]), (&json!([]), &json!([])));
    let device = world.device("honor", "device-1").await;
    assert_eq!(device["pushes"], json!(1));
    let shown = &device["notifications"][0];
    assert_eq!((&shown["key"], &shown["title"]), (&json!("123456"), &json!("Message revoked")));
    assert_eq!(shown["vendor_request_id"], data["requestId"]);
    assert_eq!(world.violations("honor").await, Vec::<String>::new());
}

#[tokio::test]
async fn only_an_app_with_the_right_is_heard() {
    let world = World::start().await;
    for (right, importance, silent) in [
        (false, "NORMAL", true),
        (false, "LOW", true),
        (true, "LOW", true),
        (true, "NORMAL", false),
    ] {
        let app = json!({"vendor": "honor", "app_id": APP, "client_id": CLIENT, "client_secret": SECRET, "self_classified": right});
        world.control("/apps", app).await;
        world.honor_devices(&["device-1"]).await;
        let body = spoiled("/android/notification/importance", json!(importance));
        world.honor_send(&world.honor_login().await, &body).await;
        let shown = world.device("honor", "device-1").await["notifications"].clone();
        assert_eq!(shown[0]["silent"], json!(silent), "{right} {importance}");
        assert_eq!(shown.as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn without_a_known_access_token_nothing_is_sent() {
    let world = World::start().await;
    let (status, answer) = asked(world.honor_request("made-up", &message(&["device-1"]))).await;
    assert_eq!((status, &answer["code"]), (403, &json!(403)));
    let bare = world
        .client
        .post(format!("{}/api/v1/{APP}/sendMessage", world.sim.url("honor")))
        .header("timestamp", now_ms())
        .json(&message(&["device-1"]));
    assert_eq!(asked(bare).await.0, 403);
    assert_eq!(world.violations("honor").await.len(), 2);
}

#[tokio::test]
async fn an_expired_access_token_says_so_and_is_no_violation() {
    let world = World::start().await;
    world.honor_devices(&["device-1"]).await;
    let session = world.honor_login().await;
    world.order("honor", json!({ "expire_sessions": true })).await;
    let (status, answer) = asked(world.honor_request(&session, &message(&["device-1"]))).await;
    assert_eq!((status, &answer["code"]), (403, &json!(403)));
    assert_eq!(world.violations("honor").await, Vec::<String>::new());
    let session = world.honor_login().await;
    assert_eq!(
        world.honor_send(&session, &message(&["device-1"])).await["data"]["sendResult"],
        json!(true)
    );
}

#[tokio::test]
async fn an_access_token_is_good_for_its_own_client_s_apps_only() {
    let world = World::start().await;
    let app = json!({"vendor": "honor", "app_id": "999", "client_id": "another", "client_secret": "s"});
    world.control("/apps", app).await;
    let session = world.honor_login().await;
    for app in ["999", "unknown"] {
        let request = world
            .client
            .post(format!("{}/api/v1/{app}/sendMessage", world.sim.url("honor")))
            .header("authorization", format!("Bearer {session}"))
            .header("timestamp", now_ms())
            .json(&message(&["device-1"]));
        assert_eq!(asked(request).await.1["code"], json!(10_205), "{app}");
    }
    assert_eq!(world.violations("honor").await.len(), 2);
}

#[tokio::test]
async fn a_timestamp_of_about_now_is_required() {
    let world = World::start().await;
    let session = world.honor_login().await;
    let body = message(&["device-1"]);
    assert_eq!(asked(world.honor_untimed(&session, &body)).await.1["code"], json!(10_001));
    let late = (now_ms() - 11 * 60 * 1000).to_string();
    let in_seconds = (now_ms() / 1000).to_string();
    for wrong in [late.as_str(), &in_seconds, "yesterday"] {
        let request = world.honor_untimed(&session, &body).header("timestamp", wrong);
        assert_eq!(asked(request).await.1["code"], json!(10_207), "{wrong}");
    }
    assert_eq!(world.violations("honor").await.len(), 4);
}

#[tokio::test]
async fn other_paths_methods_and_content_types_are_refused() {
    let world = World::start().await;
    let session = world.honor_login().await;
    let at = |path: &str| format!("{}{path}", world.sim.url("honor"));
    for path in [
        format!("/api/v1/{APP}/revokeMessage"),
        format!("/v1/{APP}/messages:send"),
        "/oauth2/v3/token".to_owned(),
    ] {
        assert_eq!(asked(world.client.post(at(&path)).json(&json!({}))).await.0, 404, "{path}");
    }
    let get = world.client.get(at(&format!("/api/v1/{APP}/sendMessage")));
    assert_eq!(asked(get).await.0, 405);
    for content_type in ["text/plain", "application/json;charset=gbk"] {
        let request = world
            .client
            .post(at(&format!("/api/v1/{APP}/sendMessage")))
            .header("authorization", format!("Bearer {session}"))
            .header("timestamp", now_ms())
            .header("content-type", content_type)
            .body(message(&["device-1"]).to_string());
        assert_eq!(asked(request).await.1["code"], json!(400), "{content_type}");
    }
    assert_eq!(world.violations("honor").await.len(), 6);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_bad_parameter() {
    let world = World::start().await;
    let session = world.honor_login().await;
    let request = world.honor_request(&session, &json!({})).body("{\"token\":");
    let (status, answer) = asked(request).await;
    assert_eq!((status, &answer["code"]), (400, &json!(400)));
}

#[tokio::test]
async fn an_unknown_field_or_a_wrong_type_is_refused_anywhere() {
    for place in [
        "/message",
        "/android/category",
        "/android/notification/notify_id",
        "/android/notification/clickAction/extra",
    ] {
        refused_at(place, json!(1), 80_100_003, "unknown field").await;
    }
    refused_at(
        "/android/notification/notifyId",
        json!("secret"),
        80_100_003,
        "a field has the wrong type",
    )
    .await;
}

#[tokio::test]
async fn a_token_is_required_and_none_may_come_twice() {
    refused_at("/token", Value::Null, 80_100_003, "missing field `token`").await;
    refused_at("/token", json!([]), 10_300, "no token").await;
    refused_at("/token", json!([""]), 10_300, "no token").await;
    refused_at("/token", json!(["device-1", "device-1"]), 80_300_006, "twice").await;
}

#[tokio::test]
async fn a_thousand_tokens_are_accepted_and_one_more_is_not() {
    let world = World::start().await;
    let tokens: Vec<String> = (0..1001).map(|number| format!("device-{number}")).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    world.honor_devices(&tokens).await;
    let session = world.honor_login().await;
    assert_eq!(world.honor_send(&session, &message(&tokens[..1000])).await["code"], json!(200));
    assert_eq!(world.honor_send(&session, &message(&tokens)).await["code"], json!(80_300_010));
    assert_eq!(world.stats("honor").await["pushes"], json!(1000));
}

#[tokio::test]
async fn the_body_without_its_tokens_is_at_most_4096_bytes() {
    let place = "/android/notification/body";
    let rest = spoiled(place, json!("")).to_string().len() - "\"device-1\",".len();
    let filled = |length| spoiled(place, json!("x".repeat(length)));
    let world = World::start().await;
    world.honor_devices(&["device-1"]).await;
    let session = world.honor_login().await;
    assert_eq!(world.honor_send(&session, &filled(4096 - rest)).await["code"], json!(200));
    refused(&filled(4097 - rest), 80_300_008, "4096").await;
}

#[tokio::test]
async fn ttl_is_seconds_with_an_s_and_at_most_fifteen_days() {
    for ttl in ["86400", "s", "-1s", "1.5s", "1d"] {
        refused_at("/android/ttl", json!(ttl), 400, "not seconds").await;
    }
    for ttl in ["0s", "1296001s"] {
        refused_at("/android/ttl", json!(ttl), 400, "15 days").await;
    }
    let world = World::start().await;
    world.honor_devices(&["device-1"]).await;
    let session = world.honor_login().await;
    let longest = spoiled("/android/ttl", json!("1296000s"));
    assert_eq!(world.honor_send(&session, &longest).await["code"], json!(200));
}

#[tokio::test]
async fn what_is_out_of_range_is_refused() {
    for (place, value, what) in [
        ("/android/targetUserType", json!(2), "targetUserType"),
        ("/android/notification/notifyId", json!(-1), "notifyId"),
        ("/android/notification/notifyId", json!(2_147_483_648_u64), "notifyId"),
        ("/android/notification/importance", json!("HIGH"), "importance"),
        ("/android/notification/style", json!(1), "style"),
        ("/android/notification/buttons", json!([{}, {}, {}, {}]), "buttons"),
        ("/android/notification/clickAction", json!({"type": 4}), "clickAction.type"),
        ("/android/notification/clickAction", json!({"type": 1}), "lacks"),
        (
            "/android/notification/clickAction",
            json!({"type": 2, "url": "http://example.com"}),
            "lacks",
        ),
    ] {
        refused_at(place, value, 400, what).await;
    }
}

#[tokio::test]
async fn a_notification_is_complete() {
    for field in ["title", "body"] {
        let place = format!("{NOTIFICATION}/{field}");
        refused_at(&place, json!(""), 80_100_003, "empty").await;
        refused_at(&place, Value::Null, 80_100_003, "empty").await;
    }
    refused_at(
        "/android/notification/clickAction",
        Value::Null,
        80_100_003,
        "clickAction is missing",
    )
    .await;
    refused_at("/android", Value::Null, 80_100_003, "nothing to send").await;
    let mut plain = spoiled("/android", Value::Null);
    plain["notification"] = json!({ "title": "t", "body": "b" });
    refused(&plain, 80_100_003, "android.notification").await;
}

#[tokio::test]
async fn tokens_that_are_bad_and_those_that_ended_are_listed_apart() {
    let world = World::start().await;
    world.honor_devices(&["device-1", "ill"]).await;
    world.devices("honor", APP, &["gone"], "unregistered").await;
    world.devices("honor", "999", &["elsewhere"], "active").await;
    world.order("honor", json!({"fail_tokens": {"ill": "80100000"}})).await;
    let session = world.honor_login().await;
    let tokens = ["nobody", "device-1", "gone", "elsewhere", "ill"];
    let answer = world.honor_send(&session, &message(&tokens)).await;
    assert_eq!((&answer["code"], &answer["data"]["sendResult"]), (&json!(80_100_000), &json!(true)));
    assert_eq!(answer["data"]["failTokens"], json!(["nobody", "elsewhere", "ill"]));
    assert_eq!(answer["data"]["expireTokens"], json!(["gone"]));
    assert_eq!(world.device("honor", "device-1").await["pushes"], json!(1));
    assert_eq!(world.device("honor", "gone").await["pushes"], json!(0));
    let answer = world.honor_send(&session, &message(&["nobody", "gone"])).await;
    assert_eq!(
        (&answer["code"], &answer["data"]["sendResult"]),
        (&json!(80_300_007), &json!(false))
    );
    assert_eq!(world.violations("honor").await, Vec::<String>::new());
}

#[tokio::test]
async fn it_misbehaves_on_order() {
    let world = World::start().await;
    world.honor_devices(&["device-1"]).await;
    let session = world.honor_login().await;
    world
        .order(
            "honor",
            json!({"throttle_next": 1, "retry_after_s": 7, "fail_tokens": {"device-1": "80200022"}}),
        )
        .await;
    let throttled = world.honor_request(&session, &message(&["device-1"])).send().await.unwrap();
    assert_eq!(
        (throttled.status().as_u16(), &throttled.headers()["retry-after"]),
        (503, &"7".parse().unwrap())
    );
    assert_eq!(world.honor_send(&session, &message(&["device-1"])).await["code"], json!(80_200_022));
    world
        .order("honor", json!({"error_next": {"n": 1, "status": 200, "code": "80200056"}}))
        .await;
    assert_eq!(world.honor_send(&session, &message(&["device-1"])).await["code"], json!(80_200_056));
    assert_eq!(world.device("honor", "device-1").await["pushes"], json!(0));
}
