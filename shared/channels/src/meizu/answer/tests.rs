//! One row per documented answer.

use serde_json::{Value, json};

use super::*;
use crate::driver::told;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn read(status: u16, retry_after: Option<Duration>, body: &str) -> Sayings {
    told(status, retry_after, body, |told| classify(told, &["p1", "p2", "p3"]))
}

fn read_code(status: u16, code: &Value) -> Sayings {
    read(
        status,
        None,
        &json!({"code": code, "message": "m", "value": "", "redirect": ""}).to_string(),
    )
}

/// An answer with code 200.
fn read_value(value: &Value) -> Sayings {
    read(
        200,
        None,
        &json!({"code": "200", "message": "", "value": value, "msgId": "c2ee"}).to_string(),
    )
}

/// The same for all devices.
fn all(code: &str, meaning: Meaning) -> Sayings {
    Sayings::All(Said::new(format!("meizu:{code}"), meaning))
}

fn each(sayings: Sayings) -> Vec<Said> {
    let Sayings::Each { said, code } = sayings else {
        panic!("{sayings:?}")
    };
    assert_eq!(code, "meizu:200");
    said
}

#[test]
fn every_documented_code_of_a_call_has_its_meaning() {
    use Meaning::{Accepted, Misconfigured, QuotaUsedUp, Refused, SessionRefused, Throttled, Transient, Unknown};
    let table: &[(&[i64], Meaning)] = &[
        (&[200], Accepted),
        (&[500, 1001], Transient),
        (&[1003, 110_010], Throttled),
        (&[1005, 110_004, 110_031, 110_032], Refused),
        (&[1006], SessionRefused),
        (&[110_000, 110_001, 110_009, 110_033], Misconfigured),
        (&[110_019, 110_051], QuotaUsedUp),
        (&[110_002, 110_003], Unknown),
    ];
    for (codes, meaning) in table {
        for code in *codes {
            for written in [json!(code.to_string()), json!(code)] {
                assert_eq!(read_code(200, &written), all(&code.to_string(), *meaning), "{written}");
            }
        }
    }
}

#[test]
fn every_documented_code_of_a_device_has_its_meaning() {
    use Meaning::{Accepted, Gone, QuotaUsedUp, Refused, TooOften, Transient, Unknown};
    let table: &[(&[i64], Meaning)] = &[
        (&[110_002, 110_003, 110_005], Unknown),
        (&[110_010], Gone),
        (&[518, 520], TooOften),
        (&[501, 513, 519], Transient),
        (&[201], Refused),
        (&[110_011], QuotaUsedUp),
        // Nobody documents it.
        (&[999], Transient),
    ];
    for (codes, meaning) in table {
        for code in *codes {
            let said = each(read_value(&json!({code.to_string(): ["p2"]})));
            let meanings: Vec<Meaning> = said.iter().map(|said| said.meaning).collect();
            assert_eq!(meanings, [Accepted, *meaning, Accepted], "{code}");
            assert_eq!(said[1].reason, format!("meizu:{code}"));
        }
    }
}

#[test]
fn a_device_that_was_asked_too_often_waits_a_minute_or_as_long_as_meizu_says() {
    for code in ["518", "520"] {
        let waits = |asked_for: Option<u64>| {
            let body = json!({"code": "200", "value": {code: ["p1"]}}).to_string();
            each(read(200, asked_for.map(Duration::from_secs), &body))[0].retry_after
        };
        assert_eq!(waits(None), Some(Duration::from_mins(1)));
        assert_eq!(waits(Some(7)), Some(Duration::from_mins(1)));
        assert_eq!(waits(Some(90)), Some(Duration::from_secs(90)));
    }
}

#[test]
fn devices_under_several_codes_have_each_their_own() {
    let value = json!({"110002": ["p3"], "520": ["p1"], "513": []});
    let reasons: Vec<String> = each(read_value(&value)).into_iter().map(|said| said.reason).collect();
    assert_eq!(reasons, ["meizu:520", "meizu:200", "meizu:110002"]);
}

#[test]
fn who_is_not_named_was_taken_in_whatever_form_nobody_is() {
    for value in [
        json!({}),
        json!(""),
        json!(null),
        json!([]),
        json!("{}"),
        json!({"110002": []}),
        json!({"what": null}),
    ] {
        assert_eq!(read_value(&value), all("200", Meaning::Accepted), "{value}");
    }
    assert_eq!(read(200, None, r#"{"code":200}"#), all("200", Meaning::Accepted));
    for value in [
        json!({"110002": "p2"}),
        json!({" 110002 ": [" P2 "]}),
        json!(r#"{"110002":["p2"]}"#),
        json!({"110002": "[\"p2\"]"}),
    ] {
        assert_eq!(each(read_value(&value))[1].meaning, Meaning::Unknown, "{value}");
    }
}

#[test]
fn a_value_that_can_not_be_read_claims_nobody() {
    for value in [
        json!("ok"),
        json!(true),
        json!(["p2"]),
        json!({"110002": ["somebody else's"]}),
        json!({"110002": [["p2"]]}),
        json!({"110002": true}),
        json!({"what": ["p2"]}),
        json!({"result": true}),
        // Two things of one device.
        json!({"110002": ["p2"], "520": ["p2"]}),
    ] {
        let unknown = Said::new("meizu:value_unreadable", Meaning::Unknown);
        assert_eq!(read_value(&value), Sayings::OneIsBad(unknown), "{value}");
    }
}

#[test]
fn the_http_status_counts_where_there_is_no_code_or_it_is_none_of_a_yes() {
    for (status, body, meaning) in [
        (404, "", Meaning::Misconfigured),
        (405, "", Meaning::Misconfigured),
        (429, "", Meaning::Throttled),
        (502, "<html>", Meaning::Transient),
        (503, "", Meaning::Throttled),
        (200, "", Meaning::Transient),
        (200, r#"{"value":{}}"#, Meaning::Transient),
        (200, r#"{"code":"ok","value":{}}"#, Meaning::Transient),
    ] {
        assert_eq!(read(status, None, body), all(&format!("http_{status}"), meaning), "{body}");
    }
    let waiting = Said::new("meizu:http_503", Meaning::Throttled).after(WAIT);
    assert_eq!(read(503, WAIT, ""), Sayings::All(waiting));
    for status in [400, 500] {
        assert_eq!(read_code(status, &json!("200")), all("200", Meaning::Transient), "{status}");
    }
}

#[test]
fn a_code_that_nobody_documents_is_told_by_its_status() {
    for (status, meaning) in [(200, Meaning::Transient), (400, Meaning::Refused), (500, Meaning::Transient)] {
        assert_eq!(read_code(status, &json!("110099")), all("110099", meaning), "{status}");
    }
}

#[test]
fn every_code_of_the_table_is_classified_and_every_classified_code_is_in_the_table() {
    let of_calls = [
        200, 500, 1001, 1003, 1005, 1006, 110_000, 110_001, 110_002, 110_003, 110_004, 110_009, 110_010, 110_019, 110_031, 110_032,
        110_033, 110_051,
    ];
    let of_devices = [201, 501, 513, 518, 519, 520, 110_002, 110_003, 110_005, 110_010, 110_011];
    assert!(of_devices.iter().all(|code| of_device(*code).is_some()));
    let said = [&of_calls[..], &of_devices].concat();
    let known = |code| documented(code).or_else(|| of_device(code));
    crate::tables::compare("Meizu", known, (0..=2_000).chain(110_000..=111_000), &said);
}
