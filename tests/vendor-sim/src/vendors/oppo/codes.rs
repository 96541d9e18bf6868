//! OPPO's return codes. Every answer is HTTP 200 and says in its body how it went.

use http::StatusCode;
use rand::RngExt;
use serde_json::{Value, json};

use crate::wire::Answer;

pub const FLOW_CONTROL: i64 = -2;
pub const BAD_TOKEN: i64 = 11;
pub const BAD_APP_KEY: i64 = 14;
pub const MISSING_APP_KEY: i64 = 15;
pub const BAD_SIGNATURE: i64 = 16;
pub const MISSING_SIGNATURE: i64 = 17;
pub const MISSING_TIMESTAMP: i64 = 18;
pub const BAD_TIMESTAMP: i64 = 19;
pub const MISSING_TOKEN: i64 = 29;
pub const DUPLICATE: i64 = 32;
pub const MISSING_ARGUMENT: i64 = 40;
pub const BAD_ARGUMENT: i64 = 41;
pub const BAD_TARGET: i64 = 10000;

/// Codes that are about one device; any other is about the whole call.
pub const OF_A_TARGET: [i64; 3] = [DUPLICATE, BAD_ARGUMENT, BAD_TARGET];

const KNOWN: [i64; 34] = [
    -2, -1, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 40, 41, 42, 51, 54, 55, 59, 67, 69,
    10000,
];

pub fn is_known(code: &str) -> bool {
    code.parse().is_ok_and(|code: i64| KNOWN.contains(&code))
}

pub fn ok(data: &Value) -> Answer {
    Answer::json(StatusCode::OK, &json!({ "code": 0, "message": "success", "data": data }))
}

pub fn error(code: i64, message: &str) -> Answer {
    error_with(StatusCode::OK, code, message)
}

pub fn error_with(status: StatusCode, code: i64, message: &str) -> Answer {
    Answer::json(status, &json!({ "code": code, "message": message }))
}

/// Twenty-four hex digits.
pub fn message_id() -> String {
    let bits: u128 = rand::rng().random();
    format!("{:024x}", bits >> 32)
}
