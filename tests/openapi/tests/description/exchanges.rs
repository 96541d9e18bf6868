//! The check finds mistakes.

use openapi_check::Description;
use serde_json::{Value, json};

fn gate(method: &str, path: &str, status: u16, content_type: &str, body: &Value) -> Result<(), Vec<String>> {
    Description::load().check_exchange(method, path, status, content_type, None, body)
}

#[test]
fn an_answer_as_described_passes() {
    let path = "/v1/tasks/a%2Fb/gate?channel=huawei";
    let open = json!({ "gate": "open" });
    assert_eq!(gate("GET", path, 200, "application/json", &open), Ok(()));
    assert_eq!(gate("get", path, 200, "application/json; charset=utf-8", &open), Ok(()));
}

#[test]
fn a_wrong_answer_is_named() {
    let path = "/v1/tasks/1/gate";
    for (status, content_type, body) in [
        (200, "application/json", json!({ "gate": "ajar" })),
        (200, "application/json", json!({})),
        (200, "application/json", json!({ "gate": "open", "more": 1 })),
        (200, "text/html", json!({ "gate": "open" })),
        (418, "application/json", json!({ "gate": "open" })),
        (404, "application/json", json!({ "message": "Not Found" })),
    ] {
        assert!(
            gate("GET", path, status, content_type, &body).is_err(),
            "{status} {content_type} {body}"
        );
    }
}

#[test]
fn a_time_is_a_time() {
    let push = |sent_at: &str| {
        json!({ "id": "1", "kind": "task", "type": "batch", "title": "t", "sent_at": sent_at,
            "registered_at": "2026-11-23T08:00:00Z", "closes_at": "2026-11-30T08:00:00Z" })
    };
    let registration = json!({ "type": "batch", "title": "t", "sent_at": "2026-11-23T08:00:00Z" });
    let check =
        |sent_at| Description::load().check_exchange("PUT", "/v1/tasks/1", 201, "application/json", Some(&registration), &push(sent_at));
    assert_eq!(check("2026-11-23T08:00:00Z"), Ok(()));
    assert!(check("yesterday").is_err());
}

#[test]
fn a_request_that_should_not_have_been_accepted_is_named() {
    let answer = json!({ "recorded": 1, "again": false, "gate": "open", "revoked_targets": [], "warnings": [] });
    let check = |request: Option<&Value>| {
        Description::load().check_exchange("POST", "/v1/tasks/1/deliveries", 200, "application/json", request, &answer)
    };
    assert_eq!(
        check(Some(
            &json!({ "batch_id": "b", "channel": "huawei", "deliveries": [{ "token": "t" }] })
        )),
        Ok(())
    );
    assert!(check(Some(&json!({ "batch_id": "b", "channel": "huawei", "deliveries": [] }))).is_err());
    assert!(check(None).is_err());
}

#[test]
fn a_value_is_never_quoted() {
    let request = json!({ "batch_id": "b", "channel": "huawei", "deliveries": [{ "token": "planted\n" }] });
    let answer = json!({ "recorded": "planted" });
    let wrong = Description::load()
        .check_exchange("POST", "/v1/tasks/1/deliveries", 200, "application/json", Some(&request), &answer)
        .unwrap_err();
    assert!(wrong.len() > 2, "{wrong:?}");
    assert!(!wrong.join(" ").contains("planted"), "{wrong:?}");
}

#[test]
fn what_is_not_described_is_refused_in_the_described_way() {
    let problem = |slug: &str, title: &str, status: u16| {
        json!({ "type": format!("https://message-revoke.example/problems#{slug}"), "title": title, "status": status,
            "instance": "urn:request:1", "code": slug, "request_id": "1" })
    };
    let not_found = problem("not-found", "There is nothing here", 404);
    let other_method = problem("method-not-allowed", "The method is not allowed here", 405);
    let content_type = "application/problem+json";
    assert_eq!(gate("GET", "/v1/nothing/here", 404, content_type, &not_found), Ok(()));
    assert_eq!(gate("DELETE", "/v1/tasks/1", 405, content_type, &other_method), Ok(()));
    assert!(gate("GET", "/v1/nothing/here", 404, content_type, &other_method).is_err());
    assert!(gate("GET", "/v1/tasks/1/gate", 405, content_type, &other_method).is_err());
    assert!(gate("GET", "/v1/tasks/1/gate", 401, content_type, &not_found).is_err());
    assert!(gate("DELETE", "/v1/tasks/1", 404, content_type, &not_found).is_err());
    assert!(gate("GET", "/v1/nothing/here", 200, "application/json", &json!({})).is_err());
}
