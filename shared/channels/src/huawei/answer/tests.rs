//! One row per documented answer.

use serde_json::json;

use super::*;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn read(status: u16, retry_after: Option<Duration>, body: &str) -> Verdict {
    classify(
        StatusCode::from_u16(status).unwrap(),
        retry_after,
        body.as_bytes(),
        ["t1", "t2", "t3"],
    )
}

fn read_code(status: u16, code: &str) -> Verdict {
    read(status, None, &json!({"code": code, "msg": "m", "requestId": "157"}).to_string())
}

fn failed(failure: AttemptFailure) -> Reading {
    Reading::Failed(failure)
}

#[test]
fn every_documented_code_has_its_class() {
    let reason = |code: &str| format!("huawei:{code}");
    let mut table = vec![
        ("80000000", Reading::Accepted),
        ("80100017", failed(throttled(reason("80100017"), None))),
        ("80200001", Reading::SessionRefused),
        ("80200003", Reading::SessionRefused),
        ("80200005", Reading::SessionRefused),
        ("80300036", Reading::SessionRefused),
        ("80000001", failed(transient(reason("80000001")))),
        ("80300002", failed(misconfigured(reason("80300002")))),
        ("80300007", Reading::AllUnknown),
        ("80300011", failed(misconfigured(reason("80300011")))),
        ("80600003", failed(misconfigured(reason("80600003")))),
        ("81000001", failed(transient(reason("81000001")))),
    ];
    for code in ["80300028", "80300032", "80300037"] {
        table.push((code, failed(misconfigured(reason(code)))));
    }
    for code in [
        "80100001", "80100002", "80100003", "80100004", "80100013", "80100016", "80100018", "80100020", "80100022", "80300008", "80300010",
        "80300013", "80300017", "82000001", "82000002", "82000007", "82000013",
    ] {
        table.push((code, Reading::Refused));
    }
    for (code, reading) in table {
        let expected = Verdict {
            reason: reason(code),
            reading,
        };
        assert_eq!(read_code(200, code), expected, "{code}");
    }
}

#[test]
fn a_documented_error_code_means_the_same_under_http_400() {
    for code in ["80100003", "80200003", "80300002", "80300007", "80300008"] {
        assert_eq!(read_code(400, code), read_code(200, code));
    }
}

#[test]
fn the_http_status_counts_where_huawei_says_so() {
    let reading = |status, retry_after, body| read(status, retry_after, body).reading;
    assert_eq!(reading(401, None, ""), Reading::SessionRefused);
    assert_eq!(reading(404, None, ""), failed(misconfigured("huawei:http_404")));
    assert_eq!(reading(500, None, ""), failed(transient("huawei:http_500")));
    assert_eq!(reading(502, None, "<html>"), failed(transient("huawei:http_502")));
    assert_eq!(reading(503, None, ""), failed(throttled("huawei:http_503", None)));
    assert_eq!(reading(503, WAIT, ""), failed(throttled("huawei:http_503", WAIT)));
    assert_eq!(reading(200, None, ""), failed(transient("huawei:http_200")));
}

#[test]
fn success_under_an_error_status_is_no_success() {
    assert_eq!(read_code(500, "80000000").reading, failed(transient("huawei:80000000")));
    assert_eq!(read_code(400, "80000000").reading, failed(transient("huawei:80000000")));
}

#[test]
fn a_code_that_nobody_documents_is_told_by_its_family_and_its_status() {
    for (status, code, reading) in [
        (200, "80999999", failed(transient("huawei:80999999"))),
        (200, "820000010", failed(transient("huawei:820000010"))),
        (400, "80999999", Reading::Refused),
        (200, "80100099", Reading::Refused),
        (200, "80300099", Reading::Refused),
        (200, "80200099", Reading::SessionRefused),
        (500, "80100099", failed(transient("huawei:80100099"))),
        (200, "t1 is bad", failed(transient("huawei:http_200"))),
    ] {
        assert_eq!(read_code(status, code).reading, reading, "{status} {code}");
    }
}

#[test]
fn a_wrong_login_of_ours_is_a_setting_whatever_the_status() {
    for status in [200, 400, 500] {
        let expected = failed(misconfigured("huawei:80600003"));
        assert_eq!(read_code(status, "80600003").reading, expected, "{status}");
    }
}

fn but(places: &[usize]) -> Reading {
    Reading::AcceptedBut(places.iter().copied().collect())
}

