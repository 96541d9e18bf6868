//! One row per documented answer.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::driver::told;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));
const THREE: &[&str] = &["t1", "t2", "t3"];

fn read(status: u16, tokens: &[&str], body: &str) -> Sayings {
    told(status, None, body, |told| classify(told, tokens))
}

fn read_code(status: u16, code: &str) -> Sayings {
    read(status, THREE, &json!({"code": code, "msg": "m", "requestId": "157"}).to_string())
}

fn said(code: &str, meaning: Meaning) -> Said {
    Said::new(format!("harmony:{code}"), meaning)
}

/// The same for all devices.
fn all(code: &str, meaning: Meaning) -> Sayings {
    Sayings::All(said(code, meaning))
}

/// An answer as Push Kit writes it: `msg` is JSON text.
fn with_list(code: &str, msg: &Value) -> String {
    json!({"code": code, "msg": msg.to_string(), "requestId": "157"}).to_string()
}

#[test]
fn every_documented_code_has_its_meaning() {
    use Meaning::{Accepted, Misconfigured, Refused, SessionRefused, Throttled, Transient, Unknown};
    let table: &[(&[&str], Meaning)] = &[
        (&["80000000"], Accepted),
        (&["80200001", "80200003", "80200005", "80300036"], SessionRefused),
        (&["80300029"], Throttled),
        (&["80000001", "81000001"], Transient),
        (&["80300007"], Unknown),
        (&["80300002", "80300028", "80300032", "80300037"], Misconfigured),
        (
            &["80100001", "80100003", "80100004", "80100022", "80300008", "80300010", "80300030"],
            Refused,
        ),
    ];
    for (codes, meaning) in table {
        for code in *codes {
            for status in [200, 400] {
                if (status, *code) != (400, "80000000") {
                    assert_eq!(read_code(status, code), all(code, *meaning), "{status} {code}");
                }
            }
        }
    }
    for code in ["80100020", "80300017"] {
        assert_eq!(read_code(400, code), Sayings::OneIsBad(said(code, Refused)), "{code}");
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
        assert_eq!(read(status, THREE, body), all(&format!("http_{status}"), meaning));
    }
    let waiting = said("http_503", Meaning::Throttled).after(WAIT);
    assert_eq!(told(503, WAIT, "", |told| classify(told, THREE)), Sayings::All(waiting));
    for status in [500, 400] {
        assert_eq!(read_code(status, "80000000"), all("80000000", Meaning::Transient));
    }
}

