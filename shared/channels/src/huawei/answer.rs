//! What Huawei's answer means for us. Pure. Codes: Push Kit's REST reference.

use std::collections::HashSet;
use std::time::Duration;

use http::StatusCode;
use revocation_rules::retry::AttemptFailure;
use serde::Deserialize;

use crate::answers::{code, misconfigured, throttled, transient};

/// One answer of `messages:send`, for all tokens of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Accepted,
    /// Accepted, but for these tokens, which Huawei no longer knows.
    AcceptedBut(HashSet<String>),
    AllGone,
    /// No for good.
    Refused,
    /// The session is not, or no longer, good.
    SessionRefused,
    Failed(AttemptFailure),
}

/// A reading, and the code to store and log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Such as `huawei:80300007` or `huawei:http_502`.
    pub reason: String,
    pub reading: Reading,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    code: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    msg: std::borrow::Cow<'a, str>,
}

/// What `msg` holds, itself as JSON, when some tokens were bad.
#[derive(Deserialize)]
struct Partial {
    illegal_tokens: HashSet<String>,
}

/// Reads an answer to a call with these tokens.
pub(super) fn classify<'a>(
    status: StatusCode,
    retry_after: Option<Duration>,
    body: &[u8],
    tokens: impl IntoIterator<Item = &'a str>,
) -> Verdict {
    let answer: Option<Answer<'_>> = serde_json::from_slice(body).ok();
    let known = answer.as_ref().and_then(|answer| code(&answer.code));
    let reason = known.map_or_else(|| format!("huawei:http_{}", status.as_u16()), |code| format!("huawei:{code}"));
    let failed_transiently = || Reading::Failed(transient(reason.clone()));
    let reading = match (status.as_u16(), known) {
        (401, _) => Reading::SessionRefused,
        // Flow control: the app's devices per second are used up.
        (503, _) | (429, None) => Reading::Failed(throttled(reason.clone(), retry_after)),
        (500.., _) => failed_transiently(),
        (200, Some("80000000")) => Reading::Accepted,
        (200, Some("80100000")) => {
            let msg = answer.as_ref().map_or("", |answer| &answer.msg);
            // Nobody can say which tokens were taken: to claim any of them would be a
            // guess. Asking again is harmless, the same notify id shows the same notice.
            illegal_tokens(msg, tokens).map_or_else(failed_transiently, Reading::AcceptedBut)
        }
        (_, Some(code)) => by_code(code, reason.clone(), retry_after),
        // The address or the app id in it is wrong.
        (404 | 405, None) => Reading::Failed(misconfigured(reason.clone())),
        (_, None) => failed_transiently(),
    };
    Verdict { reason, reading }
}

fn by_code(code: &str, reason: String, retry_after: Option<Duration>) -> Reading {
    match code {
        "80300007" => Reading::AllGone,
        // 80200001 is a failed, 80200003 an expired session.
        "80200001" | "80200003" => Reading::SessionRefused,
        // More than 100 topic tasks at once.
        "80100017" => Reading::Failed(throttled(reason, retry_after)),
        // What we sent is wrong, and would be again: parameter, structure, ttl, collapse key,
        // sensitive content, too long, too many tokens; 82: topics, which we never send to.
        "80100001" | "80100003" | "80100004" | "80100013" | "80100016" | "80300008" | "80300010" => Reading::Refused,
        code if code.len() == 8 && ("82000001"..="82000013").contains(&code) => Reading::Refused,
        // The app lacks a right (80300002: to push at all; 80300011: to this importance). A
        // person can have it granted in AppGallery Connect, and then the same call works:
        // not an end for the delivery.
        "80300002" | "80300011" => Reading::Failed(misconfigured(reason)),
        // 81000001: an error inside Huawei; 80600003: Huawei could not ask its own login.
        // Whatever else comes is told by its code alone.
        _ => Reading::Failed(transient(reason)),
    }
}

