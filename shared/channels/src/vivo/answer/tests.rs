//! One row per documented answer.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::driver::told;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn with<T>(status: u16, body: &str, read: impl FnOnce(&Told<'_>) -> T) -> T {
    told(status, WAIT, body, read)
}

fn waiting(reason: &str, meaning: Meaning) -> Said {
    Said::new(reason, meaning).after(WAIT)
}

fn result(code: i64) -> String {
    json!({"result": code, "desc": "d"}).to_string()
}

/// Every documented code, and what it means for an overwrite and for a recall.
fn table() -> Vec<(i64, Meaning, Meaning)> {
    use Meaning::{Accepted, Gone, Misconfigured, NotThere, QuotaUsedUp, Refused, SessionRefused, Throttled, Transient, Unknown};
    let rows: &[(&[i64], Meaning, Meaning)] = &[
        (&[0], Accepted, Accepted),
        (&[10000], SessionRefused, SessionRefused),
        (&[10040, 10072, 10093], Throttled, Throttled),
        (&[10070, 10071, 10073, 10252], QuotaUsedUp, QuotaUsedUp),
        (&[10050, 10302], Unknown, NotThere),
        (&[10311], Gone, NotThere),
        (&[10085, 10110, 10111], Transient, NotThere),
        (&[10151, 10152, 10155], NotThere, NotThere),
        (&[10043, 10045, 10082, 10094], Misconfigured, Misconfigured),
        (
            &[10200, 10201, 10202, 10203, 10204, 10205, 10206, 10207],
            Misconfigured,
            Misconfigured,
        ),
        (&[10051, 10054, 10055, 10056, 10057, 10058, 10059, 10060], Refused, NotThere),
        (&[10061, 10062, 10063, 10064, 10065, 10066, 10067], Refused, NotThere),
        (&[10095, 10096, 10097, 10103, 10104, 10150, 10153, 10352, 10353], Refused, NotThere),
    ];
    let each = |row: &(&[i64], Meaning, Meaning)| {
        let (codes, overwrite, recall) = *row;
        codes.iter().map(move |code| (*code, overwrite, recall)).collect::<Vec<_>>()
    };
    rows.iter().flat_map(each).collect()
}

#[test]
fn every_documented_code_has_its_meaning() {
    for (code, overwrite, _) in table() {
        let expected = waiting(&format!("vivo:{code}"), overwrite);
        assert_eq!(with(200, &result(code), classify_send), expected, "{code}");
    }
}

