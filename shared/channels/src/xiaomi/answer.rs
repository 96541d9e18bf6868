//! What Xiaomi's answer means for us. Pure. Codes: Mi Push's list of error
//! codes, dev.mi.com pId=1560.

use std::collections::HashSet;
use std::time::Duration;

use http::StatusCode;
use revocation_rules::retry::AttemptFailure;
use serde::Deserialize;
use serde_json::Value;

use crate::answers::{misconfigured, throttled, transient};

/// One answer, for all devices of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Accepted,
    /// Accepted, but for these devices, which Xiaomi does not know.
    AcceptedBut(HashSet<String>),
    AllGone,
    /// One of the devices is none; which, is not said.
    SomeGone,
    /// No for good.
    Refused,
    /// The message is not known (any more).
    NotFound,
    /// The app may not do this. A person can have it granted.
    Forbidden,
    /// There is no such address.
    NoSuchCall,
    /// The secret is wrong, or was replaced.
    NotLetIn,
    QuotaUsedUp,
    Failed(AttemptFailure),
}

/// A reading, and the code to store and log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Such as `xiaomi:20301` or `xiaomi:http_502`.
    pub reason: String,
    pub reading: Reading,
}

#[derive(Deserialize)]
struct Answer {
    code: i64,
    #[serde(default)]
    result: Option<String>,
    /// An object, or nothing, or an empty text.
    #[serde(default)]
    data: Value,
}

/// Reads an answer to a call for these devices.
pub(super) fn classify<'a>(
    status: StatusCode,
    retry_after: Option<Duration>,
    body: &[u8],
    tokens: impl IntoIterator<Item = &'a str>,
) -> Verdict {
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    let known = answer.as_ref().map(|answer| answer.code);
    let reason = known.map_or_else(|| format!("xiaomi:http_{}", status.as_u16()), |code| format!("xiaomi:{code}"));
    let failed_transiently = || Reading::Failed(transient(reason.clone()));
    let reading = match (status.as_u16(), &answer) {
        (429 | 503, _) => Reading::Failed(throttled(reason.clone(), retry_after)),
        (500.., _) => failed_transiently(),
        (200, Some(answer)) if answer.code == 0 => accepted(answer, &reason, tokens),
        (_, Some(answer)) => by_code(answer.code, &reason, retry_after),
        (401, None) => Reading::NotLetIn,
        (403, None) => Reading::Forbidden,
        (404 | 405 | 410, None) => Reading::NoSuchCall,
        (_, None) => failed_transiently(),
    };
    Verdict { reason, reading }
}

fn by_code(code: i64, reason: &str, retry_after: Option<Duration>) -> Reading {
    match code {
        // The secret, or who it belongs to.
        21301 | 21302 => Reading::NotLetIn,
        // "Sent to nobody": all of the devices are invalid.
        20301 => Reading::AllGone,
        // A device that is unknown, a registration id that is none.
        10029 | 66007 => Reading::SomeGone,
        65028 => Reading::NotFound,
        // Messages a day.
        10034 | 200_001 => Reading::QuotaUsedUp,
        // Busy; calls too often; broadcasts too often; more a second than allowed.
        10002 | 10027 | 26004 | 200_002 => Reading::Failed(throttled(reason, retry_after)),
        // Not allowed, blocked, to be reviewed first.
        10031 | 10036 | 21303 | 26006 => Reading::Forbidden,
        // The app, its package or its channel, all from the credentials document, is unknown or
        // does not fit the others.
        10041 | 22000 | 22006 | 22007 | 22022 => Reading::Failed(misconfigured(reason)),
        // What we sent is wrong, and would be again: a parameter that is missing or bad, an
        // illegal request, too long.
        10008 | 10012 | 10016 | 10017 | 27001 | 65009 => Reading::Refused,
        // -1, 1, 10001, 10003, 20607, 26003, 65029: an error inside Xiaomi; 10037: it came too
        // late there. Whatever else comes is told by its code alone.
        _ => Reading::Failed(transient(reason)),
    }
}

/// The devices that Xiaomi took, and those it calls bad.
fn accepted<'a>(answer: &Answer, reason: &str, sent: impl IntoIterator<Item = &'a str>) -> Reading {
    if answer.result.as_deref().is_some_and(|result| result != "ok") {
        return Reading::Failed(transient(reason));
    }
    let bad: HashSet<String> = match answer.data.get("bad_regids") {
        None | Some(Value::Null) => HashSet::new(),
        Some(Value::String(list)) => list.split(',').filter(|token| !token.is_empty()).map(str::to_owned).collect(),
        Some(_) => return unreadable(),
    };
    if bad.is_empty() {
        return Reading::Accepted;
    }
    let sent: HashSet<&str> = sent.into_iter().collect();
    if bad.iter().all(|token| sent.contains(token.as_str())) {
        Reading::AcceptedBut(bad)
    } else {
        unreadable()
    }
}

/// Nobody can say which devices were taken: to claim any of them would be a
/// guess. Asking again is harmless, the same notify id shows the same notice.
fn unreadable() -> Reading {
    Reading::Failed(transient("xiaomi:bad_regids_unreadable"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
            (10029, Reading::SomeGone),
            (20301, Reading::AllGone),
            (21301, Reading::NotLetIn),
            (21302, Reading::NotLetIn),
            (65028, Reading::NotFound),
            (66007, Reading::SomeGone),
        ];
        table.extend([10034, 200_001].map(|code| (code, Reading::QuotaUsedUp)));
        table.extend([10031, 10036, 21303, 26006].map(|code| (code, Reading::Forbidden)));
        table.extend([10008, 10012, 10016, 10017, 27001, 65009].map(|code| (code, Reading::Refused)));
        table.extend([10002, 10027, 26004, 200_002].map(|code| (code, Reading::Failed(throttled(reason(code), None)))));
        table.extend([10041, 22000, 22006, 22007, 22022].map(|code| (code, Reading::Failed(misconfigured(reason(code))))));
        table.extend([-1, 1, 10001, 10003, 10037, 20607, 26003, 65029].map(|code| (code, Reading::Failed(transient(reason(code))))));
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
        for unreadable in ["", "<html>", "{}", r#"{"code":"r1 is bad"}"#] {
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
        let failed = Reading::Failed(transient("xiaomi:0"));
        assert_eq!(read(200, None, r#"{"code":0,"result":"error"}"#).reading, failed);
        assert_eq!(read(500, None, &ok).reading, failed);
        assert_eq!(read(400, None, &ok).reading, failed);
    }

    #[test]
    fn bad_devices_leave_the_others_accepted() {
        let reading = |bad: Value| {
            read(
                200,
                None,
                &json!({"result": "ok", "code": 0, "data": {"bad_regids": bad}}).to_string(),
            )
            .reading
        };
        let bad = |tokens: &[&str]| Reading::AcceptedBut(tokens.iter().map(|token| (*token).to_owned()).collect());
        assert_eq!(reading(json!("r2")), bad(&["r2"]));
        assert_eq!(reading(json!("r3,r1")), bad(&["r1", "r3"]));
        assert_eq!(reading(json!("")), Reading::Accepted);
        assert_eq!(reading(Value::Null), Reading::Accepted);
        for unreadable in [json!("somebody else's"), json!(["r1"]), json!(1)] {
            assert_eq!(reading(unreadable), Reading::Failed(transient("xiaomi:bad_regids_unreadable")));
        }
    }
}
