//! Meizu's result codes. Every answer is HTTP 200; the code is a text.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::json;

use crate::wire::Answer;

pub const SUCCESS: i64 = 200;
pub const BAD_PARAMETER: i64 = 1005;
pub const BAD_SIGNATURE: i64 = 1006;
pub const UNKNOWN_APP: i64 = 110_000;
pub const NOT_SUBSCRIBED: i64 = 110_002;
pub const NO_PUSH_ID: i64 = 110_003;
pub const EMPTY_PARAMETER: i64 = 110_004;
pub const APP_TOO_FAST: i64 = 110_010;

/// Codes that stand in `value`, over the devices that they are about. Some of them may also be about
/// a whole call: order those with `error_next`.
pub const OF_A_DEVICE: [i64; 11] = [
    201,
    501,
    513,
    518,
    519,
    520,
    NOT_SUBSCRIBED,
    NO_PUSH_ID,
    110_005,
    APP_TOO_FAST,
    110_011,
];

const OF_A_CALL: [i64; 14] = [
    500,
    1001,
    1003,
    BAD_PARAMETER,
    BAD_SIGNATURE,
    UNKNOWN_APP,
    110_001,
    EMPTY_PARAMETER,
    110_009,
    110_019,
    110_031,
    110_032,
    110_033,
    110_051,
];

pub fn is_known(code: &str) -> bool {
    code.parse()
        .is_ok_and(|code: i64| OF_A_DEVICE.contains(&code) || OF_A_CALL.contains(&code))
}

pub fn error(code: i64, message: &str) -> Answer {
    error_with(StatusCode::OK, code, message)
}

pub fn error_with(status: StatusCode, code: i64, message: &str) -> Answer {
    let body = json!({ "code": code.to_string(), "message": message, "value": "", "redirect": "" });
    Answer::json(status, &body)
}

/// A message that was taken, but for these devices, by their codes.
pub fn taken(bad: &BTreeMap<String, Vec<&str>>, message_id: &str) -> Answer {
    let body = json!({
        "code": SUCCESS.to_string(), "message": "", "value": bad, "redirect": "", "msgId": message_id,
    });
    Answer::json(StatusCode::OK, &body)
}

/// As in the documentation's examples: 32 hexadecimal digits.
pub fn message_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}
