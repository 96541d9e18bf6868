//! The `apns-…` request headers.

use crate::clock::now_s;
use crate::wire::Call;

/// Apple stores a push for a device that is offline for at most 30 days.
const STORED_AT_MOST_S: u64 = 30 * 24 * 3600;
const COLLAPSE_ID_LIMIT_BYTES: usize = 64;

const KNOWN: [&str; 6] = [
    "apns-topic",
    "apns-push-type",
    "apns-priority",
    "apns-expiration",
    "apns-id",
    "apns-collapse-id",
];

/// Push types and what their topic ends with after the bundle id.
const PUSH_TYPES: [(&str, &str); 11] = [
    ("alert", ""),
    ("background", ""),
    ("location", ".location-query"),
    ("voip", ".voip"),
    ("complication", ".complication"),
    ("fileprovider", ".pushkit.fileprovider"),
    ("mdm", ""),
    ("liveactivity", ".push-type.liveactivity"),
    ("pushtotalk", ".voip-ptt"),
    ("controls", ".push-type.controls"),
    ("widgets", ".push-type.widgets"),
];

/// Headers that are each correct.
#[derive(Debug)]
pub struct Headers {
    pub bundle_id: String,
    pub push_type: &'static str,
    pub collapse_id: Option<String>,
    /// When the push stops being worth storing; 0 was given: at once.
    pub stored_until_s: u64,
}

/// Checks all headers but `authorization`. The error is Apple's reason and words for people.
pub fn check(call: &Call) -> Result<Headers, (&'static str, &'static str)> {
    for name in call.headers.keys().map(http::HeaderName::as_str) {
        if call.headers.get_all(name).iter().count() > 1 && KNOWN.contains(&name) {
            return Err(("DuplicateHeaders", "a header is given twice"));
        }
    }
    let id = call.headers.get("apns-id");
    if id.is_some() && request_id(call).is_none() {
        return Err(("BadMessageId", "apns-id is not a lower-case UUID"));
    }
    let topic = match call.headers.get("apns-topic") {
        None => return Err(("MissingTopic", "apns-topic is missing")),
        Some(topic) => topic.to_str().unwrap_or_default(),
    };
    if topic.is_empty() {
        return Err(("BadTopic", "apns-topic is not text"));
    }
    let push_type = call.header("apns-push-type").unwrap_or_default();
    let Some((push_type, suffix)) = PUSH_TYPES.iter().find(|(known, _)| *known == push_type) else {
        return Err(("InvalidPushType", "apns-push-type is missing or unknown"));
    };
    let Some(bundle_id) = topic.strip_suffix(suffix) else {
        return Err(("BadTopic", "apns-topic does not go with the push type"));
    };
    let priority = call.headers.get("apns-priority").map(http::HeaderValue::as_bytes);
    match priority {
        None if *push_type == "background" => {
            return Err(("BadPriority", "a background push with priority 10, the default"));
        }
        Some(b"10") if *push_type == "background" => {
            return Err(("BadPriority", "a background push with priority 10"));
        }
        None | Some(b"1" | b"5" | b"10") => {}
        Some(_) => return Err(("BadPriority", "apns-priority is not 1, 5 or 10")),
    }
    Ok(Headers {
        bundle_id: bundle_id.to_owned(),
        push_type,
        collapse_id: collapse_id(call)?,
        stored_until_s: expiration(call)?,
    })
}

/// The caller's `apns-id`, if it is one.
pub fn request_id(call: &Call) -> Option<&str> {
    let id = call.header("apns-id")?;
    let lengths = [8, 4, 4, 4, 12];
    let mut groups = id.split('-');
    let right = lengths.iter().all(|length| {
        groups
            .next()
            .is_some_and(|group| group.len() == *length && group.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
    });
    (right && groups.next().is_none()).then_some(id)
}

fn collapse_id(call: &Call) -> Result<Option<String>, (&'static str, &'static str)> {
    let Some(given) = call.headers.get("apns-collapse-id") else {
        return Ok(None);
    };
    if given.is_empty() || given.len() > COLLAPSE_ID_LIMIT_BYTES {
        return Err(("BadCollapseId", "apns-collapse-id is not 1 to 64 bytes"));
    }
    Ok(Some(String::from_utf8_lossy(given.as_bytes()).into_owned()))
}

fn expiration(call: &Call) -> Result<u64, (&'static str, &'static str)> {
    let longest = now_s() + STORED_AT_MOST_S;
    let Some(given) = call.headers.get("apns-expiration") else {
        return Ok(longest);
    };
    let digits = given.to_str().unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(("BadExpirationDate", "apns-expiration is not a number"));
    }
    digits
        .parse::<u64>()
        .map(|until| until.min(longest))
        .map_err(|_| ("BadExpirationDate", "apns-expiration is out of range"))
}
