//! What Apple's answer means for us. Pure. Reasons: "Handling notification
//! responses from APNs".

use std::time::Duration;

use crate::answers::code;
use crate::driver::Told;
use crate::meaning::{Meaning, Said};
use crate::read::Node;
use crate::streams::About;

pub(super) fn classify(told: &Told<'_>) -> (Said, About) {
    let answer = Node::parse(told.body);
    let said = answer.as_ref().and_then(|answer| answer.field("reason").text());
    let said = said.as_deref().and_then(code);
    let status = told.status.as_u16();
    let reason = said.map_or_else(|| format!("apns:http_{status}"), |said| format!("apns:{said}"));
    let (meaning, about) = if status == 200 && is_success(told.body, answer.as_ref()) {
        (Meaning::Accepted, About::One)
    } else {
        let documented = said.and_then(by_reason);
        documented.unwrap_or_else(|| by_status(status, said, told.retry_after))
    };
    (Said::new(reason, meaning).after(told.retry_after), about)
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
fn by_reason(said: &str) -> Option<(Meaning, About)> {
    Some(match said {
        // Apple knew the device, and says that it is no longer there.
        "Unregistered" | "ExpiredToken" => (Meaning::Gone, About::One),
        // So is every device of the other environment, and of another topic.
        "BadDeviceToken" | "DeviceTokenNotForTopic" => (Meaning::Unknown, About::One),
        // What we sent is wrong, and would be again.
        "BadCollapseId" | "BadExpirationDate" | "BadMessageId" | "BadPriority" | "DuplicateHeaders" | "InvalidPushType"
        | "MissingDeviceToken" | "PayloadEmpty" | "PayloadTooLarge" | "BadPath" | "MethodNotAllowed" => (Meaning::Refused, About::One),
        // The provider token is too old.
        "ExpiredProviderToken" => (Meaning::SessionRefused, About::Everyone),
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
        | "TopicDisallowed" => (Meaning::Misconfigured, About::Everyone),
        // Too many to this one device.
        "TooManyRequests" => (Meaning::Throttled, About::One),
        // We keep the token we have; a new one would only make it worse.
        "TooManyProviderTokenUpdates" => (Meaning::Throttled, About::Everyone),
        "IdleTimeout" => (Meaning::Transient, About::One),
        _ => return None,
    })
}

/// Reasons that are not documented, or none at all; Apple's own trouble
/// (`InternalServerError`, `ServiceUnavailable`, `Shutdown`) is told by its status.
fn by_status(status: u16, said: Option<&str>, retry_after: Option<Duration>) -> (Meaning, About) {
    match (status, said, retry_after) {
        // Not in Apple's words.
        (410, _, _) => (Meaning::Unknown, About::One),
        // Whoever says how long to wait is throttling, whatever the status.
        (429, _, _) | (500.., _, Some(_)) => (Meaning::Throttled, About::One),
        // A new reason: bad requests stay so, and 403 is about certificates and tokens.
        (400 | 404 | 405 | 413, Some(_), _) => (Meaning::Refused, About::One),
        (403, Some(_), _) => (Meaning::Misconfigured, About::Everyone),
        (_, _, _) => (Meaning::Transient, About::One),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::told;

    const WAIT: Option<Duration> = Some(Duration::from_secs(7));

    fn read(status: u16, retry_after: Option<Duration>, body: &str) -> (Said, About) {
        told(status, retry_after, body, classify)
    }

    /// What is said of one device.
    fn one(reason: &str, meaning: Meaning) -> (Said, About) {
        (Said::new(reason, meaning), About::One)
    }

    #[test]
    fn every_documented_reason_has_its_meaning() {
        use About::{Everyone, One};
        use Meaning::{Gone, Misconfigured, Refused, SessionRefused, Throttled, Transient, Unknown};
        let table = [
            (400, "BadCollapseId", Refused, One),
            (400, "BadDeviceToken", Unknown, One),
            (400, "BadExpirationDate", Refused, One),
            (400, "BadMessageId", Refused, One),
            (400, "BadPriority", Refused, One),
            (400, "BadTopic", Misconfigured, Everyone),
            (400, "DeviceTokenNotForTopic", Unknown, One),
            (400, "DuplicateHeaders", Refused, One),
            (400, "IdleTimeout", Transient, One),
            (400, "InvalidPushType", Refused, One),
            (400, "MissingDeviceToken", Refused, One),
            (400, "MissingTopic", Misconfigured, Everyone),
            (400, "PayloadEmpty", Refused, One),
            (400, "TopicDisallowed", Misconfigured, Everyone),
            (403, "BadCertificate", Misconfigured, Everyone),
            (403, "BadCertificateEnvironment", Misconfigured, Everyone),
            (403, "BadEnvironmentKeyIdInToken", Misconfigured, Everyone),
            (403, "BadEnvironmentKeyInToken", Misconfigured, Everyone),
            (403, "ExpiredProviderToken", SessionRefused, Everyone),
            (403, "Forbidden", Misconfigured, Everyone),
            (403, "InvalidProviderToken", Misconfigured, Everyone),
            (403, "MissingProviderToken", Misconfigured, Everyone),
            (403, "UnrelatedKeyIdInToken", Misconfigured, Everyone),
            (404, "BadPath", Refused, One),
            (405, "MethodNotAllowed", Refused, One),
            (410, "ExpiredToken", Gone, One),
            (410, "Unregistered", Gone, One),
            (413, "PayloadTooLarge", Refused, One),
            (429, "TooManyProviderTokenUpdates", Throttled, Everyone),
            (429, "TooManyRequests", Throttled, One),
            (500, "InternalServerError", Transient, One),
            (503, "ServiceUnavailable", Transient, One),
            (503, "Shutdown", Transient, One),
            (400, "NeverHeardOf", Refused, One),
            (403, "NeverHeardOf", Misconfigured, Everyone),
        ];
        for (status, said, meaning, about) in table {
            let expected = (Said::new(format!("apns:{said}"), meaning), about);
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
            assert_eq!(read(200, None, nothing), one("apns:http_200", Meaning::Accepted), "{nothing}");
        }
    }

    #[test]
    fn a_success_that_says_something_else_is_none() {
        assert_eq!(read(200, None, "<html>"), one("apns:http_200", Meaning::Transient));
        assert_eq!(read(200, None, r#"{"reason":7}"#), one("apns:7", Meaning::Transient));
        assert_eq!(
            read(200, None, r#"{"reason":"BadDeviceToken"}"#),
            one("apns:BadDeviceToken", Meaning::Unknown)
        );
    }

    #[test]
    fn a_device_that_is_gone_has_a_time() {
        let body = r#"{"reason":"Unregistered","timestamp":1700000000000}"#;
        assert_eq!(read(410, None, body), one("apns:Unregistered", Meaning::Gone));
    }

    #[test]
    fn the_vendors_wait_is_kept() {
        for (status, said, about) in [
            (429, "TooManyRequests", About::One),
            (429, "TooManyProviderTokenUpdates", About::Everyone),
            (503, "ServiceUnavailable", About::One),
        ] {
            let expected = Said::new(format!("apns:{said}"), Meaning::Throttled).after(WAIT);
            assert_eq!(read(status, WAIT, &format!(r#"{{"reason":"{said}"}}"#)), (expected, about));
        }
    }

    #[test]
    fn without_a_reason_the_status_decides() {
        for body in ["", "<html>", r#"{"reason":"a text, not a code"}"#] {
            for (status, meaning) in [
                (410, Meaning::Unknown),
                (429, Meaning::Throttled),
                (500, Meaning::Transient),
                (403, Meaning::Transient),
                (302, Meaning::Transient),
            ] {
                assert_eq!(read(status, None, body), one(&format!("apns:http_{status}"), meaning));
            }
        }
    }
}
