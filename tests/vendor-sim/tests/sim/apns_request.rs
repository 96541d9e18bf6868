//! `POST /3/device/{token}`: one test per documented check.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::apns::{Answered, BUNDLE, alert, answered, device};

/// A correct request without the named header.
fn without(world: &World, provider_token: &str, missing: &str) -> RequestBuilder {
    let authorization = format!("bearer {provider_token}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("apns-topic", BUNDLE),
        ("apns-push-type", "alert"),
    ];
    let mut request = world.apns_bare(&device(1)).body(alert().to_string());
    for (name, value) in headers {
        if name != missing {
            request = request.header(name, value);
        }
    }
    request
}

/// What a request with this header set to this value is answered.
async fn with_header(name: &str, value: &str) -> (World, Answered) {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let request = without(&world, &world.signer.token(), name).header(name, value);
    let answer = answered(request).await;
    (world, answer)
}

/// Expects one violation and no push.
async fn refused_header(name: &str, value: &str, reason: &str) {
    let (world, answer) = with_header(name, value).await;
    assert_eq!((answer.status, answer.reason().as_str()), (400, reason));
    assert_eq!(world.violations("apns").await.len(), 1);
    assert_eq!(world.device("apns", &device(1)).await["pushes"], json!(0));
}

async fn accepted_header(name: &str, value: &str) {
    let (world, answer) = with_header(name, value).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{value}");
    assert_eq!(world.violations("apns").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_correct_push_is_answered_with_an_id_and_an_empty_body() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let answer = answered(world.apns_request(&world.signer.token(), 1)).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.apns_id.len(), 36);
    let shown = world.device("apns", &device(1)).await;
    let shown = &shown["notifications"][0];
    assert_eq!(shown["key"], json!("123456"));
    assert_eq!(shown["title"], json!("Message revoked"));
    assert_eq!(shown["silent"], json!(true));
    assert_eq!(shown["vendor_request_id"], json!(answer.apns_id));
    assert_eq!(world.violations("apns").await, Vec::<String>::new());
}

#[tokio::test]
async fn only_post_is_allowed() {
    let world = World::start().await;
    let url = format!("{}/3/device/{}", world.sim.url("apns"), device(1));
    let answer = answered(world.client.get(url)).await;
    assert_eq!((answer.status, answer.reason().as_str()), (405, "MethodNotAllowed"));
}

#[tokio::test]
async fn other_paths_are_bad_and_a_path_without_a_token_is_incomplete() {
    let world = World::start().await;
    let cases = [
        ("/2/device/00", 404, "BadPath"),
        ("/3/devices", 404, "BadPath"),
        ("/3/device/00/11", 404, "BadPath"),
        ("/3/device/", 400, "MissingDeviceToken"),
        ("/3/device", 400, "MissingDeviceToken"),
    ];
    for (path, status, reason) in cases {
        let request = world.client.post(format!("{}{path}", world.sim.url("apns")));
        let answer = answered(request).await;
        assert_eq!((answer.status, answer.reason().as_str()), (status, reason));
    }
    assert_eq!(world.violations("apns").await.len(), cases.len());
}

#[tokio::test]
async fn a_device_token_is_64_to_200_hex_digits() {
    let world = World::start().await;
    let provider_token = world.signer.token();
    let wrong = ["ab".repeat(31), "ab".repeat(101), "zz".repeat(32), "a".repeat(65)];
    for token in wrong {
        let request = world
            .apns_bare(&token)
            .header("authorization", format!("bearer {provider_token}"))
            .header("apns-topic", BUNDLE)
            .header("apns-push-type", "alert")
            .body(alert().to_string());
        let answer = answered(request).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "BadDeviceToken"));
    }
    assert_eq!(world.violations("apns").await, Vec::<String>::new());
}

#[tokio::test]
async fn the_topic_must_be_there_and_belong_to_the_team() {
    let world = World::start().await;
    let request = without(&world, &world.signer.token(), "apns-topic");
    assert_eq!(answered(request).await.reason(), "MissingTopic");
    refused_header("apns-topic", "com.example.other", "TopicDisallowed").await;
    refused_header("apns-topic", "", "BadTopic").await;
}

