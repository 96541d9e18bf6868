//! Events as they come, from whoever hands them over.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

const LIMIT: usize = 1_000;

/// An event of `API Gateway` for an HTTP API.
const API_GATEWAY: &str = include_str!("fixtures/api_gateway.json");
/// One of the local AWS.
const LOCAL_AWS: &str = include_str!("fixtures/local_aws.json");
/// One of `cargo lambda watch`.
const WATCH: &str = include_str!("fixtures/cargo_lambda_watch.json");

fn event(fixture: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Result<HttpRequest, Fault> {
    let mut event: Map<String, Value> = serde_json::from_str(fixture).unwrap();
    change(&mut event);
    read(&Value::Object(event).to_string()).unwrap()
}

fn read(event: &str) -> serde_json::Result<Result<HttpRequest, Fault>> {
    Ok(serde_json::from_str::<HttpEvent>(event)?.request("r-1".to_owned(), LIMIT))
}

fn path_of(fixture: &str, raw_path: &str) -> Result<String, Fault> {
    let request = event(fixture, |event| {
        event.insert("rawPath".to_owned(), raw_path.into());
        event.insert("rawQueryString".to_owned(), "channel=huawei".into());
    })?;
    // Whatever the path has, the query is still there.
    assert_eq!(request.query, "channel=huawei", "{raw_path}");
    Ok(request.path)
}

#[test]
fn a_request_is_read_from_the_events_own_fields() {
    for fixture in [API_GATEWAY, LOCAL_AWS, WATCH] {
        let request = event(fixture, |_| {}).unwrap();
        assert_eq!(
            (request.method, request.path.as_str(), request.query.as_str(), request.id.as_str()),
            (Method::GET, "/v1/messages/m1", "", "r-1")
        );
        assert_eq!(request.headers["authorization"], "Bearer key-1.secret");
        assert!(request.body.is_empty());
    }
}

/// What was sent, and how `API Gateway` and the local AWS write it into `rawPath`. Without a gateway it stays as it was sent.
const PATHS: &[(&str, &str, &str)] = &[
    ("/v1/messages/x%23y/gate", "/v1/messages/x#y/gate", "/v1/messages/x#y/gate"),
    ("/v1/messages/x%3By/gate", "/v1/messages/x;y/gate", "/v1/messages/x;y/gate"),
    ("/v1/messages/x+y/gate", "/v1/messages/x+y/gate", "/v1/messages/x+y/gate"),
    ("/v1/messages/x%2By/gate", "/v1/messages/x+y/gate", "/v1/messages/x+y/gate"),
    ("/v1/messages/x%20y/gate", "/v1/messages/x y/gate", "/v1/messages/x y/gate"),
    ("/v1/messages/x%3Fy/gate", "/v1/messages/x?y/gate", "/v1/messages/x?y/gate"),
    ("/v1/messages/%E4%BF%83/gate", "/v1/messages/促/gate", "/v1/messages/促/gate"),
    ("/v1/messages/x%25y/gate", "/v1/messages/x%25y/gate", "/v1/messages/x%y/gate"),
    ("/v1/messages/x%2523y/gate", "/v1/messages/x%2523y/gate", "/v1/messages/x%23y/gate"),
    ("/v1/messages/x%252Fy/gate", "/v1/messages/x%252Fy/gate", "/v1/messages/x%2Fy/gate"),
    ("/v1/messages/x%2Fy/gate", "/v1/messages/x/y/gate", "/v1/messages/x/y/gate"),
    ("//v1//messages/", "//v1//messages/", "//v1//messages/"),
    ("/v1/./messages/%2E%2E/", "/v1/./messages/../", "/v1/./messages/../"),
];

#[test]
fn a_path_is_decoded_once_whoever_hands_it_over() {
    for (sent, handed_over, read) in PATHS {
        assert_eq!(path_of(API_GATEWAY, handed_over).as_deref(), Ok(*read), "{sent}");
        assert_eq!(path_of(LOCAL_AWS, handed_over).as_deref(), Ok(*read), "{sent}");
        assert_eq!(path_of(WATCH, sent).as_deref(), Ok(*read), "{sent}");
    }
}

#[test]
fn what_a_gateway_decoded_twice_is_not_decoded_a_third_time() {
    // Seen at API Gateway: `%2525` arrives as `%`, and so does what comes after it.
    assert_eq!(path_of(API_GATEWAY, "/v1/messages/x%23y").as_deref(), Ok("/v1/messages/x%23y"));
    assert_eq!(path_of(API_GATEWAY, "/v1/messages/x%zz%").as_deref(), Ok("/v1/messages/x%zz%"));
}

#[test]
fn a_path_that_is_no_text_is_no_path() {
    assert_eq!(path_of(WATCH, "/v1/messages/%ff"), Err(Fault::Path));
}

#[test]
fn a_query_is_left_as_it_was_sent() {
    for query in ["cursor=0%2E&x=%2523", "a=1#b", "a b", "%ff", "?", ""] {
        let request = event(API_GATEWAY, |event| {
            event.insert("rawQueryString".to_owned(), query.into());
        });
        assert_eq!(request.unwrap().query, query);
    }
}

#[test]
fn a_body_in_base64_is_decoded_or_refused() {
    let body = |body: Value, encoded: Value| {
        event(API_GATEWAY, |event| {
            event.insert("body".to_owned(), body);
            event.insert("isBase64Encoded".to_owned(), encoded);
        })
        .map(|request| request.body)
    };
    assert_eq!(body("eyJhIjoxfQ==".into(), true.into()).unwrap(), br#"{"a":1}"#);
    assert_eq!(body("eyJhIjoxfQ==".into(), Value::Null).unwrap(), b"eyJhIjoxfQ==");
    assert_eq!(body(Value::Null, true.into()).unwrap(), b"");
    for bad in ["促", "!", "eyJhIjoxfQ=", "=", "ey Jh"] {
        assert_eq!(body(bad.into(), true.into()), Err(Fault::Body), "{bad}");
    }
}

#[test]
fn a_body_over_the_limit_is_not_even_decoded() {
    let body = |text: String, encoded: bool| {
        event(API_GATEWAY, |event| {
            event.insert("body".to_owned(), text.into());
            event.insert("isBase64Encoded".to_owned(), encoded.into());
        })
        .map(|request| request.body.len())
    };
    assert_eq!(body("x".repeat(LIMIT), false), Ok(LIMIT));
    assert_eq!(body("x".repeat(LIMIT + 1), false), Err(Fault::TooLarge));
    assert_eq!(body(BASE64.encode(vec![0; LIMIT]), true), Ok(LIMIT));
    // No Base64, which only decoding would tell.
    assert_eq!(body("!".repeat(LIMIT * 2), true), Err(Fault::TooLarge));
}

#[test]
fn what_is_missing_or_no_header_is_passed_over() {
    let request = read(r#"{"requestContext":{"http":{"method":"GET"}}}"#).unwrap().unwrap();
    assert_eq!((request.path.as_str(), request.query.as_str()), ("", ""));
    assert_eq!(read("{}").unwrap().unwrap_err(), Fault::Method);
    let request = event(API_GATEWAY, |event| {
        event.insert(
            "headers".to_owned(),
            json!({"a b": "1", "x": "line\nbreak", "y": null, "Z": "促", "": ""}),
        );
    })
    .unwrap();
    assert_eq!(request.headers.len(), 1);
    assert_eq!(request.headers["z"].as_bytes(), "促".as_bytes());
    assert_eq!(
        event(API_GATEWAY, |event| drop(event.insert("headers".to_owned(), Value::Null)))
            .unwrap()
            .headers
            .len(),
        0
    );
}

fn told(_: &str, status: StatusCode, detail: &'static str) -> Response<String> {
    let mut response = Response::new(detail.to_owned());
    *response.status_mut() = status;
    response
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_for_and_the_next_request_is_served() {
    let handle = async |request: &HttpRequest| {
        assert!(!request.path.contains("planted"), "no: {}", request.path);
        Response::new(request.path.clone())
    };
    let served = async |path: &str| {
        let event = json!({"rawPath": path, "requestContext": {"http": {"method": "GET"}}});
        let event = serde_json::from_value(event).unwrap();
        serde_json::to_value(answer("r-1", event, LIMIT, &handle, told).await).unwrap()
    };
    let failed = served("/planted").await;
    assert_eq!(
        (&failed["statusCode"], &failed["body"]),
        (&json!(500), &json!("report the request id"))
    );
    let next = served("/next").await;
    assert_eq!((&next["statusCode"], &next["body"]), (&json!(200), &json!("/next")));
}

#[test]
fn an_answer_is_what_a_gateway_takes() {
    let mut response = Response::new("{}".to_owned());
    response.headers_mut().insert("location", "/v1/x".parse().unwrap());
    assert_eq!(
        serde_json::to_value(HttpAnswer(response)).unwrap(),
        json!({"statusCode": 200, "headers": {"location": "/v1/x"}, "body": "{}", "isBase64Encoded": false, "cookies": []})
    );
}

proptest! {
    #[test]
    fn no_text_in_an_event_makes_reading_it_panic(
        path in ".*", query in ".*", body in ".*", method in ".{0,8}", name in ".{0,20}", value in ".*", encoded: bool, gateway: bool,
    ) {
        let event = json!({
            "rawPath": path, "rawQueryString": query, "body": body, "isBase64Encoded": encoded, "headers": {name: value},
            "requestContext": {"apiId": gateway.then_some("a"), "http": {"method": method}}
        });
        if let Ok(request) = read(&event.to_string()).unwrap() {
            prop_assert_eq!(request.query, query);
            if gateway && !path.contains("%25") {
                prop_assert_eq!(request.path, path);
            }
        }
    }

    #[test]
    fn no_bytes_make_reading_an_event_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = serde_json::from_slice::<HttpEvent>(&bytes).map(|event| event.request(String::new(), LIMIT));
    }

    #[test]
    fn any_path_without_a_gateway_comes_back_as_it_was_meant(id in "[^/]*") {
        let sent = percent_encoding::utf8_percent_encode(&id, percent_encoding::NON_ALPHANUMERIC).to_string();
        prop_assert_eq!(path_of(WATCH, &sent), Ok(id));
    }
}
