//! Errors in Google's form: an HTTP status, its name, and, where FCM itself speaks, an `FcmError`.

use http::StatusCode;
use serde_json::{Value, json};

use crate::wire::Answer;

pub const UNREGISTERED: &str = "UNREGISTERED";
pub const INVALID_ARGUMENT: &str = "INVALID_ARGUMENT";
pub const SENDER_ID_MISMATCH: &str = "SENDER_ID_MISMATCH";
pub const QUOTA_EXCEEDED: &str = "QUOTA_EXCEEDED";

/// Each `errorCode` with its status, that status's name, and a text.
const CODES: [(&str, u16, &str, &str); 9] = [
    (UNREGISTERED, 404, "NOT_FOUND", "Requested entity was not found."),
    (
        INVALID_ARGUMENT,
        400,
        "INVALID_ARGUMENT",
        "The registration token is not a valid FCM registration token",
    ),
    (SENDER_ID_MISMATCH, 403, "PERMISSION_DENIED", "SenderId mismatch"),
    (QUOTA_EXCEEDED, 429, "RESOURCE_EXHAUSTED", "Quota exceeded."),
    (
        "THIRD_PARTY_AUTH_ERROR",
        401,
        "UNAUTHENTICATED",
        "Auth error from APNS or Web Push Service",
    ),
    ("APNS_AUTH_ERROR", 401, "UNAUTHENTICATED", "Auth error from APNS"),
    ("UNAVAILABLE", 503, "UNAVAILABLE", "The service is currently unavailable."),
    ("INTERNAL", 500, "INTERNAL", "Internal error encountered."),
    ("UNSPECIFIED_ERROR", 500, "UNKNOWN", "Unknown error."),
];

pub fn is_known(code: &str) -> bool {
    CODES.iter().any(|(known, ..)| *known == code)
}

/// The answer that goes with an `errorCode`.
pub fn answer(code: &str) -> Answer {
    let known = CODES.iter().find(|(known, ..)| *known == code);
    let (_, status, name, message) = known.copied().unwrap_or((code, 500, "UNKNOWN", "Unknown error."));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    error(status, name, message, vec![fcm_error(code)])
}

/// As the control API orders it: an `errorCode` under any status, or an error that is none of FCM's.
pub fn ordered(status: StatusCode, code: &str) -> Answer {
    let details = if is_known(code) { vec![fcm_error(code)] } else { Vec::new() };
    error(status, name_of(status), "ordered by the control API", details)
}

/// A request that is not what the reference describes: the field is named.
pub fn bad_request(field: &str, what: &str) -> Answer {
    let violation = json!({
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{ "field": field, "description": what }],
    });
    error(
        StatusCode::BAD_REQUEST,
        "INVALID_ARGUMENT",
        what,
        vec![violation, fcm_error(INVALID_ARGUMENT)],
    )
}

/// Of Google's front, which knows nothing of FCM.
pub fn plain(status: StatusCode, reason: &str) -> Answer {
    let info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    });
    error(status, name_of(status), "The request was refused.", vec![info])
}

fn name_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        500 => "INTERNAL",
        503 => "UNAVAILABLE",
        _ => "UNKNOWN",
    }
}

fn fcm_error(code: &str) -> Value {
    json!({
        "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
        "errorCode": code,
    })
}

fn error(status: StatusCode, name: &str, message: &str, details: Vec<Value>) -> Answer {
    let mut error = json!({ "code": status.as_u16(), "message": message, "status": name });
    if !details.is_empty() {
        error["details"] = details.into();
    }
    Answer::json(status, &json!({ "error": error }))
}
