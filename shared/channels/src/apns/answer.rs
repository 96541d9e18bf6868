//! What Apple's answer means for us. Pure. Reasons: "Handling notification
//! responses from APNs".

use std::time::Duration;

use http::StatusCode;
use revocation_rules::retry::{Answer, AttemptFailure};

use crate::answers::{code, gone, misconfigured, overwritten, refused, throttled, transient, unknown};
use crate::read::Node;

/// One answer of Apple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// It is about this device alone.
    One(Answer),
    /// The provider token is too old.
    TokenExpired,
    /// Every other request would be told the same.
    Everyone(AttemptFailure),
}

/// A reading, and the code to store and log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Such as `apns:Unregistered` or `apns:http_500`.
    pub reason: String,
    pub reading: Reading,
}

pub(super) fn classify(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Verdict {
    let answer = Node::parse(body);
    let said = answer.as_ref().and_then(|answer| answer.field("reason").text());
    let said = said.as_deref().and_then(code);
    if status == StatusCode::OK && is_success(body, answer.as_ref()) {
        return Verdict {
            reason: "apns:http_200".to_owned(),
            reading: Reading::One(overwritten()),
        };
    }
    let reason = said.map_or_else(|| format!("apns:http_{}", status.as_u16()), |said| format!("apns:{said}"));
    let reading = match said.and_then(|said| by_reason(said, &reason, retry_after)) {
        Some(reading) => reading,
        None => by_status(status.as_u16(), said, &reason, retry_after),
    };
    Verdict { reason, reading }
}

/// A success has no body. What has one that gives a reason, or that is none of
/// Apple's forms, is somebody's answer that says something else.
fn is_success(body: &[u8], answer: Option<&Node>) -> bool {
    match answer {
        None => body.trim_ascii().is_empty(),
        Some(Node::Object(_)) => answer.is_some_and(|answer| answer.field("reason").is_nothing()),
        Some(other) => other.is_nothing(),
    }
}

/// The documented reasons.
fn by_reason(said: &str, reason: &str, retry_after: Option<Duration>) -> Option<Reading> {
    Some(match said {
        // Apple knew the device, and says that it is no longer there.
        "Unregistered" | "ExpiredToken" => Reading::One(gone(reason.to_owned())),
        // So is every device of the other environment, and of another topic.
        "BadDeviceToken" | "DeviceTokenNotForTopic" => Reading::One(unknown(reason.to_owned())),
        // What we sent is wrong, and would be again.
        "BadCollapseId" | "BadExpirationDate" | "BadMessageId" | "BadPriority" | "DuplicateHeaders" | "InvalidPushType"
        | "MissingDeviceToken" | "PayloadEmpty" | "PayloadTooLarge" | "BadPath" | "MethodNotAllowed" => {
            Reading::One(refused(reason.to_owned()))
        }
        "ExpiredProviderToken" => Reading::TokenExpired,
        // The tenant's key, team or bundle id is wrong. A person can mend that, and then
        // the same request works: not an end for the delivery.
        "InvalidProviderToken"
        | "MissingProviderToken"
        | "BadCertificate"
        | "BadCertificateEnvironment"
        | "Forbidden"
        | "UnrelatedKeyIdInToken"
        | "BadEnvironmentKeyIdInToken"
        | "BadEnvironmentKeyInToken"
        | "BadTopic"
        | "MissingTopic"
        | "TopicDisallowed" => Reading::Everyone(misconfigured(reason)),
        // Too many to this one device.
        "TooManyRequests" => failed(throttled(reason, retry_after)),
        // We keep the token we have; a new one would only make it worse.
        "TooManyProviderTokenUpdates" => Reading::Everyone(throttled(reason, retry_after)),
        "IdleTimeout" => failed(transient(reason)),
        _ => return None,
    })
}

/// Reasons that are not documented, or none at all; Apple's own trouble
/// (`InternalServerError`, `ServiceUnavailable`, `Shutdown`) is told by its status.
fn by_status(status: u16, said: Option<&str>, reason: &str, retry_after: Option<Duration>) -> Reading {
    match (status, said, retry_after) {
        // Not in Apple's words.
        (410, _, _) => Reading::One(unknown(reason.to_owned())),
        // Whoever says how long to wait is throttling, whatever the status.
        (429, _, _) | (500.., _, Some(_)) => failed(throttled(reason, retry_after)),
        // A new reason: bad requests stay so, and 403 is about certificates and tokens.
        (400 | 404 | 405 | 413, Some(_), _) => Reading::One(refused(reason.to_owned())),
        (403, Some(_), _) => Reading::Everyone(misconfigured(reason)),
        (_, _, _) => failed(transient(reason)),
    }
}

fn failed(failure: AttemptFailure) -> Reading {
    Reading::One(Answer::Failed(failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Class<'a> = &'a dyn Fn(String) -> Reading;

    const WAIT: Option<Duration> = Some(Duration::from_secs(7));

    fn read(status: u16, retry_after: Option<Duration>, body: &str) -> Verdict {
        classify(StatusCode::from_u16(status).unwrap(), retry_after, body.as_bytes())
    }

    #[test]
    fn every_documented_reason_has_its_class() {
        let is_gone = |reason| Reading::One(gone(reason));
        let is_unknown = |reason| Reading::One(unknown(reason));
        let is_refused = |reason| Reading::One(refused(reason));
        let is_ours = |reason| Reading::Everyone(misconfigured(reason));
        let passes = |reason| failed(transient(reason));
        let table: [(u16, &str, Class<'_>); 35] = [
            (400, "BadCollapseId", &is_refused),
            (400, "BadDeviceToken", &is_unknown),
            (400, "BadExpirationDate", &is_refused),
            (400, "BadMessageId", &is_refused),
            (400, "BadPriority", &is_refused),
            (400, "BadTopic", &is_ours),
            (400, "DeviceTokenNotForTopic", &is_unknown),
            (400, "DuplicateHeaders", &is_refused),
            (400, "IdleTimeout", &passes),
            (400, "InvalidPushType", &is_refused),
            (400, "MissingDeviceToken", &is_refused),
            (400, "MissingTopic", &is_ours),
            (400, "PayloadEmpty", &is_refused),
            (400, "TopicDisallowed", &is_ours),
            (403, "BadCertificate", &is_ours),
            (403, "BadCertificateEnvironment", &is_ours),
            (403, "BadEnvironmentKeyIdInToken", &is_ours),
            (403, "BadEnvironmentKeyInToken", &is_ours),
            (403, "ExpiredProviderToken", &|_| Reading::TokenExpired),
            (403, "Forbidden", &is_ours),
            (403, "InvalidProviderToken", &is_ours),
            (403, "MissingProviderToken", &is_ours),
            (403, "UnrelatedKeyIdInToken", &is_ours),
            (404, "BadPath", &is_refused),
            (405, "MethodNotAllowed", &is_refused),
            (410, "ExpiredToken", &is_gone),
            (410, "Unregistered", &is_gone),
            (413, "PayloadTooLarge", &is_refused),
            (429, "TooManyProviderTokenUpdates", &|reason| {
                Reading::Everyone(throttled(reason, None))
            }),
            (429, "TooManyRequests", &|reason| failed(throttled(reason, None))),
            (500, "InternalServerError", &passes),
            (503, "ServiceUnavailable", &passes),
            (503, "Shutdown", &passes),
            (400, "NeverHeardOf", &is_refused),
            (403, "NeverHeardOf", &is_ours),
        ];
        for (status, said, class) in table {
            let reason = format!("apns:{said}");
            let expected = Verdict {
                reason: reason.clone(),
                reading: class(reason),
            };
            assert_eq!(
                read(status, None, &format!(r#"{{"reason":"{said}"}}"#)),
                expected,
                "{status} {said}"
            );
        }
    }

    #[test]
    fn success_has_no_body() {
        for nothing in ["", " \n", "{}", "null"] {
            assert_eq!(read(200, None, nothing).reading, Reading::One(overwritten()), "{nothing}");
        }
    }

    #[test]
    fn a_success_that_says_something_else_is_none() {
        assert_eq!(read(200, None, "<html>").reading, failed(transient("apns:http_200")));
        assert_eq!(read(200, None, r#"{"reason":7}"#).reading, failed(transient("apns:7")));
        assert_eq!(
            read(200, None, r#"{"reason":"BadDeviceToken"}"#).reading,
            Reading::One(unknown("apns:BadDeviceToken".to_owned()))
        );
    }

    #[test]
    fn a_device_that_is_gone_has_a_time() {
        let body = r#"{"reason":"Unregistered","timestamp":1700000000000}"#;
        assert_eq!(read(410, None, body).reading, Reading::One(gone("apns:Unregistered".to_owned())));
    }

    #[test]
    fn the_vendors_wait_is_kept() {
        let reading = |status, said: &str| read(status, WAIT, &format!(r#"{{"reason":"{said}"}}"#)).reading;
        assert_eq!(reading(429, "TooManyRequests"), failed(throttled("apns:TooManyRequests", WAIT)));
        assert_eq!(
            reading(429, "TooManyProviderTokenUpdates"),
            Reading::Everyone(throttled("apns:TooManyProviderTokenUpdates", WAIT))
        );
        assert_eq!(
            reading(503, "ServiceUnavailable"),
            failed(throttled("apns:ServiceUnavailable", WAIT))
        );
    }

    #[test]
    fn without_a_reason_the_status_decides() {
        for body in ["", "<html>", r#"{"reason":"a text, not a code"}"#] {
            assert_eq!(read(410, None, body).reading, Reading::One(unknown("apns:http_410".to_owned())));
            assert_eq!(read(429, None, body).reading, failed(throttled("apns:http_429", None)));
            assert_eq!(read(500, None, body).reading, failed(transient("apns:http_500")));
            assert_eq!(read(403, None, body).reading, failed(transient("apns:http_403")));
            assert_eq!(read(302, None, body).reading, failed(transient("apns:http_302")));
        }
    }
}