#[test]
fn a_code_that_nobody_documents_is_told_by_its_family_and_its_status() {
    for (status, code, meaning) in [
        (200, "80999999", Meaning::Transient),
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
fn every_documented_reason_is_one_devices_own() {
    use Meaning::{Misconfigured, Refused, Transient, Unknown};
    for (reason, meaning) in [
        ("tokenFormatError", Unknown),
        ("tokenPlatformNotSupport", Unknown),
        ("noRight", Unknown),
        ("countryNotSupport", Refused),
        ("atomicUnableSendUnsubscribedMsg", Refused),
        ("differentImgVerifyPolicy", Refused),
        ("notSupportPlayVoice", Refused),
        ("noPushTypeRight", Misconfigured),
        ("disableSendHuaweiMsgBecauseOfPenalty", Misconfigured),
        ("noRightToSendThisLiveNotificationEvent", Misconfigured),
        ("appinfoError", Transient),
    ] {
        // Huawei's own example has blanks around a reason.
        for name in [reason.to_owned(), format!(" {reason} ")] {
            let msg = json!({"illegalTokens": {name: ["t2"]}, "success": 2, "failure": 1});
            let yes = said("80000000", Meaning::Accepted);
            for code in ["80100000", "80000000"] {
                let yes = Said {
                    reason: format!("harmony:{code}"),
                    ..yes.clone()
                };
                let expected = Sayings::Each {
                    code: yes.reason.clone(),
                    said: vec![yes.clone(), said(reason, meaning), yes],
                };
                assert_eq!(read(200, THREE, &with_list(code, &msg)), expected, "{reason}");
            }
        }
        assert!(
            include_str!("../../../../../docs/channels.md").contains(&format!("`{reason}`")),
            "{reason}"
        );
    }
}

#[test]
fn a_reason_that_nobody_documents_is_tried_again_and_its_text_is_not_kept() {
    let msg = json!({"illegalTokens": {"planted": ["t1", "t3"], "tokenFormatError": []}, "success": 1, "failure": 2});
    let Sayings::Each { said: read, .. } = read(200, THREE, &with_list("80100000", &msg)) else {
        panic!("each has its own");
    };
    let unsaid = said("illegal_token", Meaning::Transient);
    assert_eq!(read, [unsaid.clone(), said("80100000", Meaning::Accepted), unsaid]);
}

#[test]
fn some_illegal_tokens_leave_the_others_accepted_in_whatever_form_they_are_listed() {
    for msg in [
        json!({"success": 2, "failure": 1, "illegalTokens": {"tokenFormatError": ["t2"]}}),
        json!({"success": "2", "illegalTokens": {"tokenFormatError": "t2"}}),
        json!({"illegalTokens": "{\"tokenFormatError\": [\" T2 \"]}"}),
        json!({"illegalTokens": {"tokenFormatError": ["t2", "t2"]}, "illegal_tokens": null}),
        // As Android's service does.
        json!({"success": 2, "failure": 1, "illegal_tokens": ["t2"]}),
        json!({"illegalTokens": ["t2"]}),
    ] {
        for body in [with_list("80100000", &msg), json!({"code": 80_100_000, "msg": msg}).to_string()] {
            let Sayings::Each { said, .. } = read(200, THREE, &body) else {
                panic!("{body}")
            };
            let meanings: Vec<_> = said.iter().map(|said| said.meaning).collect();
            assert_eq!(meanings, [Meaning::Accepted, Meaning::Unknown, Meaning::Accepted], "{body}");
        }
    }
    let all_taken = with_list("80100000", &json!({"success": 3, "failure": 0, "illegalTokens": {}}));
    assert_eq!(read(200, THREE, &all_taken), all("80100000", Meaning::Accepted));
}

#[test]
fn a_list_that_cannot_be_read_claims_nobody() {
    for msg in [
        json!(""),
        json!(null),
        json!("Partial success"),
        json!(["t2"]),
        json!({"success": 2, "failure": 1}),
        json!({"success": 2, "failure": 1, "illegalTokens": {}}),
        json!({"illegalTokens": {"noRight": ["somebody else's"]}}),
        json!({"illegalTokens": {"noRight": ["t2", {"token": "t3"}]}}),
        json!({"illegalTokens": {"noRight": {"t2": true}}}),
        json!({"illegalTokens": {"noRight": ["t2"], "countryNotSupport": ["t2"]}}),
        // One is named, and two are counted.
        json!({"success": 1, "failure": 2, "illegalTokens": {"noRight": ["t2"]}}),
        json!({"success": "x", "failure": 1, "illegalTokens": {"noRight": ["t2"]}}),
    ] {
        let body = json!({"code": "80100000", "msg": msg}).to_string();
        let unsaid = said("80100000", Meaning::Transient);
        assert_eq!(read(200, THREE, &body), Sayings::OneIsBad(unsaid), "{body}");
    }
}

#[test]
fn when_none_was_taken_the_reasons_are_read_first() {
    let msg = json!({"illegalTokens": {"countryNotSupport": ["t1"], "noRight": ["t3"]}, "failure": 3});
    let expected = Sayings::Each {
        code: "harmony:80300007".to_owned(),
        said: vec![
            said("countryNotSupport", Meaning::Refused),
            said("80300007", Meaning::Unknown),
            said("noRight", Meaning::Unknown),
        ],
    };
    assert_eq!(read(200, THREE, &with_list("80300007", &msg)), expected);
    for without in [
        json!("All the tokens are invalid"),
        json!({"illegalTokens": {}}),
        json!({"illegalTokens": {"noRight": [true]}}),
    ] {
        let body = json!({"code": "80300007", "msg": without}).to_string();
        assert_eq!(read(200, THREE, &body), all("80300007", Meaning::Unknown), "{body}");
    }
}

#[test]
fn no_right_to_any_of_several_tokens_is_a_setting() {
    let list = |tokens: &[&str]| with_list("80300007", &json!({"illegalTokens": {"noRight": tokens}, "failure": tokens.len()}));
    assert_eq!(read(200, THREE, &list(THREE)), all("noRight", Meaning::Misconfigured));
    let alone = Sayings::Each {
        code: "harmony:80300007".to_owned(),
        said: vec![said("noRight", Meaning::Unknown)],
    };
    assert_eq!(read(200, &["t1"], &list(&["t1"])), alone);
    let two = read(200, THREE, &list(&["t1", "t2"]));
    assert!(matches!(two, Sayings::Each { .. }), "the third has no reason");
}

#[test]
fn a_single_device_of_another_app_is_unknown_and_several_are_a_setting() {
    let body = json!({"code": "80300028", "msg": "m"}).to_string();
    assert_eq!(read(400, &["t1"], &body), all("80300028", Meaning::Unknown));
    assert_eq!(read(400, THREE, &body), all("80300028", Meaning::Misconfigured));
}

#[test]
fn a_yes_is_one_in_any_form_and_only_then() {
    for yes in [
        r#"{"code":"80000000","msg":"Success"}"#,
        r#"{"code":80000000.0,"msg":null}"#,
        r#"{"code":" 80000000 ","msg":{}}"#,
        r#"{"code":"80000000","msg":"{\"success\":3,\"failure\":0}"}"#,
    ] {
        assert_eq!(read(200, THREE, yes), all("80000000", Meaning::Accepted), "{yes}");
    }
    for no_yes in [
        r#"{"msg":"Success"}"#,
        r#"{"code":true}"#,
        r#"{"code":"80000000","code":"80300007"}"#,
    ] {
        assert_eq!(read(200, THREE, no_yes), all("http_200", Meaning::Transient), "{no_yes}");
    }
    let contradictory = with_list("80000000", &json!({"success": 0, "failure": 3}));
    let unsaid = said("80000000", Meaning::Transient);
    assert_eq!(read(200, THREE, &contradictory), Sayings::OneIsBad(unsaid));
}

#[test]
fn every_code_of_the_table_is_classified_and_every_classified_code_is_in_the_table() {
    let said = [
        80_000_000, 80_000_001, 80_100_000, 80_100_001, 80_100_003, 80_100_004, 80_100_020, 80_100_022, 80_200_001, 80_200_003, 80_200_005,
        80_300_002, 80_300_007, 80_300_008, 80_300_010, 80_300_017, 80_300_028, 80_300_029, 80_300_030, 80_300_032, 80_300_036, 80_300_037,
        81_000_001,
    ];
    crate::tables::compare("HarmonyOS", documented, 80_000_000..=82_100_000, &said);
}
