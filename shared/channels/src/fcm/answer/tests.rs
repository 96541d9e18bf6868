use serde_json::{Value, json};

use super::*;
use crate::driver::told;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn read(status: u16, retry_after: Option<Duration>, body: &Value) -> (Said, About) {
    told(status, retry_after, &body.to_string(), classify)
}

/// An answer in Google's form.
fn error(details: &Value) -> Value {
    json!({"error": {"code": 400, "message": "planted", "status": "PLANTED", "details": details}})
}

fn fcm(code: &str) -> Value {
    json!({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code})
}

fn bad_request(field: &str) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": field, "description": "planted"}]})
}

fn one(reason: &str, meaning: Meaning) -> (Said, About) {
    (Said::new(reason, meaning), About::One)
}

fn everyone(reason: &str, meaning: Meaning) -> (Said, About) {
    (Said::new(reason, meaning), About::Everyone)
}

fn after(secs: u64, (said, about): (Said, About)) -> (Said, About) {
    (said.after(Some(Duration::from_secs(secs))), about)
}

#[test]
fn a_message_with_a_name_is_accepted() {
    let name = json!({"name": "projects/demo-project/messages/0:1"});
    assert_eq!(read(200, None, &name), one("fcm:http_200", Meaning::Accepted));
}

#[test]
fn a_success_that_names_no_message_is_none() {
    for body in [json!({}), json!(null), json!("<html>"), json!({"name": ""}), json!({"name": null})] {
        assert_eq!(read(200, None, &body), one("fcm:http_200", Meaning::Transient), "{body}");
    }
    let body = error(&json!([fcm("UNREGISTERED")]));
    assert_eq!(read(200, None, &body), one("fcm:UNREGISTERED", Meaning::Gone));
}

#[test]
fn unregistered_says_that_the_address_is_gone() {
    let body = error(&json!([fcm("UNREGISTERED")]));
    assert_eq!(read(404, None, &body), one("fcm:UNREGISTERED", Meaning::Gone));
}

#[test]
fn a_404_without_an_error_code_is_our_project() {
    for body in [error(&json!([])), json!("<html>"), error(&json!([fcm("NEVER_HEARD_OF")]))] {
        assert_eq!(read(404, None, &body), everyone("fcm:http_404", Meaning::Misconfigured), "{body}");
    }
}

#[test]
fn an_invalid_argument_without_a_field_is_the_address() {
    let body = error(&json!([fcm("INVALID_ARGUMENT")]));
    assert_eq!(read(400, None, &body), one("fcm:INVALID_ARGUMENT", Meaning::Unknown));
}

#[test]
fn an_invalid_argument_with_a_field_is_that_field() {
    for (field, meaning) in [
        ("message.token", Meaning::Unknown),
        ("message.fid", Meaning::Unknown),
        ("message.topic", Meaning::Refused),
        ("message.android.ttl", Meaning::Refused),
    ] {
        let with = |details: Value| read(400, None, &error(&details));
        assert_eq!(with(json!([bad_request(field)])), one("fcm:http_400", meaning), "{field}");
        let both = json!([bad_request(field), fcm("INVALID_ARGUMENT")]);
        assert_eq!(with(both), one("fcm:INVALID_ARGUMENT", meaning), "{field}");
    }
    assert_eq!(read(400, None, &error(&json!([]))), one("fcm:http_400", Meaning::Refused));
}

#[test]
fn another_projects_address_is_unknown() {
    let body = error(&json!([fcm("SENDER_ID_MISMATCH")]));
    assert_eq!(read(403, None, &body), one("fcm:SENDER_ID_MISMATCH", Meaning::Unknown));
}

#[test]
fn any_other_403_is_our_setting() {
    let disabled = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}]);
    for details in [disabled, json!([])] {
        assert_eq!(read(403, None, &error(&details)), everyone("fcm:http_403", Meaning::Misconfigured));
    }
}

#[test]
fn a_third_partys_key_is_a_setting_and_no_session() {
    for code in ["THIRD_PARTY_AUTH_ERROR", "APNS_AUTH_ERROR"] {
        let body = error(&json!([fcm(code)]));
        assert_eq!(read(401, None, &body), one(&format!("fcm:{code}"), Meaning::Misconfigured));
    }
}

#[test]
fn a_401_without_an_error_code_is_the_session() {
    for body in [error(&json!([])), json!("")] {
        assert_eq!(read(401, None, &body), everyone("fcm:http_401", Meaning::SessionRefused));
    }
}

#[test]
fn a_quota_waits_as_long_as_it_says_and_else_a_minute() {
    let body = error(&json!([fcm("QUOTA_EXCEEDED")]));
    let quota = || everyone("fcm:QUOTA_EXCEEDED", Meaning::Throttled);
    assert_eq!(read(429, None, &body), after(60, quota()));
    assert_eq!(read(429, WAIT, &body), after(7, quota()));
    let bare = everyone("fcm:http_429", Meaning::Throttled);
    assert_eq!(read(429, None, &error(&json!([]))), after(60, bare));
}

#[test]
fn an_outage_waits_ten_seconds_or_as_long_as_it_says() {
    let unavailable = error(&json!([fcm("UNAVAILABLE")]));
    assert_eq!(read(503, None, &unavailable), after(10, one("fcm:UNAVAILABLE", Meaning::Throttled)));
    assert_eq!(
        read(503, WAIT, &unavailable),
        after(7, everyone("fcm:UNAVAILABLE", Meaning::Throttled))
    );
    assert_eq!(read(503, None, &json!("")), after(10, one("fcm:http_503", Meaning::Throttled)));
    let internal = error(&json!([fcm("INTERNAL")]));
    assert_eq!(read(500, None, &internal), one("fcm:INTERNAL", Meaning::Transient));
    assert_eq!(read(500, WAIT, &internal), after(7, everyone("fcm:INTERNAL", Meaning::Throttled)));
    assert_eq!(read(502, None, &json!("<html>")), one("fcm:http_502", Meaning::Transient));
}

#[test]
fn a_server_in_trouble_says_neither_yes_nor_no() {
    for code in ["UNREGISTERED", "SENDER_ID_MISMATCH", "INVALID_ARGUMENT"] {
        let body = error(&json!([fcm(code)]));
        assert_eq!(read(500, None, &body), one(&format!("fcm:{code}"), Meaning::Transient));
    }
    assert_eq!(read(500, None, &json!({"name": "n"})), one("fcm:http_500", Meaning::Transient));
}

#[test]
fn nothing_but_the_known_codes_becomes_part_of_a_reason() {
    let body = error(&json!([fcm("planted-token-1")]));
    assert_eq!(read(400, None, &body), one("fcm:http_400", Meaning::Refused));
    assert_eq!(read(418, None, &body), one("fcm:http_418", Meaning::Refused));
    assert_eq!(read(408, None, &body), one("fcm:http_408", Meaning::Transient));
}

#[test]
fn every_documented_code_has_its_meaning_and_its_row() {
    for code in CODES {
        assert!(documented(code).is_some(), "{code}");
    }
    crate::tables::compare_names("Firebase", |code| documented(code).map(|(meaning, _)| meaning), &CODES);
}
