//! One row per documented answer.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::driver::told;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn read(status: u16, retry_after: Option<Duration>, body: &str) -> Sayings {
    told(status, retry_after, body, |told| classify(told, &["t1", "t2", "t3"]))
}

fn read_code(status: u16, code: &str) -> Sayings {
    read(status, None, &json!({"code": code, "msg": "m", "requestId": "157"}).to_string())
}

/// The same for all devices.
fn all(code: &str, meaning: Meaning) -> Sayings {
    Sayings::All(Said::new(format!("huawei:{code}"), meaning))
}

#[test]
fn every_documented_code_has_its_meaning() {
    use Meaning::{Accepted, Misconfigured, Refused, SessionRefused, Throttled, Transient, Unknown};
    let table: &[(&[&str], Meaning)] = &[
        (&["80000000"], Accepted),
        (&["80100017"], Throttled),
        (&["80200001", "80200003", "80200005", "80300036"], SessionRefused),
        (&["80000001", "81000001"], Transient),
        (&["80300007"], Unknown),
        (
            &["80300002", "80300011", "80300028", "80300032", "80300037", "80600003"],
            Misconfigured,
        ),
        (
            &[
                "80100001", "80100002", "80100003", "80100004", "80100013", "80100016", "80100018", "80100020", "80100022", "80300008",
                "80300010", "80300013", "80300017", "82000001", "82000002", "82000007", "82000013",
            ],
            Refused,
        ),
    ];
    for (codes, meaning) in table {
        for code in *codes {
            assert_eq!(read_code(200, code), all(code, *meaning), "{code}");
        }
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
    for (status, body, meaning) in [
        (401, "", Meaning::SessionRefused),
        (404, "", Meaning::Misconfigured),
        (500, "", Meaning::Transient),
        (502, "<html>", Meaning::Transient),
        (503, "", Meaning::Throttled),
        (200, "", Meaning::Transient),
    ] {
        assert_eq!(read(status, None, body), all(&format!("http_{status}"), meaning));
    }
    let waiting = Said::new("huawei:http_503", Meaning::Throttled).after(WAIT);
    assert_eq!(read(503, WAIT, ""), Sayings::All(waiting));
}

#[test]
fn success_under_an_error_status_is_no_success() {
    for status in [500, 400] {
        assert_eq!(read_code(status, "80000000"), all("80000000", Meaning::Transient));
    }
}

#[test]
fn a_code_that_nobody_documents_is_told_by_its_family_and_its_status() {
    for (status, code, meaning) in [
        (200, "80999999", Meaning::Transient),
        (200, "820000010", Meaning::Transient),
        (400, "80999999", Meaning::Refused),
        (200, "80100099", Meaning::Refused),
        (200, "80300099", Meaning::Refused),
        (200, "80200099", Meaning::SessionRefused),
        (500, "80100099", Meaning::Transient),
    ] {
        assert_eq!(read_code(status, code), all(code, meaning), "{status} {code}");
    }
    assert_eq!(read_code(200, "t1 is bad"), all("http_200", Meaning::Transient));
}

#[test]
fn a_wrong_login_of_ours_is_a_setting_whatever_the_status() {
    for status in [200, 400, 500] {
        assert_eq!(read_code(status, "80600003"), all("80600003", Meaning::Misconfigured), "{status}");
    }
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
            let Sayings::Each { said, .. } = read(200, None, &body) else {
                panic!("{body}")
            };
            let meanings: Vec<_> = said.iter().map(|said| said.meaning).collect();
            assert_eq!(meanings, [Meaning::Accepted, Meaning::Unknown, Meaning::Accepted], "{body}");
            assert_eq!(said[1].reason, "huawei:illegal_token");
        }
    }
    let all_taken = json!({"code": "80100000", "msg": {"success": 3, "failure": 0, "illegal_tokens": []}}).to_string();
    assert_eq!(read(200, None, &all_taken), all("80100000", Meaning::Accepted));
}

#[test]
fn a_list_that_cannot_be_read_claims_nobody() {
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
        let unknown = Said::new("huawei:80100000", Meaning::Unknown);
        assert_eq!(read(200, None, &body), Sayings::OneIsBad(unknown), "{body}");
    }
    let contradictory = r#"{"code":"80000000","msg":{"success":0,"failure":3}}"#;
    let unknown = Said::new("huawei:80000000", Meaning::Unknown);
    assert_eq!(read(200, None, contradictory), Sayings::OneIsBad(unknown));
    let twice = r#"{"code":"80000000","code":"80300007"}"#;
    assert_eq!(read(200, None, twice), all("http_200", Meaning::Transient));
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
        assert_eq!(read(200, None, yes), all("80000000", Meaning::Accepted), "{yes}");
    }
    for no_yes in [
        r#"{"msg":"Success"}"#,
        r#"{"code":"","msg":"Success"}"#,
        r#"{"code":true}"#,
        r#"{"code":null}"#,
    ] {
        assert_eq!(read(200, None, no_yes), all("http_200", Meaning::Transient), "{no_yes}");
    }
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
