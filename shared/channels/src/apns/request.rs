//! From a delivery to Apple's request. Pure.

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::uri::{Authority, Parts, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
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

const PATH: &[u8] = b"/3/device/";
const DIGITS: &[u8; 16] = b"0123456789abcdef";
/// Characters of a UUID.
const UUID: usize = 36;

/// How long Apple keeps the notice for a device that is offline: as long as
/// the message may be revoked.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Tokens are hexadecimal; whatever else somebody recorded stays one segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What all requests of an order have in common.
pub(super) struct Common<'a> {
    authority: Authority,
    revocation: &'a RevocationId,
    /// All of them, those of one request among them with nothing in them yet.
    headers: HeaderMap,
    /// One for each notice of the order, shared by its requests, not copied.
    bodies: Vec<(&'a Notice, Bytes)>,
}

impl<'a> Common<'a> {
    /// `None` when the origin is no address.
    pub fn new(
        origin: &str,
        revocation: &'a RevocationId,
        topic: HeaderValue,
        notices: impl IntoIterator<Item = &'a Notice>,
        now: Timestamp,
    ) -> Option<Self> {
        let kept_until = now.saturating_add(KEPT_FOR).unwrap_or(now).as_second();
        let nothing = HeaderValue::from_static("");
        let headers = [
            (AUTHORIZATION, nothing.clone()),
            (TOPIC, topic),
            (PUSH_TYPE, HeaderValue::from_static("alert")),
            // At once, even if it costs the device power: wrong content is on the screen.
            (PRIORITY, HeaderValue::from_static("10")),
            (EXPIRATION, HeaderValue::from(kept_until)),
            (COLLAPSE_ID, nothing.clone()),
            (ID, nothing),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ];
        let mut bodies: Vec<(&Notice, Bytes)> = Vec::new();
        for notice in notices {
            if !bodies.iter().any(|(known, _)| std::ptr::eq(*known, notice)) {
                bodies.push((notice, body(notice)));
            }
        }
        Some(Self {
            authority: origin.parse::<Uri>().ok()?.into_parts().authority?,
            revocation,
            headers: headers.into_iter().collect(),
            bodies,
        })
    }

    /// The request for one device, and its body. `None` when the collapse id cannot be a header.
    pub fn request(&self, call: &ToCall<'_>, collapse_id: &str, provider_token: &HeaderValue) -> Option<(Request<()>, Bytes)> {
        let token = call.token.as_str();
        // Each part of its own is written once, and all of them share their memory.
        let mut own = BytesMut::with_capacity(PATH.len() + token.len() + collapse_id.len() + UUID + 16);
        own.extend_from_slice(PATH);
        for piece in utf8_percent_encode(token, SEGMENT) {
            own.extend_from_slice(piece.as_bytes());
        }
        let path = own.split().freeze();
        own.extend_from_slice(collapse_id.as_bytes());
        let collapse_id = own.split().freeze();
        own.extend_from_slice(&apns_id(self.revocation, call.slot, token));
        let mut id = HeaderValue::from_maybe_shared(own.freeze()).ok()?;
        // No secret, but never the same: not to be remembered by the connection's compression.
        id.set_sensitive(true);

        let mut uri = Parts::default();
        uri.scheme = Some(Scheme::HTTPS);
        uri.authority = Some(self.authority.clone());
        uri.path_and_query = Some(PathAndQuery::from_maybe_shared(path).ok()?);
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from_parts(uri).ok()?;
        let headers = request.headers_mut();
        *headers = self.headers.clone();
        *headers.get_mut(AUTHORIZATION)? = provider_token.clone();
        *headers.get_mut(COLLAPSE_ID)? = HeaderValue::from_maybe_shared(collapse_id).ok()?;
        *headers.get_mut(ID)? = id;

        let known = self.bodies.iter().find(|(notice, _)| std::ptr::eq(*notice, call.notice));
        Some((request, known.map_or_else(|| body(call.notice), |(_, body)| body.clone())))
    }
}

/// Without a sound: the device stays quiet.
fn body(notice: &Notice) -> Bytes {
    Bytes::from(json!({"aps": {"alert": {"title": notice.title, "body": notice.text}}}).to_string())
}

/// A lower-case UUID (version 8, RFC 9562) that every repeat of a delivery's
/// revocation carries. The token is in it because a push has many batches, and
/// each has a slot 0.
fn apns_id(revocation: &RevocationId, slot: usize, token: &str) -> [u8; UUID] {
    let hash = Sha256::new()
        .chain_update(revocation.as_str())
        .chain_update([0])
        .chain_update((slot as u64).to_be_bytes())
        .chain_update(token)
        .finalize();
    let mut id = [b'-'; UUID];
    let mut place = 0;
    for (at, byte) in hash.iter().take(16).enumerate() {
        let byte = match at {
            6 => byte & 0x0f | 0x80,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if matches!(at, 4 | 6 | 8 | 10) {
            place += 1;
        }
        id[place] = DIGITS[usize::from(byte >> 4)];
        id[place + 1] = DIGITS[usize::from(byte & 15)];
        place += 2;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> Notice {
        Notice {
            title: "Message revoked".to_owned(),
            text: "撤回".to_owned(),
        }
    }

    fn request(revocation: &RevocationId, slot: usize, token: &str, collapse_id: &str) -> (Request<()>, Bytes) {
        let (notice, token) = (notice(), token.parse().unwrap());
        let call = ToCall {
            slot,
            token: &token,
            handle: None,
            vendor_task: None,
            notice: &notice,
            subscription: None,
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
        .unwrap()
    }

    fn id(revocation: &RevocationId, slot: usize, token: &str) -> String {
        String::from_utf8(apns_id(revocation, slot, token).to_vec()).unwrap()
    }

    #[test]
    fn an_overwrite_looks_like_this() {
        let revocation = "rvk_1".parse().unwrap();
        let (request, body) = request(&revocation, 3, "00fc13ad", "promo-1");
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
                ("apns-id", &id(&revocation, 3, "00fc13ad")),
                ("content-type", "application/json"),
            ]
        );
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&body).unwrap(),
            json!({"aps": {"alert": {"title": "Message revoked", "body": "撤回"}}})
        );
    }

    #[test]
    fn a_strange_token_stays_one_segment_of_the_path() {
        let revocation = "rvk_1".parse().unwrap();
        let (request, _) = request(&revocation, 0, "../x?y#z 促", "c");
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
        let id = id(&"rvk_1".parse().unwrap(), 0, "t1");
        // As earlier versions made it: what they began is repeated under the same id.
        assert_eq!(id, "bd052500-9df2-81ce-9bbb-19b7f9c44dfa");
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert!(id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')));
        assert_eq!(id.as_bytes()[14], b'8');
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
