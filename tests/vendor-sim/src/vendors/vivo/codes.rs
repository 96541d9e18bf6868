//! vivo's result codes. Every answer is HTTP 200 and says in its body how it went.
//!
//! Which of 10051 and 10054 to 10067 belongs to which parameter is not known here: what is wrong
//! with a parameter is 10051, with a login 10200.

use http::StatusCode;
use rand::RngExt;
use serde_json::{Map, Value, json};

use crate::wire::Answer;

pub const UNAUTHENTICATED: i64 = 10000;
pub const NO_TARGET: i64 = 10050;
pub const BAD_PARAMETER: i64 = 10051;
pub const TOO_FAST: i64 = 10072;
pub const OTHER_APP: i64 = 10094;
pub const BAD_CATEGORY: i64 = 10096;
pub const CATEGORY_OF_OTHER_CLASS: i64 = 10097;
pub const NO_TARGETS: i64 = 10150;
pub const NO_TASK: i64 = 10151;
pub const BAD_TASK: i64 = 10152;
pub const BAD_TARGET_COUNT: i64 = 10153;
pub const NO_MESSAGE: i64 = 10155;
pub const BAD_LOGIN: i64 = 10200;
pub const WRONG_CREDENTIALS: i64 = 10203;
pub const BAD_TARGET: i64 = 10302;
pub const NO_REQUEST_ID: i64 = 10352;
pub const LONG_REQUEST_ID: i64 = 10353;

const KNOWN: [i64; 52] = [
    10000, 10040, 10043, 10045, 10050, 10051, 10054, 10055, 10056, 10057, 10058, 10059, 10060, 10061, 10062, 10063, 10064, 10065, 10066,
    10067, 10070, 10071, 10072, 10073, 10082, 10085, 10094, 10095, 10096, 10097, 10103, 10104, 10150, 10151, 10152, 10153, 10155, 10200,
    10201, 10202, 10203, 10204, 10205, 10206, 10207, 10252, 10302, 10311, 10352, 10353, 10110, 10111,
];

pub fn is_known(code: &str) -> bool {
    user_status(code).is_some() || code.parse().is_ok_and(|code: i64| KNOWN.contains(&code))
}

/// What vivo says of a device that cannot be reached, if the code is about a device.
pub fn user_status(code: &str) -> Option<i64> {
    match code {
        "10302" | "1" => Some(1),
        "2" => Some(2),
        "4" => Some(4),
        _ => None,
    }
}

pub fn ok(more: Value) -> Answer {
    answer(StatusCode::OK, 0, "请求成功", more)
}

pub fn error(code: i64, description: &str) -> Answer {
    error_with(StatusCode::OK, code, description)
}

pub fn error_with(status: StatusCode, code: i64, description: &str) -> Answer {
    answer(status, code, description, json!({}))
}

/// Result and description, and what belongs to the request.
pub fn answer(status: StatusCode, code: i64, description: &str, more: Value) -> Answer {
    let mut body = Map::new();
    body.insert("result".to_owned(), json!(code));
    body.insert("desc".to_owned(), json!(description));
    if let Value::Object(more) = more {
        body.extend(more);
    }
    Answer::json(status, &Value::Object(body))
}

/// Eighteen digits.
pub fn task_id() -> String {
    let number: u64 = rand::rng().random_range(100_000_000_000_000_000..1_000_000_000_000_000_000);
    number.to_string()
}