#[test]
fn some_illegal_tokens_leave_the_others_accepted() {
    for msg in [
        json!(r#"{"success":2,"failure":1,"illegal_tokens":["t2"]}"#),
        json!(r#"{"success":"2","failure":"1","illegal_tokens":[" t2 "]}"#),
        json!({"success": 2, "failure": 1, "illegal_tokens": ["t2"]}),
        json!({"success": 2.0, "illegal_tokens": "t2"}),
        json!({"illegal_tokens": "[\"t2\"]"}),
        json!({"success": 2, "failure": 1, "illegalTokens": {" tokenFormatError ": ["t2"], "noRight": []}}),
        json!({"illegal_tokens": ["t2"], "illegalTokens": null}),
    ] {
        for code in [json!("80100000"), json!(80_100_000), json!("80000000")] {
            let body = json!({"code": code, "msg": msg}).to_string();
            assert_eq!(read(200, None, &body).reading, but(&[1]), "{body}");
        }
    }
    let all_taken = json!({"code": "80100000", "msg": {"success": 3, "failure": 0, "illegal_tokens": []}}).to_string();
    assert_eq!(read(200, None, &all_taken).reading, Reading::Accepted);
}

#[test]
fn a_list_that_can_not_be_read_claims_nobody() {
    for msg in [
        json!(""),
        json!(null),
        json!("Success"),
        json!(["t2"]),
        json!(r#"{"success":2,"failure":1}"#),
        json!(r#"{"success":2,"failure":1,"illegal_tokens":[]}"#),
        json!({"success": 3, "illegal_tokens": []}),
        json!({"success": 3, "failure": "none", "illegal_tokens": []}),
        json!(r#"{"success":2,"failure":1,"illegal_tokens":["somebody else's"]}"#),
        json!({"illegal_tokens": ["t2", {"token": "t3"}]}),
        json!({"illegal_tokens": ["t2", true]}),
        // One is named, and two are counted.
        json!({"success": 1, "failure": 2, "illegal_tokens": ["t2"]}),
        json!({"success": "x", "failure": 1, "illegal_tokens": ["t2"]}),
    ] {
        let body = json!({"code": "80100000", "msg": msg}).to_string();
        assert_eq!(read(200, None, &body).reading, Reading::SomeUnknown, "{body}");
    }
    let contradictory = r#"{"code":"80000000","msg":{"success":0,"failure":3}}"#;
    assert_eq!(read(200, None, contradictory).reading, Reading::SomeUnknown);
    let twice = r#"{"code":"80000000","code":"80300007"}"#;
    assert_eq!(read(200, None, twice).reading, failed(transient("huawei:http_200")));
}

#[test]
fn a_yes_is_one_in_any_form_and_only_then() {
    for yes in [
        r#"{"code":"80000000","msg":"Success"}"#,
        r#"{"code":80000000}"#,
        r#"{"code":80000000.0,"msg":null}"#,
        r#"{"code":" 80000000 ","msg":{}}"#,
        r#"{"code":"80000000","msg":{"success":3,"failure":0}}"#,
        "\u{feff}{\"code\":\"80000000\"}",
    ] {
        assert_eq!(read(200, None, yes).reading, Reading::Accepted, "{yes}");
    }
    for no_yes in [
        r#"{"msg":"Success"}"#,
        r#"{"code":"","msg":"Success"}"#,
        r#"{"code":true}"#,
        r#"{"code":null}"#,
    ] {
        assert_eq!(read(200, None, no_yes).reading, failed(transient("huawei:http_200")), "{no_yes}");
    }
}

#[test]
fn a_login_gives_a_session_or_a_reason() {
    let read = |status: u16, body: &str| classify_login(StatusCode::from_u16(status).unwrap(), WAIT, body.as_bytes());
    assert_eq!(
        read(200, r#"{"access_token":"a","expires_in":3600,"token_type":"Bearer"}"#),
        Ok(("a".to_owned(), Duration::from_hours(1)))
    );
    for (expires_in, secs) in [
        (r#""3600""#, 3_600),
        ("3600.0", 3_600),
        ("null", 600),
        ("0", 600),
        ("-1", 600),
        (r#""soon""#, 600),
        ("[]", 600),
    ] {
        let body = format!(r#"{{"access_token":" a ","expires_in":{expires_in}}}"#);
        assert_eq!(read(200, &body), Ok(("a".to_owned(), Duration::from_secs(secs))), "{body}");
    }
    for unreadable in [
        "{}",
        "",
        "<html>",
        r#"{"access_token":""}"#,
        r#"{"access_token":null}"#,
        r#"{"access_token":["a"]}"#,
    ] {
        assert_eq!(read(200, unreadable), Err(transient("huawei:login_unreadable")), "{unreadable}");
    }
    assert_eq!(read(400, r#"{"error":1101}"#), Err(misconfigured("huawei:login_http_400")));
    assert_eq!(read(401, ""), Err(misconfigured("huawei:login_http_401")));
    assert_eq!(read(429, ""), Err(throttled("huawei:login_http_429", WAIT)));
    assert_eq!(read(503, ""), Err(throttled("huawei:login_http_503", WAIT)));
    assert_eq!(read(500, ""), Err(transient("huawei:login_http_500")));
}

#[test]
fn every_code_of_the_table_is_classified_and_every_classified_code_is_in_the_table() {
    let said = [
        80_000_000, 80_100_000, 80_100_001, 80_100_002, 80_100_003, 80_100_004, 80_100_013, 80_100_016, 80_100_017, 80_100_018, 80_200_001,
        80_200_003, 80_200_005, 80_300_002, 80_300_007, 80_300_008, 80_300_010, 80_300_011, 80_300_013, 80_600_003, 81_000_001, 82_000_001,
        82_000_002, 82_000_003, 82_000_004, 82_000_005, 82_000_013,
    ];
    crate::tables::compare("Huawei", documented, 80_000_000..=82_100_000, &said);
}
