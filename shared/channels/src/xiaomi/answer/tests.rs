//! One row per documented answer.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::driver::told;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn read(status: u16, retry_after: Option<Duration>, body: &str) -> Sayings {
    told(status, retry_after, body, |told| classify(told, &["r1", "r2", "r3"]))
}

fn error(code: i64) -> String {
    json!({"result": "error", "reason": "m", "trace_id": "X", "code": code, "description": "d"}).to_string()
}

/// The same for all devices.
fn all(code: &str, meaning: Meaning) -> Sayings {
    Sayings::All(Said::new(format!("xiaomi:{code}"), meaning))
}

#[test]
fn every_documented_code_has_its_meaning() {
    use Meaning::{Misconfigured, NotForUs, NotThere, QuotaUsedUp, Refused, SessionRefused, Throttled, Transient, Unknown};
    let table: &[(&[i64], Meaning)] = &[
        (&[20301], Unknown),
        (&[21301, 21302], SessionRefused),
        (&[65028], NotThere),
        (&[10034, 200_001], QuotaUsedUp),
        (&[10031, 10036, 21303, 26006], NotForUs),
        (&[10008, 10012, 10016, 10017, 27001, 65009], Refused),
        (&[10002, 10027, 26004, 200_002], Throttled),
        (&[10041, 22000, 22006, 22007, 22022], Misconfigured),
        (&[-1, 1, 10001, 10003, 10037, 20607, 26003, 65029, 66108, 66109, 200_003], Transient),
    ];
    for (codes, meaning) in table {
        for code in *codes {
            for status in [200, 400] {
                assert_eq!(
                    read(status, None, &error(*code)),
                    all(&code.to_string(), *meaning),
                    "{code} under {status}"
                );
            }
        }
    }
    for code in [10029, 66007] {
        let unknown = Said::new(format!("xiaomi:{code}"), Unknown);
        assert_eq!(read(200, None, &error(code)), Sayings::OneIsBad(unknown));
    }
}

#[test]
fn a_wait_that_is_asked_for_is_kept() {
    let waiting = |code: &str| Sayings::All(Said::new(format!("xiaomi:{code}"), Meaning::Throttled).after(WAIT));
    assert_eq!(read(200, WAIT, &error(200_002)), waiting("200002"));
    assert_eq!(read(429, WAIT, ""), waiting("http_429"));
    assert_eq!(read(503, WAIT, ""), waiting("http_503"));
}

#[test]
fn an_unknown_code_is_told_by_its_code_alone() {
    assert_eq!(read(200, None, &error(99999)), all("99999", Meaning::Transient));
    assert_eq!(read(400, None, &error(99999)), all("99999", Meaning::Refused));
    for unreadable in [
        "",
        "<html>",
        "{}",
        r#"{"code":"r1 is bad"}"#,
        r#"{"code":false}"#,
        r#"{"code":null,"result":"ok"}"#,
    ] {
        assert_eq!(read(200, None, unreadable), all("http_200", Meaning::Transient), "{unreadable}");
    }
}

#[test]
fn the_http_status_counts_where_no_code_says_more() {
    for (status, meaning) in [
        (401, Meaning::SessionRefused),
        (403, Meaning::NotForUs),
        (404, Meaning::NotForUs),
        (405, Meaning::NotForUs),
        (410, Meaning::NotForUs),
        (400, Meaning::Transient),
        (502, Meaning::Transient),
    ] {
        assert_eq!(read(status, None, ""), all(&format!("http_{status}"), meaning));
    }
    assert_eq!(read(500, None, &error(21301)), all("21301", Meaning::Transient));
}

#[test]
fn success_is_success_only_when_all_of_the_answer_says_so() {
    let ok = json!({"result": "ok", "code": 0, "data": {"id": "scm1"}, "description": "成功"}).to_string();
    assert_eq!(read(200, None, &ok), all("0", Meaning::Accepted));
    assert_eq!(read(200, None, r#"{"code":0}"#), all("0", Meaning::Accepted));
    assert_eq!(read(200, None, r#"{"code":0,"data":""}"#), all("0", Meaning::Accepted));
    for yes in [
        r#"{"result":"ok","code":"0"}"#,
        r#"{"result":" OK ","code":0.0,"data":null,"reason":""}"#,
        r#"{"code":"0","data":"{}","reason":"success"}"#,
        "\u{feff}{\"code\":0}",
    ] {
        assert_eq!(read(200, None, yes), all("0", Meaning::Accepted), "{yes}");
    }
    let failed = all("0", Meaning::Transient);
    for no_yes in [
        r#"{"code":0,"result":7}"#,
        r#"{"code":0,"result":["error"]}"#,
        r#"{"code":0,"result":"ok","reason":"no such app"}"#,
    ] {
        assert_eq!(read(200, None, no_yes), failed, "{no_yes}");
    }
    assert_eq!(read(200, None, r#"{"code":0,"result":"error"}"#), failed);
    assert_eq!(read(500, None, &ok), failed);
    assert_eq!(read(400, None, &ok), failed);
}

#[test]
fn bad_devices_leave_the_others_accepted() {
    let reading = |data: Value| read(200, None, &json!({"result": "ok", "code": 0, "data": data}).to_string());
    let bad = |regids: Value| reading(json!({ "bad_regids": regids }));
    let but = |places: &[usize]| {
        let bad = Said::new("xiaomi:bad_regid", Meaning::Unknown);
        let yes = Said::new("xiaomi:0", Meaning::Accepted);
        Sayings::Each {
            code: "xiaomi:0".to_owned(),
            said: (0..3).map(|at| if places.contains(&at) { &bad } else { &yes }.clone()).collect(),
        }
    };
    assert_eq!(bad(json!("r2")), but(&[1]));
    assert_eq!(bad(json!("r3,r1")), but(&[0, 2]));
    assert_eq!(bad(json!(" r3 , r1 ,")), but(&[0, 2]));
    assert_eq!(bad(json!(["r1"])), but(&[0]));
    assert_eq!(bad(json!("[\"r1\"]")), but(&[0]));
    for nobody in [json!(""), json!([]), Value::Null] {
        assert_eq!(bad(nobody), all("0", Meaning::Accepted));
    }
    assert_eq!(reading(json!(r#"{"bad_regids":"r1"}"#)), but(&[0]));
    let unreadable = Said::new("xiaomi:bad_regids_unreadable", Meaning::Unknown);
    for regids in [
        json!("somebody else's"),
        json!("r1,somebody else's"),
        json!(1),
        json!(true),
        json!({"r1": 1}),
    ] {
        assert_eq!(bad(regids.clone()), Sayings::OneIsBad(unreadable.clone()), "{regids}");
    }
    for data in [json!("scm1"), json!(["r1"]), json!(7)] {
        assert_eq!(reading(data), Sayings::OneIsBad(unreadable.clone()));
    }
}

#[test]
fn every_code_of_the_table_is_classified_and_every_classified_code_is_in_the_table() {
    let said = [
        -1, 0, 1, 10001, 10002, 10003, 10008, 10012, 10016, 10017, 10027, 10029, 10031, 10034, 10036, 10037, 10041, 20301, 20607, 21301,
        21302, 21303, 22000, 22006, 22007, 22022, 26003, 26004, 26006, 27001, 65009, 65028, 65029, 66007, 66108, 66109, 200_001, 200_002,
        200_003,
    ];
    crate::tables::compare("Xiaomi", documented, -100..=300_000, &said);
}
