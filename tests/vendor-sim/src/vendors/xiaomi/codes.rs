//! Xiaomi's result codes. Every answer is HTTP 200 and says in its body how it went.

use http::StatusCode;
use rand::RngExt;
use serde_json::{Map, Value, json};

use crate::wire::Answer;

pub const MISSING_PARAMETER: i64 = 10016;
pub const BAD_PARAMETER: i64 = 10017;
pub const TOO_FREQUENT: i64 = 10027;
pub const ALL_TARGETS_BAD: i64 = 20301;
pub const UNAUTHENTICATED: i64 = 21301;
pub const BAD_PACKAGE: i64 = 22006;

/// Codes that are about one device; any other is about the whole call.
pub const OF_A_TARGET: [i64; 3] = [10029, ALL_TARGETS_BAD, 66007];

const KNOWN: [i64; 38] = [
    -1, 1, 10001, 10002, 10003, 10008, 10012, 10016, 10017, 10027, 10029, 10031, 10034, 10036, 10037, 10041, 20301, 20607, 21301, 21302,
    21303, 22000, 22006, 22007, 22022, 26003, 26004, 26006, 27001, 65009, 65028, 65029, 66007, 66108, 66109, 200_001, 200_002, 200_003,
];

pub fn is_known(code: &str) -> bool {
    code.parse().is_ok_and(|code: i64| KNOWN.contains(&code))
}

pub fn ok(data: &Map<String, Value>, info: &str) -> Answer {
    let body = json!({
        "result": "ok", "trace_id": trace_id(), "code": 0, "data": data, "description": "成功", "info": info,
    });
    Answer::json(StatusCode::OK, &body)
}

pub fn error(code: i64, reason: &str) -> Answer {
    error_with(StatusCode::OK, code, reason)
}

pub fn error_with(status: StatusCode, code: i64, reason: &str) -> Answer {
    let body = json!({
        "result": "error", "reason": reason, "trace_id": trace_id(), "code": code, "description": reason,
    });
    Answer::json(status, &body)
}

/// As in recorded answers: a prefix, a time, a serial.
pub fn message_id() -> String {
    format!("scm{}", serial())
}

fn trace_id() -> String {
    format!("Xdm{}", serial())
}

fn serial() -> String {
    let number: u64 = rand::rng().random_range(100_000_000_000_000_000..1_000_000_000_000_000_000);
    number.to_string()
}
