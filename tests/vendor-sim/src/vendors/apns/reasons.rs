//! Apple's reasons and the HTTP status of each.

use http::StatusCode;
use serde_json::json;

use crate::clock::now_ms;
use crate::wire::Answer;

const REASONS: [(&str, u16); 35] = [
    ("BadCollapseId", 400),
    ("BadDeviceToken", 400),
    ("BadExpirationDate", 400),
    ("BadMessageId", 400),
    ("BadPriority", 400),
    ("BadTopic", 400),
    ("DeviceTokenNotForTopic", 400),
    ("DuplicateHeaders", 400),
    ("IdleTimeout", 400),
    ("InvalidPushType", 400),
    ("MissingDeviceToken", 400),
    ("MissingTopic", 400),
    ("PayloadEmpty", 400),
    ("TopicDisallowed", 400),
    ("BadCertificate", 403),
    ("BadCertificateEnvironment", 403),
    ("ExpiredProviderToken", 403),
    ("Forbidden", 403),
    ("InvalidProviderToken", 403),
    ("MissingProviderToken", 403),
    ("UnrelatedKeyIdInToken", 403),
    ("BadEnvironmentKeyIdInToken", 403),
    ("BadEnvironmentKeyInToken", 403),
    ("BadPath", 404),
    ("MethodNotAllowed", 405),
    ("ExpiredToken", 410),
    ("Unregistered", 410),
    ("PayloadTooLarge", 413),
    ("TooManyProviderTokenUpdates", 429),
    ("TooManyRequests", 429),
    ("InternalServerError", 500),
    ("ServiceUnavailable", 503),
    ("Shutdown", 503),
    ("ExpiredCertificate", 403),
    ("RevokedCertificate", 403),
];

pub fn is_known(reason: &str) -> bool {
    REASONS.iter().any(|(known, _)| *known == reason)
}

/// The answer for a documented reason.
pub fn answer(reason: &str) -> Answer {
    let status = REASONS
        .iter()
        .find(|(known, _)| *known == reason)
        .and_then(|(_, status)| StatusCode::from_u16(*status).ok());
    answer_with(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), reason)
}

/// The timestamp says since when a token is gone, so it comes with 410 only.
pub fn answer_with(status: StatusCode, reason: &str) -> Answer {
    if status == StatusCode::GONE {
        return Answer::json(status, &json!({ "reason": reason, "timestamp": now_ms() }));
    }
    Answer::json(status, &json!({ "reason": reason }))
}
