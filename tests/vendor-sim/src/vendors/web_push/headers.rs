//! What RFC 8030 asks of a request beside who sends it.

use http::StatusCode;

use crate::wire::Call;

/// What a push service keeps a message at most, in seconds: four weeks at Google and Mozilla.
const KEPT_AT_MOST_S: u64 = 28 * 24 * 3600;
/// Every push service takes 4,096 bytes, section 7.2; these take no more.
const LIMIT_BYTES: usize = 4096;

/// Headers that are each correct.
#[derive(Debug)]
pub struct Headers {
    pub ttl_s: u64,
    pub topic: Option<String>,
}

/// The error is the status, and words for people.
pub fn check(call: &Call) -> Result<Headers, (StatusCode, &'static str)> {
    let bad = |what| (StatusCode::BAD_REQUEST, what);
    for name in ["ttl", "topic", "urgency", "content-encoding", "authorization"] {
        if call.headers.get_all(name).iter().count() > 1 {
            return Err(bad("a header is given twice"));
        }
    }
    if call.body.len() > LIMIT_BYTES {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "more than 4096 bytes"));
    }
    if call.body.is_empty() {
        return Err(bad("a message without a body says nothing to a service worker"));
    }
    let ttl = call.header("ttl").ok_or(bad("TTL is missing"))?;
    if ttl.is_empty() || !ttl.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad("TTL is not a number of seconds"));
    }
    let urgency = call.headers.get("urgency").map(http::HeaderValue::as_bytes);
    if !matches!(urgency, None | Some(b"very-low" | b"low" | b"normal" | b"high")) {
        return Err(bad("Urgency is none of the four"));
    }
    match call.header("content-encoding") {
        Some("aes128gcm") => {}
        Some("aesgcm") => return Err(bad("Content-Encoding is aesgcm, which RFC 8291 made obsolete")),
        _ => return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Encoding is not aes128gcm")),
    }
    for obsolete in ["encryption", "crypto-key"] {
        if call.headers.contains_key(obsolete) {
            return Err(bad("a header of the drafts before RFC 8291"));
        }
    }
    Ok(Headers {
        // Longer than can be said is longer than it is kept.
        ttl_s: ttl.parse().unwrap_or(KEPT_AT_MOST_S).min(KEPT_AT_MOST_S),
        topic: topic(call)?,
    })
}

/// Section 5.4.
fn topic(call: &Call) -> Result<Option<String>, (StatusCode, &'static str)> {
    let Some(topic) = call.headers.get("topic") else {
        return Ok(None);
    };
    let topic = topic.to_str().unwrap_or_default();
    let is_of_the_alphabet = topic
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if (1..=32).contains(&topic.len()) && is_of_the_alphabet {
        Ok(Some(topic.to_owned()))
    } else {
        Err((StatusCode::BAD_REQUEST, "Topic is not 1 to 32 characters of Base64 for URLs"))
    }
}
