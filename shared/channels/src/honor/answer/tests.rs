//! One row per answer that is known.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::driver::told;

const WAIT: Option<Duration> = Some(Duration::from_secs(7));

fn read(status: u16, retry_after: Option<Duration>, body: &str) -> Sayings {
    told(status, retry_after, body, |told| classify(told, &["t1", "t2", "t3"]))
}

fn read_code(status: u16, code: i64) -> Sayings {
    read(status, None, &json!({"code": code, "message": "m"}).to_string())
}

/// An answer under HTTP 200.
fn read_data(code: i64, data: &Value) -> Sayings {
    read(200, None, &json!({"code": code, "message": "m", "data": data}).to_string())
}

/// The same for all devices.
fn all(code: &str, meaning: Meaning) -> Sayings {
    Sayings::All(Said::new(format!("honor:{code}"), meaning))
}

fn one_is_bad(code: i64) -> Sayings {
    Sayings::OneIsBad(Said::new(format!("honor:{code}"), Meaning::Unknown))
}

/// What is said of each device: its meaning, in the order of the call.
fn each(sayings: Sayings) -> Vec<Meaning> {
    let Sayings::Each { said, .. } = sayings else {
        panic!("{sayings:?}")
    };
    said.iter().map(|said| said.meaning).collect()
}

#[test]
fn every_known_code_has_its_meaning() {
    use Meaning::{Misconfigured, QuotaUsedUp, Refused, SessionRefused, Throttled, Transient, Unknown};
    let table: &[(&[i64], Meaning)] = &[
        (&[80_300_007], Unknown),
        (&[403], SessionRefused),
        (&[503], Throttled),
        (&[80_200_047], QuotaUsedUp),
        (
            &[
                400, 10_300, 80_100_003, 80_200_020, 80_200_050, 80_200_056, 80_300_006, 80_300_008, 80_300_010,
            ],
            Refused,
        ),
        (&[404, 10_001, 10_205, 10_207, 80_200_022], Misconfigured),
        (&[500, 502], Transient),
    ];
    for (codes, meaning) in table {
        for code in *codes {
            assert_eq!(read_code(200, *code), all(&code.to_string(), *meaning), "{code}");
        }
    }
}

#[test]
fn a_known_no_means_the_same_under_a_status_of_its_own() {
    for (status, code) in [(400, 400), (400, 80_100_003), (403, 403), (404, 404), (400, 80_300_007)] {
        assert_eq!(read_code(status, code), read_code(200, code), "{status} {code}");
    }
}

#[test]
fn the_http_status_counts_where_there_is_no_code() {
    for (status, body, meaning) in [
        (401, "", Meaning::SessionRefused),
        (403, "", Meaning::SessionRefused),
        (404, "", Meaning::Misconfigured),
        (405, "", Meaning::Misconfigured),
        (429, "", Meaning::Throttled),
        (500, "", Meaning::Transient),
        (502, "<html>", Meaning::Transient),
        (503, "", Meaning::Throttled),
        (200, "", Meaning::Transient),
    ] {
        assert_eq!(read(status, None, body), all(&format!("http_{status}"), meaning));
    }
    let waiting = Said::new("honor:http_503", Meaning::Throttled).after(WAIT);
    assert_eq!(read(503, WAIT, ""), Sayings::All(waiting));
}

#[test]
fn a_code_that_nobody_documents_is_told_by_its_status() {
    for (status, code, meaning) in [
        (200, 80_999_999, Meaning::Transient),
        (400, 80_999_999, Meaning::Refused),
        (500, 80_100_003, Meaning::Transient),
    ] {
        assert_eq!(read_code(status, code), all(&code.to_string(), meaning), "{status} {code}");
    }
}

