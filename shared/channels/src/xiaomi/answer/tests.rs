//! One row per documented answer.

use serde_json::{Value, json};

use super::*;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn read(status: u16, retry_after: Option<Duration>, body: &str) -> Verdict {
    classify(
        StatusCode::from_u16(status).unwrap(),
        retry_after,
        body.as_bytes(),
        ["r1", "r2", "r3"],
    )
}

fn error(code: i64) -> String {
    json!({"result": "error", "reason": "m", "trace_id": "X", "code": code, "description": "d"}).to_string()
}

/// Xiaomi's documented codes, and what each means for the deliveries of the call.
pub fn table() -> Vec<(i64, Reading)> {
    let reason = |code: i64| format!("xiaomi:{code}");
    let mut table = vec![
        (10029, Reading::SomeUnknown),
        (20301, Reading::AllUnknown),
        (21301, Reading::NotLetIn),
        (21302, Reading::NotLetIn),
        (65028, Reading::NotFound),
        (66007, Reading::SomeUnknown),
    ];
    table.extend([10034, 200_001].map(|code| (code, Reading::QuotaUsedUp)));
    table.extend([10031, 10036, 21303, 26006].map(|code| (code, Reading::Forbidden)));
    table.extend([10008, 10012, 10016, 10017, 27001, 65009].map(|code| (code, Reading::Refused)));
    table.extend([10002, 10027, 26004, 200_002].map(|code| (code, Reading::Failed(throttled(reason(code), None)))));
    table.extend([10041, 22000, 22006, 22007, 22022].map(|code| (code, Reading::Failed(misconfigured(reason(code))))));
    table.extend(
        [-1, 1, 10001, 10003, 10037, 20607, 26003, 65029, 66108, 66109, 200_003]
            .map(|code| (code, Reading::Failed(transient(reason(code))))),
    );
    table
}

#[test]
fn every_documented_code_has_its_class() {
    for (code, reading) in table() {
        let expected = Verdict {
            reason: format!("xiaomi:{code}"),
            reading,
        };
        assert_eq!(read(200, None, &error(code)), expected, "{code}");
        assert_eq!(read(400, None, &error(code)), expected, "{code} under HTTP 400");
    }
}

#[test]
fn a_wait_that_is_asked_for_is_kept() {
    assert_eq!(
        read(200, WAIT, &error(200_002)).reading,
        Reading::Failed(throttled("xiaomi:200002", WAIT))
    );
}

#[test]
fn an_unknown_code_is_told_by_its_code_alone() {
    assert_eq!(read(200, None, &error(99999)).reading, Reading::Failed(transient("xiaomi:99999")));
    assert_eq!(read(400, None, &error(99999)).reading, Reading::Refused);
    for unreadable in [
        "",
        "<html>",
        "{}",
        r#"{"code":"r1 is bad"}"#,
        r#"{"code":false}"#,
        r#"{"code":null,"result":"ok"}"#,
    ] {
        let reading = read(200, None, unreadable).reading;
        assert_eq!(reading, Reading::Failed(transient("xiaomi:http_200")), "{unreadable}");
    }
}

#[test]
fn the_http_status_counts_where_no_code_says_more() {
    let reading = |status, retry_after| read(status, retry_after, "").reading;
    assert_eq!(reading(401, None), Reading::NotLetIn);
    assert_eq!(reading(403, None), Reading::Forbidden);
    for status in [404, 405, 410] {
        assert_eq!(reading(status, None), Reading::NoSuchCall);
    }
    assert_eq!(reading(400, None), Reading::Failed(transient("xiaomi:http_400")));
    assert_eq!(reading(429, WAIT), Reading::Failed(throttled("xiaomi:http_429", WAIT)));
    assert_eq!(reading(503, WAIT), Reading::Failed(throttled("xiaomi:http_503", WAIT)));
    assert_eq!(reading(502, None), Reading::Failed(transient("xiaomi:http_502")));
    assert_eq!(read(500, None, &error(21301)).reading, Reading::Failed(transient("xiaomi:21301")));
}

#[test]
fn success_is_success_only_when_all_of_the_answer_says_so() {
    let ok = json!({"result": "ok", "code": 0, "data": {"id": "scm1"}, "description": "成功"}).to_string();
    assert_eq!(read(200, None, &ok).reading, Reading::Accepted);
    assert_eq!(read(200, None, r#"{"code":0}"#).reading, Reading::Accepted);
    assert_eq!(read(200, None, r#"{"code":0,"data":""}"#).reading, Reading::Accepted);
    for yes in [
        r#"{"result":"ok","code":"0"}"#,
        r#"{"result":" OK ","code":0.0,"data":null,"reason":""}"#,
        r#"{"code":"0","data":"{}","reason":"success"}"#,
        "\u{feff}{\"code\":0}",
    ] {
        assert_eq!(read(200, None, yes).reading, Reading::Accepted, "{yes}");
    }
    let failed = Reading::Failed(transient("xiaomi:0"));
    for no_yes in [
        r#"{"code":0,"result":7}"#,
        r#"{"code":0,"result":["error"]}"#,
        r#"{"code":0,"result":"ok","reason":"no such app"}"#,
    ] {
        assert_eq!(read(200, None, no_yes).reading, failed, "{no_yes}");
    }
    assert_eq!(read(200, None, r#"{"code":0,"result":"error"}"#).reading, failed);
    assert_eq!(read(500, None, &ok).reading, failed);
    assert_eq!(read(400, None, &ok).reading, failed);
}

#[test]
fn bad_devices_leave_the_others_accepted() {
    let reading = |data: Value| read(200, None, &json!({"result": "ok", "code": 0, "data": data}).to_string());
    let bad = |regids: Value| reading(json!({ "bad_regids": regids })).reading;
    let but = |places: &[usize]| Reading::AcceptedBut(places.iter().copied().collect());
    assert_eq!(bad(json!("r2")), but(&[1]));
    assert_eq!(bad(json!("r3,r1")), but(&[0, 2]));
    assert_eq!(bad(json!(" r3 , r1 ,")), but(&[0, 2]));
    assert_eq!(bad(json!(["r1"])), but(&[0]));
    assert_eq!(bad(json!("[\"r1\"]")), but(&[0]));
    assert_eq!(bad(json!("")), Reading::Accepted);
    assert_eq!(bad(json!([])), Reading::Accepted);
    assert_eq!(bad(Value::Null), Reading::Accepted);
    assert_eq!(reading(json!(r#"{"bad_regids":"r1"}"#)).reading, but(&[0]));
    for unreadable in [
        json!("somebody else's"),
        json!("r1,somebody else's"),
        json!(1),
        json!(true),
        json!({"r1": 1}),
    ] {
        assert_eq!(bad(unreadable.clone()), Reading::SomeUnknown, "{unreadable}");
    }
    for unreadable in [json!("scm1"), json!(["r1"]), json!(7)] {
        let verdict = reading(unreadable);
        assert_eq!(verdict.reading, Reading::SomeUnknown);
        assert_eq!(verdict.reason, "xiaomi:bad_regids_unreadable");
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
