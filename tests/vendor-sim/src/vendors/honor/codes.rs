//! Honor's result codes.
//!
//! Those below 1000 are taken for HTTP statuses and come with that status, all others with HTTP 200:
//! nobody says which status goes with which. See the README for how sure this is.

use http::StatusCode;
use rand::RngExt;
use serde_json::{Value, json};

use crate::wire::Answer;

pub const SUCCESS: i64 = 200;
pub const BAD_PARAMETER: i64 = 400;
pub const UNAUTHENTICATED: i64 = 403;
pub const TOO_FAST: i64 = 503;
pub const NO_TIMESTAMP: i64 = 10_001;
pub const BAD_APP: i64 = 10_205;
pub const BAD_TIMESTAMP: i64 = 10_207;
pub const NO_TOKENS: i64 = 10_300;
pub const SOME_TOKENS_BAD: i64 = 80_100_000;
pub const BAD_STRUCTURE: i64 = 80_100_003;
pub const TOKEN_TWICE: i64 = 80_300_006;
pub const ALL_TOKENS_BAD: i64 = 80_300_007;
pub const TOO_LARGE: i64 = 80_300_008;
pub const TOO_MANY_TOKENS: i64 = 80_300_010;

const KNOWN: [i64; 22] = [
    BAD_PARAMETER,
    UNAUTHENTICATED,
    404,
    500,
    502,
    TOO_FAST,
    NO_TIMESTAMP,
    BAD_APP,
    BAD_TIMESTAMP,
    NO_TOKENS,
    SOME_TOKENS_BAD,
    BAD_STRUCTURE,
    80_200_020,
    80_200_022,
    80_200_047,
    80_200_050,
    80_200_056,
    TOKEN_TWICE,
    ALL_TOKENS_BAD,
    TOO_LARGE,
    TOO_MANY_TOKENS,
    80_000_000,
];

pub fn is_known(code: &str) -> bool {
    code.parse().is_ok_and(|code: i64| KNOWN.contains(&code))
}

pub fn answer(code: i64, message: &str) -> Answer {
    let status = u16::try_from(code).ok().filter(|code| *code < 1_000);
    let status = status.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::OK);
    answer_with(status, code, message)
}

pub fn answer_with(status: StatusCode, code: i64, message: &str) -> Answer {
    Answer::json(status, &json!({ "code": code, "message": message }))
}

/// What became of a message: whether it was sent to anybody, and whom it failed for.
pub fn sent(code: i64, message: &str, request_id: &str, failed: &[&str], expired: &[&str]) -> Answer {
    let data: Value = json!({
        "sendResult": code != ALL_TOKENS_BAD,
        "requestId": request_id,
        "failTokens": failed,
        "expireTokens": expired,
        "msgCode": code,
    });
    Answer::json(StatusCode::OK, &json!({ "code": code, "message": message, "data": data }))
}

/// Only for tracing; as in a recorded answer, the app's id and a long number in hexadecimal.
pub fn request_id(app_id: &str) -> String {
    let number: u64 = rand::rng().random();
    format!("{app_id}-{number:016x}")
}