/// The tokens that Huawei calls illegal. `None` when that can not be read, or
/// does not fit what was sent.
fn illegal_tokens<'a>(msg: &str, sent: impl IntoIterator<Item = &'a str>) -> Option<HashSet<String>> {
    let Partial { illegal_tokens } = serde_json::from_str(msg).ok()?;
    let sent: HashSet<&str> = sent.into_iter().collect();
    let fits = !illegal_tokens.is_empty() && illegal_tokens.iter().all(|token| sent.contains(token.as_str()));
    fits.then_some(illegal_tokens)
}

/// Reads a login's answer: the access token and how long it is good.
pub(super) fn classify_login(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Result<(String, Duration), AttemptFailure> {
    #[derive(Deserialize)]
    struct Login {
        access_token: String,
        expires_in: u64,
    }
    match status.as_u16() {
        200 => match serde_json::from_slice::<Login>(body) {
            Ok(login) if !login.access_token.is_empty() => Ok((login.access_token, Duration::from_secs(login.expires_in))),
            Ok(_) | Err(_) => Err(transient("huawei:login_unreadable")),
        },
        429 | 503 => Err(throttled(format!("huawei:login_http_{}", status.as_u16()), retry_after)),
        // The id or the secret is wrong.
        400..=499 => Err(misconfigured(format!("huawei:login_http_{}", status.as_u16()))),
        other => Err(transient(format!("huawei:login_http_{other}"))),
    }
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
            ("80300002", failed(misconfigured(reason("80300002")))),
            ("80300007", Reading::AllGone),
            ("80300011", failed(misconfigured(reason("80300011")))),
            ("80600003", failed(transient(reason("80600003")))),
            ("81000001", failed(transient(reason("81000001")))),
        ];
        for code in [
            "80100001", "80100003", "80100004", "80100013", "80100016", "80300008", "80300010", "82000001", "82000002", "82000007",
            "82000013",
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
    fn an_unknown_code_is_told_by_its_code_alone() {
        assert_eq!(read_code(200, "80999999").reading, failed(transient("huawei:80999999")));
        assert_eq!(read_code(200, "820000010").reading, failed(transient("huawei:820000010")));
        assert_eq!(read_code(200, "t1 is bad").reading, failed(transient("huawei:http_200")));
    }

    #[test]
    fn some_illegal_tokens_leave_the_others_accepted() {
        let partial = |msg: &str| read(200, None, &json!({"code": "80100000", "msg": msg}).to_string()).reading;
        assert_eq!(
            partial(r#"{"success":2,"failure":1,"illegal_tokens":["t2"]}"#),
            Reading::AcceptedBut(HashSet::from(["t2".to_owned()]))
        );
        for unreadable in [
            "",
            "Success",
            r#"{"success":2,"failure":1}"#,
            r#"{"success":2,"failure":1,"illegal_tokens":[]}"#,
            r#"{"success":2,"failure":1,"illegal_tokens":["somebody else's"]}"#,
        ] {
            assert_eq!(partial(unreadable), failed(transient("huawei:80100000")), "{unreadable}");
        }
    }

    #[test]
    fn a_login_gives_a_session_or_a_reason() {
        let read = |status: u16, body: &str| classify_login(StatusCode::from_u16(status).unwrap(), WAIT, body.as_bytes());
        assert_eq!(
            read(200, r#"{"access_token":"a","expires_in":3600,"token_type":"Bearer"}"#),
            Ok(("a".to_owned(), Duration::from_hours(1)))
        );
        assert_eq!(read(200, "{}"), Err(transient("huawei:login_unreadable")));
        assert_eq!(read(400, r#"{"error":1101}"#), Err(misconfigured("huawei:login_http_400")));
        assert_eq!(read(401, ""), Err(misconfigured("huawei:login_http_401")));
        assert_eq!(read(429, ""), Err(throttled("huawei:login_http_429", WAIT)));
        assert_eq!(read(503, ""), Err(throttled("huawei:login_http_503", WAIT)));
        assert_eq!(read(500, ""), Err(transient("huawei:login_http_500")));
    }
}
