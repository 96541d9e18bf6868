//! From a delivery to Apple's request. Pure.

use std::collections::HashMap;
use std::fmt::Write;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use revocation_rules::ids::RevocationId;
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use serde_json::json;
use sha2::{Digest, Sha256};

const TOPIC: HeaderName = HeaderName::from_static("apns-topic");
const PUSH_TYPE: HeaderName = HeaderName::from_static("apns-push-type");
const PRIORITY: HeaderName = HeaderName::from_static("apns-priority");
const EXPIRATION: HeaderName = HeaderName::from_static("apns-expiration");
const COLLAPSE_ID: HeaderName = HeaderName::from_static("apns-collapse-id");
const ID: HeaderName = HeaderName::from_static("apns-id");

/// How long Apple keeps the notice for a device that is offline: as long as
/// the message may be revoked.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Tokens are hexadecimal; whatever else somebody recorded stays one segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What all requests of an order have in common.
pub(super) struct Common<'a> {
    origin: &'a str,
    revocation: &'a RevocationId,
    topic: HeaderValue,
    expiration: HeaderValue,
    /// One for each notice of the order, shared by its requests, not copied.
    bodies: HashMap<&'a Notice, Bytes>,
}

impl<'a> Common<'a> {
    pub fn new(
        origin: &'a str,
        revocation: &'a RevocationId,
        topic: HeaderValue,
        notices: impl IntoIterator<Item = &'a Notice>,
        now: Timestamp,
    ) -> Self {
        let kept_until = now.saturating_add(KEPT_FOR).unwrap_or(now).as_second();
        Self {
            origin,
            revocation,
            topic,
            expiration: HeaderValue::from(kept_until),
            bodies: notices.into_iter().map(|notice| (notice, body(notice))).collect(),
        }
    }

    /// The request for one device. `None` when the collapse id cannot be a header.
    pub fn request(&self, call: &ToCall<'_>, collapse_id: &str, provider_token: &HeaderValue) -> Option<Request<Full<Bytes>>> {
        let token = call.token.as_str();
        let body = self.bodies.get(call.notice).cloned().unwrap_or_else(|| body(call.notice));
        Request::post(format!("{}/3/device/{}", self.origin, utf8_percent_encode(token, SEGMENT)))
            .header(AUTHORIZATION, provider_token)
            .header(TOPIC, &self.topic)
            .header(PUSH_TYPE, "alert")
            // At once, even if it costs the device power: wrong content is on the screen.
            .header(PRIORITY, "10")
            .header(EXPIRATION, &self.expiration)
            .header(COLLAPSE_ID, HeaderValue::try_from(collapse_id).ok()?)
            .header(ID, apns_id(self.revocation, call.slot, token))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .ok()
    }
}

/// Without a sound: the device stays quiet.
fn body(notice: &Notice) -> Bytes {
    Bytes::from(json!({"aps": {"alert": {"title": notice.title, "body": notice.text}}}).to_string())
}

/// A lower-case UUID (version 8, RFC 9562) that every repeat of a delivery's
/// revocation carries. The token is in it because a push has many batches, and
/// each has a slot 0.
fn apns_id(revocation: &RevocationId, slot: usize, token: &str) -> String {
    let hash = Sha256::new()
        .chain_update(revocation.as_str())
        .chain_update([0])
        .chain_update((slot as u64).to_be_bytes())
        .chain_update(token)
        .finalize();
    let mut id = String::with_capacity(36);
    for (at, byte) in hash.iter().take(16).enumerate() {
        let byte = match at {
            6 => byte & 0x0f | 0x80,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if matches!(at, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        // Cannot fail: writing to a string.
        let _ = write!(id, "{byte:02x}");
    }
    id
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    fn notice() -> Notice {
        Notice {
            title: "Message revoked".to_owned(),
            text: "撤回".to_owned(),
        }
    }

    fn request(revocation: &RevocationId, slot: usize, token: &str, collapse_id: &str) -> Request<Full<Bytes>> {
        let (notice, token) = (notice(), token.parse().unwrap());
        let call = ToCall {
            slot,
            token: &token,
            handle: None,
            vendor_task: None,
            notice: &notice,
        };
        common(revocation, &notice)
            .request(&call, collapse_id, &HeaderValue::from_static("bearer jwt"))
            .unwrap()
    }

    fn common<'a>(revocation: &'a RevocationId, notice: &'a Notice) -> Common<'a> {
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        Common::new(
            "https://api.push.apple.com",
            revocation,
            HeaderValue::from_static("com.example"),
            [notice],
            now,
        )
    }

    #[tokio::test]
    async fn an_overwrite_looks_like_this() {
        let revocation = "rvk_1".parse().unwrap();
        let request = request(&revocation, 3, "00fc13ad", "promo-1");
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "https://api.push.apple.com/3/device/00fc13ad");
        let headers: Vec<_> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(
            headers,
            [
                ("authorization", "bearer jwt"),
                ("apns-topic", "com.example"),
                ("apns-push-type", "alert"),
                ("apns-priority", "10"),
                ("apns-expiration", "1796025600"),
                ("apns-collapse-id", "promo-1"),
                ("apns-id", &apns_id(&revocation, 3, "00fc13ad")),
                ("content-type", "application/json"),
            ]
        );
        let body = request.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&body).unwrap(),
            json!({"aps": {"alert": {"title": "Message revoked", "body": "撤回"}}})
        );
    }

    #[test]
    fn a_strange_token_stays_one_segment_of_the_path() {
        let revocation = "rvk_1".parse().unwrap();
        let request = request(&revocation, 0, "../x?y#z 促", "c");
        assert_eq!(request.uri().path(), "/3/device/..%2Fx%3Fy%23z%20%E4%BF%83");
        assert_eq!(request.uri().query(), None);
    }

    #[test]
    fn a_repeat_carries_the_same_id_and_nothing_else_does() {
        let (one, other): (RevocationId, RevocationId) = ("rvk_1".parse().unwrap(), "rvk_2".parse().unwrap());
        let id = apns_id(&one, 0, "t1");
        assert_eq!(id, apns_id(&one, 0, "t1"));
        for different in [apns_id(&other, 0, "t1"), apns_id(&one, 1, "t1"), apns_id(&one, 0, "t2")] {
            assert_ne!(id, different);
        }
    }

    #[test]
    fn an_id_is_a_lower_case_uuid() {
        let id = apns_id(&"rvk_1".parse().unwrap(), 0, "t1");
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert!(id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')));
        assert_eq!(id.as_bytes()[14], b'8');
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