#[test]
fn a_recall_that_takes_nothing_back_is_told_from_one_that_may_later() {
    for (code, _, recall) in table() {
        let expected = waiting(&format!("vivo:{code}"), recall);
        assert_eq!(with(200, &result(code), classify_recall), expected, "{code}");
    }
    for (status, body, reason, meaning) in [
        (404, "", "vivo:http_404", Meaning::NotThere),
        (404, "<html>", "vivo:http_404", Meaning::NotThere),
        (405, "", "vivo:http_405", Meaning::NotThere),
        (400, "", "vivo:http_400", Meaning::NotThere),
        (404, r#"{"result":10155}"#, "vivo:10155", Meaning::NotThere),
        (200, r#"{"result":99999}"#, "vivo:99999", Meaning::NotThere),
        // Not about the recall.
        (401, "", "vivo:http_401", Meaning::SessionRefused),
        (429, "", "vivo:http_429", Meaning::Throttled),
        (503, "", "vivo:http_503", Meaning::Throttled),
        (500, "", "vivo:http_500", Meaning::Transient),
        (502, r#"{"result":10155}"#, "vivo:10155", Meaning::Transient),
        (200, "", "vivo:http_200", Meaning::Transient),
        (404, r#"{"result":0}"#, "vivo:0", Meaning::Transient),
    ] {
        let said = with(status, body, classify_recall);
        assert_eq!(said, waiting(reason, meaning), "{status} {body}");
    }
}

#[test]
fn the_http_status_counts_where_it_says_more() {
    for (status, body, reason, meaning) in [
        (401, "", "vivo:http_401", Meaning::SessionRefused),
        (404, "", "vivo:http_404", Meaning::Misconfigured),
        (405, "", "vivo:http_405", Meaning::Misconfigured),
        (429, "", "vivo:http_429", Meaning::Throttled),
        (503, r#"{"result":10072}"#, "vivo:10072", Meaning::Throttled),
        (500, r#"{"result":10104}"#, "vivo:10104", Meaning::Transient),
        (502, "<html>", "vivo:http_502", Meaning::Transient),
        (200, "", "vivo:http_200", Meaning::Transient),
        (200, r#"{"result":"planted"}"#, "vivo:http_200", Meaning::Transient),
        (400, r#"{"result":10104}"#, "vivo:10104", Meaning::Refused),
        (400, "", "vivo:http_400", Meaning::Transient),
        // Success under an error status is no success.
        (400, r#"{"result":0}"#, "vivo:0", Meaning::Transient),
        (500, r#"{"result":0}"#, "vivo:0", Meaning::Transient),
        // Nobody documents it.
        (200, r#"{"result":99999}"#, "vivo:99999", Meaning::Transient),
        (400, r#"{"result":99999}"#, "vivo:99999", Meaning::Refused),
    ] {
        let said = with(status, body, classify_send);
        assert_eq!(said, waiting(reason, meaning), "{status} {body}");
    }
}

#[test]
fn a_send_to_an_invalid_user_is_no_send() {
    let send = |status: i64| {
        let [under_ok, under_code] = [0, 10302].map(|result| {
            let body = json!({"result": result, "invalidUser": {"status": status, "userid": "t1"}}).to_string();
            with(200, &body, classify_send)
        });
        assert_eq!(under_ok, under_code);
        under_ok
    };
    assert_eq!(send(1), Said::new("vivo:invalid_user_1", Meaning::Unknown));
    assert_eq!(send(2), Said::new("vivo:invalid_user_2", Meaning::Gone));
    assert_eq!(send(4), Said::new("vivo:invalid_user_4", Meaning::Refused));
    assert_eq!(send(9), Said::new("vivo:invalid_user_9", Meaning::Refused));
}

fn list(body: &Value) -> Sayings {
    with(200, &body.to_string(), |told| classify_list(told, &["t1", "t2", "t3"]))
}

#[test]
fn a_list_says_whom_it_did_not_reach() {
    let ok = || waiting("vivo:0", Meaning::Accepted);
    let each = |said: [Said; 3]| Sayings::Each {
        code: "vivo:0".to_owned(),
        said: said.to_vec(),
    };
    assert_eq!(list(&json!({"result": 0})), each([ok(), ok(), ok()]));
    assert_eq!(list(&json!({"result": 0, "invalidUsers": []})), each([ok(), ok(), ok()]));
    assert_eq!(
        list(&json!({"result": 0, "invalidUsers": [{"status": 2, "userid": "t2"}, {"status": 1, "userid": "t3"}]})),
        each([
            ok(),
            Said::new("vivo:invalid_user_2", Meaning::Gone),
            Said::new("vivo:invalid_user_1", Meaning::Unknown)
        ])
    );
}

#[test]
fn a_send_whose_invalid_user_cannot_be_read_is_no_send() {
    let send = |field: &str, user: Value| with(200, &json!({"result": 0, "taskId": 7, field: user}).to_string(), classify_send);
    for field in ["invalidUser", "invalidUsers"] {
        for nothing in [json!(null), json!({}), json!([]), json!("")] {
            assert_eq!(send(field, nothing), waiting("vivo:0", Meaning::Accepted));
        }
        for unreadable in [
            json!({"userid": "t1"}),
            json!({"status": "gone"}),
            json!({"status": [1]}),
            json!([{"status": true}]),
        ] {
            assert_eq!(send(field, unreadable), Said::new("vivo:invalid_user", Meaning::Refused));
        }
        for unreadable in [json!("t1"), json!(1), json!(true)] {
            assert_eq!(send(field, unreadable), Said::new("vivo:invalid_user", Meaning::Refused));
        }
        for known in [
            json!({"status": "2"}),
            json!([{"status": 2.0}]),
            json!(r#"{"status":2,"userid":"t1"}"#),
        ] {
            assert_eq!(send(field, known), Said::new("vivo:invalid_user_2", Meaning::Gone));
        }
    }
}

#[test]
fn a_yes_is_one_in_any_form_and_only_then() {
    for yes in [
        r#"{"result":"0","taskId":null}"#,
        r#"{"result":0.0,"taskId":12}"#,
        "\u{feff}{\"result\":0}",
    ] {
        assert_eq!(with(200, yes, classify_send), waiting("vivo:0", Meaning::Accepted), "{yes}");
    }
    for no_yes in [
        r#"{"result":""}"#,
        r#"{"result":null}"#,
        r#"{"result":false}"#,
        r#"{"result":0,"result":10302}"#,
    ] {
        assert_eq!(
            with(200, no_yes, classify_send),
            waiting("vivo:http_200", Meaning::Transient),
            "{no_yes}"
        );
    }
}

#[test]
fn who_is_named_without_a_readable_status_was_not_taken() {
    for status in [json!(null), json!("gone"), json!([1])] {
        let users = json!([{"status": status, "userid": " T2 "}]);
        let Sayings::Each { said: said_of, .. } = list(&json!({"result": "0", "invalidUsers": users})) else {
            panic!("{users}");
        };
        assert_eq!(said_of[1], Said::new("vivo:invalid_user", Meaning::Refused));
        assert_eq!(said_of[2], waiting("vivo:0", Meaning::Accepted));
    }
}

#[test]
fn a_list_that_names_somebody_else_or_nobody_readably_is_asked_for_in_halves() {
    for users in [
        json!([{"status": 1, "userid": "t9"}]),
        json!([{"status": 1}]),
        json!([{"status": 1, "userid": ["t1"]}]),
        json!([7]),
        json!(["t1"]),
        json!("t1"),
        json!(7),
    ] {
        let expected = Sayings::OneIsBad(Said::new("vivo:invalid_users", Meaning::Transient));
        assert_eq!(list(&json!({"result": 0, "invalidUsers": users})), expected, "{users}");
    }
}

#[test]
fn one_bad_id_never_ends_the_others() {
    for (code, meaning) in [(10050, Meaning::Unknown), (10302, Meaning::Unknown), (10311, Meaning::Gone)] {
        let expected = Sayings::OneIsBad(waiting(&format!("vivo:{code}"), meaning));
        assert_eq!(list(&json!({"result": code})), expected);
    }
}

#[test]
fn a_saved_notice_that_is_gone_is_saved_again() {
    assert_eq!(
        list(&json!({"result": 10155})),
        Sayings::All(Said::new("vivo:10155", Meaning::Transient))
    );
    assert_eq!(
        list(&json!({"result": 10073})),
        Sayings::All(waiting("vivo:10073", Meaning::QuotaUsedUp))
    );
}

#[test]
fn a_notice_is_saved_under_an_id() {
    let save = |body: &str| with(200, body, classify_save);
    assert_eq!(save(r#"{"result":0,"desc":"d","taskId":"9"}"#), Ok("9".to_owned()));
    assert_eq!(save(r#"{"result":"0","taskId":9}"#), Ok("9".to_owned()));
    assert_eq!(save(r#"{"result":0}"#), Err(Said::new("vivo:unreadable", Meaning::Transient)));
    assert_eq!(
        save(r#"{"result":10252,"taskId":"9"}"#),
        Err(waiting("vivo:10252", Meaning::QuotaUsedUp))
    );
}

#[test]
fn a_login_gives_a_token_or_a_reason() {
    let login = |status: u16, body: &str| with(status, body, classify_login);
    assert_eq!(login(200, r#"{"result":0,"authToken":"a"}"#), Ok("a".to_owned()));
    for unreadable in [
        r#"{"result":0}"#,
        r#"{"result":0,"authToken":""}"#,
        r#"{"result":0,"authToken":[]}"#,
    ] {
        assert_eq!(
            login(200, unreadable),
            Err(Said::new("vivo:login_unreadable", Meaning::Transient)),
            "{unreadable}"
        );
    }
    for (status, body, reason, meaning) in [
        (200, r#"{"result":10200}"#, "vivo:login_10200", Meaning::Misconfigured),
        (200, r#"{"result":10093}"#, "vivo:login_10093", Meaning::Throttled),
        (503, "", "vivo:login_http_503", Meaning::Throttled),
        (404, "", "vivo:login_http_404", Meaning::Misconfigured),
        (500, "", "vivo:login_http_500", Meaning::Transient),
    ] {
        assert_eq!(login(status, body), Err(waiting(reason, meaning)), "{status} {body}");
    }
}

#[test]
fn every_code_of_the_table_is_classified_and_every_classified_code_is_in_the_table() {
    let said = [
        0, 10000, 10040, 10043, 10045, 10050, 10051, 10054, 10060, 10067, 10070, 10071, 10072, 10073, 10082, 10085, 10093, 10094, 10095,
        10096, 10097, 10103, 10104, 10110, 10111, 10150, 10151, 10152, 10153, 10155, 10200, 10203, 10207, 10252, 10302, 10311, 10352,
        10353,
    ];
    crate::tables::compare("vivo", documented, -100..=100_000, &said);
}
