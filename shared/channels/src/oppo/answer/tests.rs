//! One row per documented answer.

use serde_json::{Value, json};

use super::*;
use crate::driver::told;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn read(status: u16, retry_after: Option<Duration>, body: &str, tokens: &[&str]) -> Sayings {
    told(status, retry_after, body, |told| classify(told, tokens))
}

fn one(status: u16, body: &Value) -> Said {
    match read(status, None, &body.to_string(), &["t1"]) {
        Sayings::All(said) => said,
        other => panic!("{other:?}"),
    }
}

fn batch(data: &Value) -> Vec<(String, Meaning)> {
    let body = json!({"code": 0, "message": "", "data": data}).to_string();
    match read(200, None, &body, &["t1", "t2", "t3"]) {
        Sayings::Each { said, .. } => said.into_iter().map(|v| (v.reason, v.meaning)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_documented_code_has_its_meaning() {
    use Meaning::{Accepted, Misconfigured, QuotaUsedUp, Refused, SessionRefused, Throttled, Transient, Unknown};
    let table: &[(&[i64], Meaning)] = &[
        (&[0, 32], Accepted),
        (&[-1], Transient),
        (&[-2, 13, 55, 69], Throttled),
        (&[11, 29], SessionRefused),
        (&[14, 15, 16, 17, 18, 19, 26, 27, 28, 30, 54, 67], Misconfigured),
        (&[12, 20, 21, 22, 23, 24, 25, 31, 40, 41, 51], Refused),
        (&[33, 42], QuotaUsedUp),
        (&[10000], Unknown),
        // Met in the field, with no meaning that we know of.
        (&[59], Transient),
    ];
    for (codes, meaning) in table {
        for code in *codes {
            let expected = Said::new(format!("oppo:{code}"), *meaning);
            assert_eq!(one(200, &json!({"code": code, "message": "m"})), expected, "{code}");
        }
    }
}

#[test]
fn a_bad_argument_is_a_gone_target_when_it_is_the_registration_id() {
    let read = |message| one(200, &json!({"code": 41, "message": message})).meaning;
    assert_eq!(read("Invalid Arguments: registration_id"), Meaning::Unknown);
    assert_eq!(read("Registration Id is illegal"), Meaning::Unknown);
    assert_eq!(read("Invalid Arguments: notify_id"), Meaning::Refused);
}

#[test]
fn a_batch_says_how_it_went_for_each_target() {
    let data = json!([
        {"registrationId": "t3", "messageId": "m3"},
        // OPPO's own example has both, an id and an error.
        {"registrationId": "t1", "messageId": "m1", "errorCode": 10000, "errorMessage": "x"},
        {"registrationId": "t2", "errorCode": 41, "errorMessage": "bad title"},
    ]);
    let came_to = |reason: &str, meaning| (reason.to_owned(), meaning);
    assert_eq!(
        batch(&data),
        [
            came_to("oppo:10000", Meaning::Unknown),
            came_to("oppo:41", Meaning::Refused),
            came_to("oppo:0", Meaning::Accepted)
        ]
    );
    let data = json!([
        {"registrationId": "t1", "errorCode": 32},
        {"registrationId": "t2", "errorCode": "33"},
        {"registrationId": "t3", "errorCode": 11},
    ]);
    assert_eq!(
        batch(&data),
        [
            came_to("oppo:32", Meaning::Accepted),
            came_to("oppo:33", Meaning::QuotaUsedUp),
            came_to("oppo:11", Meaning::Transient)
        ]
    );
}

#[test]
fn whom_a_batch_does_not_name_is_asked_for_again() {
    for data in [
        json!(null),
        json!({}),
        json!([]),
        json!([{"registrationId": "t9"}, {"messageId": "m"}, 7, {"registrationId": ["t1"], "messageId": "m"}]),
        json!("all"),
        json!(7),
    ] {
        assert_eq!(batch(&data), vec![("oppo:unnamed".to_owned(), Meaning::Transient); 3], "{data}");
    }
}

/// What `r1` comes to whose entry has these fields beside its id.
fn entry(fields: &Value) -> (String, Meaning) {
    let mut target = fields.clone();
    target["registrationId"] = json!("t1");
    batch(&json!([target, {"registrationId": "t2", "messageId": "m"}])).remove(0)
}

#[test]
fn only_what_says_yes_is_a_yes_for_a_device() {
    for yes in [
        json!({"messageId": "m"}),
        json!({"messageId": 7}),
        json!({"messageId": "m", "errorCode": null, "errorMessage": ""}),
        json!({"messageId": "m", "errorCode": ""}),
        json!({"errorCode": 0}),
        json!({"errorCode": "0"}),
        json!({"errorCode": 0.0, "errorMessage": "success"}),
        json!({"errorCode": " 32 "}),
    ] {
        assert_eq!(entry(&yes).1, Meaning::Accepted, "{yes}");
    }
    for unreadable in [
        json!({"errorCode": "INVALID_REGID", "errorMessage": "x"}),
        json!({"messageId": "m", "errorCode": "INVALID_REGID"}),
        json!({"errorCode": [10000]}),
        json!({"errorCode": {"code": 10000}}),
        json!({"errorCode": true}),
        json!({"errorCode": 1.5}),
    ] {
        let expected = ("oppo:unreadable_code".to_owned(), Meaning::Refused);
        assert_eq!(entry(&unreadable), expected, "{unreadable}");
    }
    let without_code = ("oppo:error_without_code".to_owned(), Meaning::Refused);
    assert_eq!(entry(&json!({"messageId": "m", "errorMessage": "x"})), without_code);
    assert_eq!(entry(&json!({})), ("oppo:unsaid".to_owned(), Meaning::Transient));
    assert_eq!(entry(&json!({"messageId": " "})), ("oppo:unsaid".to_owned(), Meaning::Transient));
    assert_eq!(entry(&json!({"errorCode": "10000"})).1, Meaning::Unknown);
}

#[test]
fn a_device_that_is_named_twice_was_taken_only_if_both_say_so() {
    let bad = json!({"registrationId": "t1", "errorCode": 10000});
    let good = json!({"registrationId": "t1", "messageId": "m"});
    for data in [json!([bad, good]), json!([good, bad])] {
        assert_eq!(batch(&data)[0], ("oppo:10000".to_owned(), Meaning::Unknown), "{data}");
    }
}

#[test]
fn a_list_of_targets_may_be_text_or_one_target() {
    let target = json!({"registrationId": " T1 ", "messageId": "m"});
    for data in [json!([target]), target.clone(), json!(json!([target]).to_string())] {
        assert_eq!(batch(&data)[0], ("oppo:0".to_owned(), Meaning::Accepted), "{data}");
    }
}

#[test]
fn a_call_for_one_device_was_taken_unless_something_speaks_against_it() {
    let read = |data: Value| one(200, &json!({"code": "0", "message": "success", "data": data})).reason;
    for nothing in [
        json!(null),
        json!({}),
        json!(""),
        json!({"messageId": "m"}),
        json!([{"messageId": "m", "registrationId": "t1"}]),
    ] {
        assert_eq!(read(nothing.clone()), "oppo:0", "{nothing}");
    }
    assert_eq!(read(json!({"registrationId": "t1", "errorCode": 10000})), "oppo:10000");
    assert_eq!(read(json!([{"errorCode": "INVALID_REGID"}])), "oppo:unreadable_code");
    assert_eq!(read(json!({"errorMessage": "x"})), "oppo:error_without_code");
}

#[test]
fn a_call_that_was_taken_before_is_so_for_all_of_it() {
    let body = json!({"code": 32, "message": "Duplicate"}).to_string();
    assert_eq!(
        read(200, None, &body, &["t1", "t2"]),
        Sayings::All(Said::new("oppo:32", Meaning::Accepted))
    );
}

#[test]
fn one_bad_id_never_ends_the_others() {
    let body = json!({"code": 10000, "message": "Invalid RegistrationId"}).to_string();
    assert_eq!(
        read(200, None, &body, &["t1", "t2"]),
        Sayings::OneIsBad(Said::new("oppo:10000", Meaning::Unknown))
    );
}

#[test]
fn the_http_status_counts_where_it_says_more() {
    for (status, body, reason, meaning) in [
        (404, "", "oppo:http_404", Meaning::Misconfigured),
        (405, "", "oppo:http_405", Meaning::Misconfigured),
        (429, "", "oppo:http_429", Meaning::Throttled),
        (503, "", "oppo:http_503", Meaning::Throttled),
        (500, r#"{"code":41}"#, "oppo:41", Meaning::Transient),
        (502, "<html>", "oppo:http_502", Meaning::Transient),
        (200, "", "oppo:http_200", Meaning::Transient),
        (200, r#"{"code":"planted"}"#, "oppo:http_200", Meaning::Transient),
        (400, r#"{"code":41}"#, "oppo:41", Meaning::Refused),
        // Nobody documents it.
        (200, r#"{"code":99999}"#, "oppo:99999", Meaning::Transient),
        (400, r#"{"code":99999}"#, "oppo:99999", Meaning::Refused),
        (400, "", "oppo:http_400", Meaning::Transient),
    ] {
        assert_eq!(
            read(status, WAIT, body, &["t1"]),
            Sayings::All(Said::new(reason, meaning).after(WAIT)),
            "{status} {body}"
        );
    }
}

#[test]
fn success_under_an_error_status_is_no_success() {
    assert_eq!(one(500, &json!({"code": 0})).meaning, Meaning::Transient);
    assert_eq!(one(400, &json!({"code": 0})).meaning, Meaning::Transient);
}

#[test]
fn a_login_gives_a_token_or_a_reason() {
    let read = |status: u16, body: &str| told(status, WAIT, body, classify_login);
    let ok = r#"{"code":0,"message":"Success","data":{"auth_token":"a","create_time":1700000000000}}"#;
    assert_eq!(read(200, ok), Ok("a".to_owned()));
    for ok in [
        r#"{"code":"0","data":{"auth_token":" a "}}"#,
        r#"{"code":0.0,"data":"{\"auth_token\":\"a\"}"}"#,
    ] {
        assert_eq!(read(200, ok), Ok("a".to_owned()), "{ok}");
    }
    for (status, body, reason, meaning) in [
        (200, r#"{"code":14}"#, "oppo:login_14", Meaning::Misconfigured),
        (200, r#"{"code":16}"#, "oppo:login_16", Meaning::Misconfigured),
        (200, r#"{"code":-2}"#, "oppo:login_-2", Meaning::Throttled),
        (200, r#"{"code":-1}"#, "oppo:login_-1", Meaning::Transient),
        (503, "", "oppo:login_http_503", Meaning::Throttled),
        (404, "", "oppo:login_http_404", Meaning::Misconfigured),
        (500, "", "oppo:login_http_500", Meaning::Transient),
    ] {
        assert_eq!(read(status, body), Err(Said::new(reason, meaning).after(WAIT)), "{status} {body}");
    }
    for unreadable in [
        r#"{"code":0}"#,
        r#"{"code":0,"data":{"auth_token":""}}"#,
        r#"{"code":0,"data":{"auth_token":{}}}"#,
    ] {
        let expected = Err(Said::new("oppo:login_unreadable", Meaning::Transient));
        assert_eq!(read(200, unreadable), expected, "{unreadable}");
    }
}

#[test]
fn every_code_of_the_table_is_classified_and_every_classified_code_is_in_the_table() {
    let said = [
        -2, -1, 0, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 40, 41, 42, 51, 54, 55, 59,
        67, 69, 10000,
    ];
    crate::tables::compare("OPPO", documented, -100..=100_000, &said);
}