#[test]
fn a_yes_says_that_it_was_sent_in_any_form() {
    for data in [
        json!({"sendResult": true, "requestId": "104", "failTokens": [], "expireTokens": [], "msgCode": 200}),
        json!({"sendResult": true}),
        json!({"sendResult": "true", "failTokens": null, "expireTokens": ""}),
        json!(r#"{"sendResult":true,"failTokens":[]}"#),
    ] {
        for code in [SUCCESS, OLD_SUCCESS] {
            assert_eq!(read_data(code, &data), all(&code.to_string(), Meaning::Accepted), "{data}");
        }
    }
    let as_text = r#"{"code":"200","data":{"sendResult":true}}"#;
    assert_eq!(read(200, None, as_text), all("200", Meaning::Accepted));
}

#[test]
fn success_without_a_sending_is_no_success() {
    for data in [
        json!({"sendResult": false}),
        json!({"sendResult": "no"}),
        json!({"sendResult": 1}),
        json!({"requestId": "104"}),
        json!(null),
        json!("sent"),
    ] {
        assert_eq!(read_data(SUCCESS, &data), all("not_sent", Meaning::Transient), "{data}");
    }
    let sent = json!({"code": 200, "data": {"sendResult": true}}).to_string();
    for status in [400, 500] {
        assert_eq!(read(status, None, &sent), all("200", Meaning::Transient), "{status}");
    }
    for no_code in [r#"{"data":{"sendResult":true}}"#, r#"{"code":true,"data":{"sendResult":true}}"#] {
        assert_eq!(read(200, None, no_code), all("http_200", Meaning::Transient), "{no_code}");
    }
}

#[test]
fn tokens_that_failed_are_unknown_those_that_expired_gone_and_the_others_taken() {
    use Meaning::{Accepted, Gone, Unknown};
    for code in [SUCCESS, PARTIAL] {
        for (data, expected) in [
            (json!({"sendResult": true, "failTokens": ["t2"]}), [Accepted, Unknown, Accepted]),
            (json!({"sendResult": true, "expireTokens": [" t2 "]}), [Accepted, Gone, Accepted]),
            (
                json!({"sendResult": true, "failTokens": ["t1", "t3"], "expireTokens": "t3"}),
                [Unknown, Accepted, Gone],
            ),
            // Nobody is left of whom it could be said.
            (json!({"sendResult": false, "failTokens": ["t1", "t2", "t3"]}), [Unknown; 3]),
        ] {
            assert_eq!(each(read_data(code, &data)), expected, "{code} {data}");
        }
    }
    // The code itself says that the others were taken.
    let unsaid = json!({"failTokens": ["t2"]});
    assert_eq!(each(read_data(PARTIAL, &unsaid)), [Accepted, Unknown, Accepted]);
    let Sayings::Each { code, said } = read_data(PARTIAL, &json!({"failTokens": ["t1"], "expireTokens": ["t2"]})) else {
        panic!("not of each")
    };
    let reasons: Vec<&str> = said.iter().map(|said| said.reason.as_str()).collect();
    assert_eq!(reasons, ["honor:failed_token", "honor:expired_token", "honor:80100000"]);
    assert_eq!(code, "honor:80100000");
}

#[test]
fn a_list_that_can_not_be_read_claims_nobody() {
    for (code, data) in [
        (SUCCESS, json!({"sendResult": true, "failTokens": ["somebody else's"]})),
        (SUCCESS, json!({"sendResult": true, "expireTokens": [{"token": "t1"}]})),
        (SUCCESS, json!({"sendResult": true, "failTokens": true})),
        (PARTIAL, json!({"sendResult": true})),
        (PARTIAL, json!({"sendResult": true, "failTokens": [], "expireTokens": []})),
        (PARTIAL, json!(null)),
        (PARTIAL, json!({"sendResult": true, "failTokens": ["t2", false]})),
        // One failed, and of the others it is not said that they were sent.
        (SUCCESS, json!({"failTokens": ["t2"]})),
        (PARTIAL, json!({"sendResult": false, "failTokens": ["t2"]})),
    ] {
        assert_eq!(read_data(code, &data), one_is_bad(code), "{code} {data}");
    }
}

#[test]
fn every_code_of_the_table_is_classified_and_every_classified_code_is_in_the_table() {
    let said = [
        200, 400, 403, 404, 500, 502, 503, 10_001, 10_205, 10_207, 10_300, 80_000_000, 80_100_000, 80_100_003, 80_200_020, 80_200_022,
        80_200_047, 80_200_050, 80_200_056, 80_300_006, 80_300_007, 80_300_008, 80_300_010,
    ];
    crate::tables::compare("Honor", documented, (0..=20_000).chain(80_000_000..=80_400_000), &said);
}
