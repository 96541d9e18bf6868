//! What OPPO's answer means for us. Pure. Codes: OPPO PUSH's return codes.

use std::collections::HashMap;
use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;

use crate::meaning::{Meaning, Said, number};

/// One answer to a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// The same for every delivery of the call.
    All(Said),
    /// One for each delivery of the call, in their order.
    Each(Vec<Said>),
    /// One of several registration ids is bad, and nobody says which.
    OneIsBad(Said),
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "number")]
    code: Option<i64>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    data: serde_json::Value,
}

/// What `data` holds of each target of a `unicast_batch`.
#[derive(Deserialize)]
struct Target {
    #[serde(rename = "registrationId")]
    registration_id: String,
    #[serde(default, rename = "errorCode", deserialize_with = "number")]
    error_code: Option<i64>,
    #[serde(default, rename = "errorMessage")]
    error_message: Option<String>,
}

/// Reads an answer to a call with these registration ids.
pub(super) fn classify(status: StatusCode, retry_after: Option<Duration>, body: &[u8], tokens: &[&str]) -> Reading {
    let (said, data) = read(status, retry_after, body, "");
    match said.meaning {
        Meaning::Accepted if tokens.len() > 1 => Reading::Each(each(data, retry_after, tokens)),
        Meaning::Gone if tokens.len() > 1 => Reading::OneIsBad(said),
        _ => Reading::All(said),
    }
}