#[tokio::test]
async fn the_push_type_must_be_a_known_one() {
    let world = World::start().await;
    let request = without(&world, &world.signer.token(), "apns-push-type");
    assert_eq!(answered(request).await.reason(), "InvalidPushType");
    refused_header("apns-push-type", "loud", "InvalidPushType").await;
    refused_header("apns-push-type", "voip", "BadTopic").await;
}

#[tokio::test]
async fn the_priority_is_1_5_or_10() {
    for priority in ["1", "5", "10"] {
        accepted_header("apns-priority", priority).await;
    }
    for priority in ["0", "7", "05", ""] {
        refused_header("apns-priority", priority, "BadPriority").await;
    }
}

#[tokio::test]
async fn the_expiration_is_a_number() {
    for expiration in ["0", "4102444800"] {
        accepted_header("apns-expiration", expiration).await;
    }
    for expiration in ["-1", "soon", "1.5", "99999999999999999999"] {
        refused_header("apns-expiration", expiration, "BadExpirationDate").await;
    }
}

#[tokio::test]
async fn the_callers_id_must_be_a_lower_case_uuid_and_comes_back() {
    let id = "123e4567-e89b-12d3-a456-4266554400a0";
    let (_, answer) = with_header("apns-id", id).await;
    assert_eq!((answer.status, answer.apns_id.as_str()), (200, id));
    for id in [
        "123E4567-E89B-12D3-A456-4266554400A0",
        "123e4567e89b12d3a4564266554400a0",
        "123e4567-e89b-12d3-a456-4266554400a0-",
        "1",
    ] {
        refused_header("apns-id", id, "BadMessageId").await;
    }
}

#[tokio::test]
async fn the_collapse_id_is_at_most_64_bytes() {
    accepted_header("apns-collapse-id", &"c".repeat(64)).await;
    refused_header("apns-collapse-id", &"c".repeat(65), "BadCollapseId").await;
}

#[tokio::test]
async fn a_header_given_twice_is_refused() {
    let world = World::start().await;
    let request = world.apns_request(&world.signer.token(), 1).header("apns-collapse-id", "another");
    assert_eq!(answered(request).await.reason(), "DuplicateHeaders");
}

async fn payload(body: String) -> Answered {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let answer = answered(world.apns_request(&world.signer.token(), 1).body(body)).await;
    let expected = usize::from(answer.status != 200);
    assert_eq!(world.violations("apns").await.len(), expected);
    answer
}

#[tokio::test]
async fn the_payload_is_json_with_an_aps_dictionary() {
    for body in ["", "{", "[]", "{}", r#"{"aps":1}"#, r#"{"aps":{"alert":1}}"#] {
        let answer = payload(body.to_owned()).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "PayloadEmpty"), "{body}");
    }
}

#[tokio::test]
async fn the_payload_is_at_most_4096_bytes() {
    let body = |length: usize| {
        let empty = json!({ "aps": { "alert": "" } }).to_string().len();
        json!({ "aps": { "alert": "x".repeat(length - empty) } }).to_string()
    };
    assert_eq!(payload(body(4096)).await.status, 200);
    let answer = payload(body(4097)).await;
    assert_eq!((answer.status, answer.reason().as_str()), (413, "PayloadTooLarge"));
}

fn background(world: &World, priority: &str, payload: &Value) -> RequestBuilder {
    without(world, &world.signer.token(), "apns-push-type")
        .header("apns-push-type", "background")
        .header("apns-priority", priority)
        .body(payload.to_string())
}

#[tokio::test]
async fn a_background_push_has_priority_5_and_shows_nothing() {
    let world = World::start().await;
    world.apns_devices(&[1], "active").await;
    let quiet = json!({ "aps": { "content-available": 1 }, "revoke": { "id": "123456" } });
    let answer = answered(background(&world, "5", &quiet)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let device = world.device("apns", &device(1)).await;
    assert_eq!(device["backgrounds"], json!(1));
    assert_eq!(device["notifications"], json!([]));

    let answer = answered(background(&world, "10", &quiet)).await;
    assert_eq!(answer.reason(), "BadPriority");
    let loud = json!({ "aps": { "content-available": 1, "sound": "default" } });
    let answer = answered(background(&world, "5", &loud)).await;
    assert_eq!(answer.reason(), "PayloadEmpty");
}
