//! Notices of `HarmonyOS`.

use serde_json::{Value, json};

use crate::support::harmony::{Account, CLIENT, Service, details, message, notification, with};

async fn code(world: &Service, body: &Value) -> Value {
    world.harmony_send(body).await.1["code"].clone()
}

#[tokio::test]
async fn a_notice_with_the_same_id_takes_the_messages_place() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1", "device-2"]).await;
    for token in ["device-1", "device-2"] {
        world.deliver("harmony", token, json!({})).await;
    }
    world.deliver("harmony", "device-1", json!({ "key": "7", "title": "Other" })).await;
    let (status, answer) = world.harmony_send(&message(&["device-1", "device-2"])).await;
    assert_eq!(
        (status, &answer["code"], &answer["msg"]),
        (200, &json!("80000000"), &json!("Success"))
    );
    assert_eq!(world.titles("harmony", "device-1").await, ["Message revoked", "Other"]);
    assert_eq!(world.titles("harmony", "device-2").await, ["Message revoked"]);
    assert_eq!(world.violations("harmony").await, Vec::<String>::new());
}

#[tokio::test]
async fn of_one_app_message_id_the_first_is_shown() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1"]).await;
    world.deliver("harmony", "device-1", json!({ "job_key": "m-1" })).await;
    let same = notification(&json!({ "appMessageId": "m-1" }));
    assert_eq!(code(&world, &same).await, "80000000", "accepted, and not shown");
    assert_eq!(world.titles("harmony", "device-1").await, ["Half price"]);
    assert_eq!(world.device("harmony", "device-1").await["ignored"], json!(1));
    assert_eq!(code(&world, &message(&["device-1"])).await, "80000000");
    assert_eq!(world.titles("harmony", "device-1").await, ["Message revoked"]);
}

#[tokio::test]
async fn what_is_stored_arrives_in_order_unless_both_have_a_group() {
    for (group, shown) in [(json!(-1), vec!["Message revoked", "Other"]), (json!(5), vec!["Other"])] {
        let world = Service::start().await;
        world.devices("harmony", CLIENT, &["device-1"], "offline").await;
        for changes in [json!({}), json!({ "notifyId": 7, "title": "Other" })] {
            let mut body = notification(&changes);
            body["pushOptions"]["collapseKey"] = group.clone();
            assert_eq!(code(&world, &body).await, "80000000");
        }
        world
            .control("/online", json!({ "vendor": "harmony", "tokens": ["device-1"] }))
            .await;
        assert_eq!(world.titles("harmony", "device-1").await, shown);
    }
}

#[tokio::test]
async fn some_bad_tokens_are_named_by_their_reason_inside_a_json_text() {
    let world = Service::start().await;
    let other = with(
        &Account::generate().registration(),
        &json!({ "project_id": "2", "client_id": "app-2", "key_id": "key-2" }),
    );
    world.control("/apps", other).await;
    world.harmony_devices(&["device-1"]).await;
    world.devices("harmony", "app-2", &["of-another"], "active").await;
    let (status, answer) = world.harmony_send(&message(&["device-1", "nobody", "of-another"])).await;
    assert_eq!((status, &answer["code"]), (200, &json!("80100000")));
    let expected = json!({
        "illegalTokens": { "tokenFormatError": ["nobody"], "noRight": ["of-another"] }, "success": 1, "failure": 2,
    });
    assert_eq!(details(&answer), expected);
    let (status, answer) = world.harmony_send(&message(&["of-another"])).await;
    assert_eq!((status, &answer["code"]), (200, &json!("80300007")));
    assert_eq!(
        details(&answer),
        json!({ "illegalTokens": { "noRight": ["of-another"] }, "failure": 1 })
    );
    assert_eq!(world.violations("harmony").await, Vec::<String>::new());
}

#[tokio::test]
async fn tokens_of_several_apps_of_a_project_are_not_sent_to_at_once() {
    let world = Service::start().await;
    let second = with(&world.account.registration(), &json!({ "client_id": "app-2" }));
    world.control("/apps", second).await;
    world.harmony_devices(&["device-1"]).await;
    world.devices("harmony", "app-2", &["device-2"], "active").await;
    assert_eq!(code(&world, &message(&["device-1", "device-2"])).await, "80300017");
    assert_eq!(code(&world, &message(&["device-2"])).await, "80000000");
}

#[tokio::test]
async fn a_notice_is_as_the_reference_says() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1"]).await;
    let options = |changes: Value| {
        let mut message = message(&["device-1"]);
        message["pushOptions"] = with(&message["pushOptions"], &changes);
        message
    };
    let many: Vec<String> = (0..1_001).map(|n| format!("d{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut for_tests = message(&many[..11]);
    for_tests["pushOptions"]["testMessage"] = json!(true);
    let bad = [
        (notification(&json!({ "category": null })), "80100003"),
        (notification(&json!({ "category": "GOSSIP" })), "80100003"),
        (notification(&json!({ "title": "" })), "80100003"),
        (notification(&json!({ "body": null })), "80100003"),
        (notification(&json!({ "clickAction": null })), "80100003"),
        (notification(&json!({ "clickAction": { "actionType": 3 } })), "80100003"),
        (notification(&json!({ "clickAction": { "actionType": 1 } })), "80100003"),
        (notification(&json!({ "notifyId": -2 })), "80100003"),
        (notification(&json!({ "notifyId": 2_147_483_648_i64 })), "80100003"),
        (notification(&json!({ "notify_id": 7 })), "80100003"),
        (notification(&json!({ "body": "x".repeat(4_000) })), "80300008"),
        (options(json!({ "ttl": 1_296_001 })), "80100004"),
        (options(json!({ "ttl": "86400s" })), "80100003"),
        (options(json!({ "collapseKey": 101 })), "80100003"),
        (options(json!({ "biTag": "x".repeat(65) })), "80100003"),
        (message(&[]), "80300010"),
        (message(&many), "80300010"),
        (for_tests, "80300010"),
        (json!({ "target": { "token": ["device-1"] } }), "80100003"),
        (json!("not an object"), "80100003"),
    ];
    for (body, expected) in &bad {
        assert_eq!(code(&world, body).await, *expected, "{body}");
    }
    assert_eq!(world.violations("harmony").await.len(), bad.len());
    assert_eq!(world.device("harmony", "device-1").await["pushes"], json!(0));
    // Tokens do not count for the length.
    let long: Vec<String> = (0..1_000).map(|n| format!("{n:0200}")).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    assert_eq!(code(&world, &message(&long)).await, "80300007");
}

#[tokio::test]
async fn faults_befall_sends() {
    let world = Service::start().await;
    world.harmony_devices(&["device-1", "device-2"]).await;
    world.order("harmony", json!({ "throttle_next": 1, "retry_after_s": 7 })).await;
    assert_eq!(world.harmony_send(&message(&["device-1"])).await.0, 503);
    world
        .order("harmony", json!({ "fail_tokens": { "device-1": "appinfoError" } }))
        .await;
    let (_, answer) = world.harmony_send(&message(&["device-1", "device-2"])).await;
    assert_eq!(details(&answer)["illegalTokens"], json!({ "appinfoError": ["device-1"] }));
    world.order("harmony", json!({ "fail_tokens": { "device-1": "80100022" } })).await;
    assert_eq!(code(&world, &message(&["device-1", "device-2"])).await, "80100022");
    world
        .order("harmony", json!({ "error_next": { "n": 1, "status": 500, "code": "81000001" } }))
        .await;
    assert_eq!(world.harmony_send(&message(&["device-2"])).await.0, 500);
}