/// Reads a login's answer: the token.
pub(super) fn classify_login(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Result<String, Said> {
    #[derive(Deserialize)]
    struct Login {
        auth_token: String,
    }
    let (said, data) = read(status, retry_after, body, "login_");
    if said.meaning != Meaning::Accepted {
        return Err(said);
    }
    match serde_json::from_value::<Login>(data) {
        Ok(login) if !login.auth_token.is_empty() => Ok(login.auth_token),
        Ok(_) | Err(_) => Err(Said {
            reason: "oppo:login_unreadable".to_owned(),
            meaning: Meaning::Transient,
            retry_after: None,
        }),
    }
}

/// The said over a whole call, and its `data`.
fn read(status: StatusCode, retry_after: Option<Duration>, body: &[u8], call: &str) -> (Said, serde_json::Value) {
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    let known = answer.as_ref().and_then(|answer| answer.code);
    let message = answer.as_ref().and_then(|answer| answer.message.as_deref()).unwrap_or_default();
    let reason = known.map_or_else(
        || format!("oppo:{call}http_{}", status.as_u16()),
        |code| format!("oppo:{call}{code}"),
    );
    let meaning = match (status.as_u16(), known) {
        (429 | 503, _) => Meaning::Throttled,
        (500.., _) => Meaning::Transient,
        // OPPO says yes under 200 only.
        (200, Some(code)) => by_code(code, message),
        (_, Some(code)) if code != 0 => by_code(code, message),
        // The address is wrong.
        (404 | 405, None) => Meaning::Misconfigured,
        _ => Meaning::Transient,
    };
    let said = Said {
        reason,
        meaning,
        retry_after,
    };
    (said, answer.map(|answer| answer.data).unwrap_or_default())
}

/// What a batch says of each target. Of one that it does not name nobody can
/// say whether it was taken: to claim that would be a guess. Asking again is
/// harmless: what was taken is a duplicate then.
fn each(data: serde_json::Value, retry_after: Option<Duration>, tokens: &[&str]) -> Vec<Said> {
    let targets: Vec<serde_json::Value> = serde_json::from_value(data).unwrap_or_default();
    let targets = targets
        .into_iter()
        .filter_map(|target| serde_json::from_value::<Target>(target).ok());
    let by_id: HashMap<String, Said> = targets
        .map(|target| {
            let code = target.error_code.unwrap_or(0);
            let meaning = match by_code(code, target.error_message.as_deref().unwrap_or_default()) {
                // The session was good for the call.
                Meaning::SessionRefused => Meaning::Transient,
                meaning => meaning,
            };
            let said = Said {
                reason: format!("oppo:{code}"),
                meaning,
                retry_after,
            };
            (target.registration_id, said)
        })
        .collect();
    let unnamed = || Said {
        reason: "oppo:unnamed".to_owned(),
        meaning: Meaning::Transient,
        retry_after: None,
    };
    tokens
        .iter()
        .map(|token| by_id.get(*token).cloned().unwrap_or_else(unnamed))
        .collect()
}

fn by_code(code: i64, message: &str) -> Meaning {
    match code {
        // 32: this very overwrite was taken before.
        0 | 32 => Meaning::Accepted,
        // -2 flow control; 13 calls of the app, 55 pushes of the app, 69 of everybody.
        -2 | 13 | 55 | 69 => Meaning::Throttled,
        // Invalid, missing.
        11 | 29 => Meaning::SessionRefused,
        // 14 to 19: key, signature or time are wrong or missing; 26, 27, 28, 30: the address
        // is blocked or denied, the app disabled or without the right; 54: the channel wants
        // a template; 67: the category is not the app's. A person can put each right in
        // OPPO's console or our secret, and then the same call works.
        14..=19 | 26 | 27 | 28 | 30 | 54 | 67 => Meaning::Misconfigured,
        // Pushes, saved messages.
        33 | 42 => Meaning::QuotaUsedUp,
        41 if message.to_ascii_lowercase().contains("registration") => Meaning::Gone,
        10000 => Meaning::Gone,
        // What we sent is wrong, and would be again: method, version, encoding; no such data;
        // an argument; a picture.
        12 | 20..=25 | 31 | 40 | 41 | 51 => Meaning::Refused,
        // -1: OPPO is not available. Whatever else comes is told by its code alone.
        _ => Meaning::Transient,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const WAIT: Option<Duration> = Some(Duration::from_secs(7));

    fn said(reason: &str, meaning: Meaning, retry_after: Option<Duration>) -> Said {
        Said {
            reason: reason.to_owned(),
            meaning,
            retry_after,
        }
    }

    fn read(status: u16, retry_after: Option<Duration>, body: &str, tokens: &[&str]) -> Reading {
        classify(StatusCode::from_u16(status).unwrap(), retry_after, body.as_bytes(), tokens)
    }

    fn one(status: u16, body: &Value) -> Said {
        match read(status, None, &body.to_string(), &["t1"]) {
            Reading::All(said) => said,
            other => panic!("{other:?}"),
        }
    }

    fn batch(data: &Value) -> Vec<(String, Meaning)> {
        let body = json!({"code": 0, "message": "", "data": data}).to_string();
        match read(200, None, &body, &["t1", "t2", "t3"]) {
            Reading::Each(saids) => saids.into_iter().map(|v| (v.reason, v.meaning)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_documented_code_has_its_meaning() {
        use Meaning::{Accepted, Gone, Misconfigured, QuotaUsedUp, Refused, SessionRefused, Throttled, Transient};
        let table: &[(&[i64], Meaning)] = &[
            (&[0, 32], Accepted),
            (&[-1], Transient),
            (&[-2, 13, 55, 69], Throttled),
            (&[11, 29], SessionRefused),
            (&[14, 15, 16, 17, 18, 19, 26, 27, 28, 30, 54, 67], Misconfigured),
            (&[12, 20, 21, 22, 23, 24, 25, 31, 40, 41, 51], Refused),
            (&[33, 42], QuotaUsedUp),
            (&[10000], Gone),
            // Met in the field, with no meaning that we know of.
            (&[59], Transient),
        ];
        for (codes, meaning) in table {
            for code in *codes {
                let expected = said(&format!("oppo:{code}"), *meaning, None);
                assert_eq!(one(200, &json!({"code": code, "message": "m"})), expected, "{code}");
            }
        }
    }

    #[test]
    fn a_bad_argument_is_a_gone_target_when_it_is_the_registration_id() {
        let read = |message| one(200, &json!({"code": 41, "message": message})).meaning;
        assert_eq!(read("Invalid Arguments: registration_id"), Meaning::Gone);
        assert_eq!(read("Registration Id is illegal"), Meaning::Gone);
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
                came_to("oppo:10000", Meaning::Gone),
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
            json!([{"registrationId": "t9"}, {"messageId": "m"}, 7]),
        ] {
            assert_eq!(batch(&data), vec![("oppo:unnamed".to_owned(), Meaning::Transient); 3], "{data}");
        }
    }

    #[test]
    fn one_bad_id_never_ends_the_others() {
        let body = json!({"code": 10000, "message": "Invalid RegistrationId"}).to_string();
        assert_eq!(
            read(200, None, &body, &["t1", "t2"]),
            Reading::OneIsBad(said("oppo:10000", Meaning::Gone, None))
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
            (400, "", "oppo:http_400", Meaning::Transient),
        ] {
            assert_eq!(
                read(status, WAIT, body, &["t1"]),
                Reading::All(said(reason, meaning, WAIT)),
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
        let read = |status: u16, body: &str| classify_login(StatusCode::from_u16(status).unwrap(), WAIT, body.as_bytes());
        let ok = r#"{"code":0,"message":"Success","data":{"auth_token":"a","create_time":1700000000000}}"#;
        assert_eq!(read(200, ok), Ok("a".to_owned()));
        for (status, body, reason, meaning) in [
            (200, r#"{"code":14}"#, "oppo:login_14", Meaning::Misconfigured),
            (200, r#"{"code":16}"#, "oppo:login_16", Meaning::Misconfigured),
            (200, r#"{"code":-2}"#, "oppo:login_-2", Meaning::Throttled),
            (200, r#"{"code":-1}"#, "oppo:login_-1", Meaning::Transient),
            (503, "", "oppo:login_http_503", Meaning::Throttled),
            (404, "", "oppo:login_http_404", Meaning::Misconfigured),
            (500, "", "oppo:login_http_500", Meaning::Transient),
        ] {
            assert_eq!(read(status, body), Err(said(reason, meaning, WAIT)), "{status} {body}");
        }
        for unreadable in [r#"{"code":0}"#, r#"{"code":0,"data":{"auth_token":""}}"#] {
            let expected = Err(said("oppo:login_unreadable", Meaning::Transient, None));
            assert_eq!(read(200, unreadable), expected, "{unreadable}");
        }
    }
}
