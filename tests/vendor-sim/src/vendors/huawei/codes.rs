//! Huawei's result codes and the HTTP status that goes with each.
//!
//! The codes are documented; which of them come with HTTP 200 is not, except that 400 means a wrong
//! parameter and 401 a wrong credential. See the README for how sure each pairing is.

use http::StatusCode;
use rand::RngExt;
use serde_json::json;

use crate::wire::Answer;

pub const SUCCESS: &str = "80000000";
pub const SOME_TOKENS_BAD: &str = "80100000";
pub const BAD_PARAMETER: &str = "80100001";
pub const BAD_STRUCTURE: &str = "80100003";
pub const BAD_TTL: &str = "80100004";
pub const BAD_COLLAPSE_KEY: &str = "80100013";
pub const UNAUTHENTICATED: &str = "80200001";
pub const SESSION_EXPIRED: &str = "80200003";
pub const APP_NOT_ALLOWED: &str = "80300002";
pub const ALL_TOKENS_BAD: &str = "80300007";
pub const TOO_LARGE: &str = "80300008";
pub const TOO_MANY_TOKENS: &str = "80300010";
pub const NO_HIGH_IMPORTANCE: &str = "80300011";

const OTHERS: [&str; 12] = [
    "80100002", "80100016", "80100017", "80100018", "80300013", "80600003", "81000001", "82000001", "82000002", "82000003", "82000004",
    "82000005",
];

pub fn is_known(code: &str) -> bool {
    OTHERS.contains(&code)
        || [
            SOME_TOKENS_BAD,
            BAD_PARAMETER,
            BAD_STRUCTURE,
            BAD_TTL,
            BAD_COLLAPSE_KEY,
            UNAUTHENTICATED,
            SESSION_EXPIRED,
            APP_NOT_ALLOWED,
            ALL_TOKENS_BAD,
            TOO_LARGE,
            TOO_MANY_TOKENS,
            NO_HIGH_IMPORTANCE,
        ]
        .contains(&code)
}

fn status(code: &str) -> StatusCode {
    match code {
        SUCCESS | SOME_TOKENS_BAD | ALL_TOKENS_BAD => StatusCode::OK,
        UNAUTHENTICATED | SESSION_EXPIRED => StatusCode::UNAUTHORIZED,
        "80600003" | "81000001" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

pub fn answer(code: &str, message: &str) -> Answer {
    answer_with(status(code), code, message)
}

pub fn answer_with(status: StatusCode, code: &str, message: &str) -> Answer {
    answer_as(status, code, message, &request_id())
}

pub fn answer_as(status: StatusCode, code: &str, message: &str, request_id: &str) -> Answer {
    Answer::json(status, &json!({ "code": code, "msg": message, "requestId": request_id }))
}

/// What a gateway in front of the service answers: no result code.
pub fn http_only(status: StatusCode) -> Answer {
    Answer::empty(status)
}

/// Only for tracing; eighteen digits, as in the documentation's examples.
pub fn request_id() -> String {
    let number: u64 = rand::rng().random_range(100_000_000_000_000_000..1_000_000_000_000_000_000);
    number.to_string()
}
