//! The body of a send request, as the reference of `projects.messages` describes it.

use serde_json::Value;

use super::fields::{Fields, Wrong, wrong};
use crate::bars::Notification;

const BODY_LIMIT_BYTES: usize = 4_096;
const TOPIC_BODY_LIMIT_BYTES: usize = 2_048;
/// Four weeks, which is the default, too.
const TTL_LIMIT_MS: u64 = 2_419_200_000;
const COLLAPSE_ID_LIMIT_BYTES: usize = 64;
const WEB_TOPIC_LIMIT: usize = 32;
const FID_CHARS: usize = 22;

const MESSAGE: [&str; 11] = [
    "name",
    "data",
    "notification",
    "android",
    "webpush",
    "apns",
    "fcm_options",
    "token",
    "fid",
    "topic",
    "condition",
];
const ANDROID: [&str; 10] = [
    "collapse_key",
    "priority",
    "ttl",
    "restricted_package_name",
    "data",
    "notification",
    "fcm_options",
    "direct_boot_ok",
    "bandwidth_constrained_ok",
    "restricted_satellite_ok",
];
const ANDROID_NOTIFICATION: [&str; 27] = [
    "title",
    "body",
    "icon",
    "color",
    "sound",
    "tag",
    "click_action",
    "body_loc_key",
    "body_loc_args",
    "title_loc_key",
    "title_loc_args",
    "channel_id",
    "ticker",
    "sticky",
    "event_time",
    "local_only",
    "notification_priority",
    "default_sound",
    "default_vibrate_timings",
    "default_light_settings",
    "vibrate_timings",
    "visibility",
    "notification_count",
    "light_settings",
    "image",
    "bypass_proxy_notification",
    "proxy",
];

/// Whom a correct request is for.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    Device(String),
    /// Nobody that is simulated is subscribed to anything.
    Audience,
}

/// A correct request, as an Android reads it.
#[derive(Debug)]
pub struct Checked {
    pub validate_only: bool,
    pub target: Target,
    /// Absent for a data message.
    pub notification: Option<Notification>,
    /// While it is undelivered, only the latest of these is kept.
    pub collapse_key: Option<String>,
    pub ttl_ms: u64,
}

/// Checks a whole body.
pub fn check(body: &[u8]) -> Result<Checked, Wrong> {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return wrong("", "the body is not JSON");
    };
    let request = Fields::read("request", &request, &["message", "validate_only"])?;
    let Some(message) = request.get("message") else {
        return wrong("message", "there is no message");
    };
    let message = Fields::read("message", message, &MESSAGE)?;
    let target = target(&message)?;
    let limit = match target {
        Target::Device(_) => BODY_LIMIT_BYTES,
        Target::Audience => TOPIC_BODY_LIMIT_BYTES,
    };
    if body.len() > limit {
        return wrong("message", "too long");
    }
    check_data(&message)?;
    let empty = Value::Object(serde_json::Map::new());
    let android = Fields::read("message.android", message.get("android").unwrap_or(&empty), &ANDROID)?;
    check_android(&android)?;
    check_apns(&message)?;
    check_web(&message)?;
    Ok(Checked {
        validate_only: request.flag("validate_only")?,
        target,
        notification: notification(&message, &android)?,
        collapse_key: android.text("collapse_key")?.map(str::to_owned),
        ttl_ms: ttl_ms(&android)?,
    })
}

fn target(message: &Fields<'_>) -> Result<Target, Wrong> {
    let kinds = ["token", "fid", "topic", "condition"];
    let mut given = kinds.into_iter().filter(|kind| message.get(kind).is_some());
    let (Some(kind), None) = (given.next(), given.next()) else {
        return wrong("message", "not exactly one of token, fid, topic and condition");
    };
    let name = message.text(kind)?.unwrap_or_default();
    let place = message.place_of(kind);
    match kind {
        "fid" if !is_fid(name) => wrong(&place, "not an installation id"),
        "token" if name.is_empty() => wrong(&place, "an empty token"),
        // It would be nobody's; what the real server says is not known.
        "token" if is_fid(name) => wrong(&place, "an installation id given as a token"),
        "fid" | "token" => Ok(Target::Device(name.to_owned())),
        "topic" if !is_topic(name) => wrong(&place, "not the name of a topic"),
        "condition" if !is_condition(name) => wrong(&place, "not a condition"),
        _ => Ok(Target::Audience),
    }
}

/// 22 characters of URL-safe Base64 whose first four bits are 0111.
fn is_fid(text: &str) -> bool {
    text.len() == FID_CHARS && text.starts_with(['c', 'd', 'e', 'f']) && text.bytes().all(is_url_safe)
}

fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_topic(name: &str) -> bool {
    let known = |byte: u8| is_url_safe(byte) || matches!(byte, b'.' | b'~' | b'%');
    (1..=900).contains(&name.len()) && name.bytes().all(known)
}

/// At most five topics, each quoted.
fn is_condition(text: &str) -> bool {
    (1..=5).contains(&text.matches("' in topics").count())
}

/// Texts only, and no key that FCM keeps for itself.
fn check_data(message: &Fields<'_>) -> Result<(), Wrong> {
    let reserved = |key: &&str| matches!(*key, "from" | "message_type") || key.starts_with("google.") || key.starts_with("gcm.");
    if message.texts("data")?.keys().any(reserved) {
        return wrong("message.data", "a reserved key");
    }
    Ok(())
}

fn check_android(android: &Fields<'_>) -> Result<(), Wrong> {
    android.one_of("priority", &["NORMAL", "HIGH"])?;
    android.texts("data")?;
    for flag in ["direct_boot_ok", "bandwidth_constrained_ok", "restricted_satellite_ok"] {
        android.flag(flag)?;
    }
    Ok(())
}

/// Seconds with an `s` and up to nine decimals, at most four weeks.
fn ttl_ms(android: &Fields<'_>) -> Result<u64, Wrong> {
    let Some(ttl) = android.text("ttl")? else {
        return Ok(TTL_LIMIT_MS);
    };
    let place = android.place_of("ttl");
    let seconds = ttl.strip_suffix('s').and_then(|number| {
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(whole) && digits(decimals) && decimals.len() <= 9)
            .then(|| whole.parse::<u64>().ok())
            .flatten()
    });
    match seconds.map(|seconds| seconds.saturating_mul(1_000)) {
        Some(ms) if ms <= TTL_LIMIT_MS => Ok(ms),
        Some(_) => wrong(&place, "more than four weeks"),
        None => wrong(&place, "not seconds followed by s"),
    }
}

/// The notification that the SDK on an Android shows while the app is in the background.
fn notification(message: &Fields<'_>, android: &Fields<'_>) -> Result<Option<Notification>, Wrong> {
    let empty = Value::Object(serde_json::Map::new());
    let (common, own) = (message.get("notification"), android.get("notification"));
    if common.is_none() && own.is_none() {
        return Ok(None);
    }
    let common = Fields::read("message.notification", common.unwrap_or(&empty), &["title", "body", "image"])?;
    let own = Fields::read("message.android.notification", own.unwrap_or(&empty), &ANDROID_NOTIFICATION)?;
    own.one_of("proxy", &["ALLOW", "DENY", "IF_PRIORITY_LOWERED"])?;
    own.one_of("visibility", &["PRIVATE", "PUBLIC", "SECRET"])?;
    let color = own.text("color")?;
    if color.is_some_and(|color| color.len() != 7 || !color.starts_with('#')) {
        return wrong(&own.place_of("color"), "not #rrggbb");
    }
    let text = |name: &str| Ok::<_, Wrong>(own.text(name)?.or(common.text(name)?).unwrap_or_default().to_owned());
    // Nothing that has a text and a channel is checked further.
    own.text("channel_id")?;
    Ok(Some(Notification {
        key: own.text("tag")?.filter(|tag| !tag.is_empty()).map(str::to_owned),
        title: text("title")?,
        body: text("body")?,
        silent: own.text("sound")?.is_none() && !own.flag("default_sound")?,
        ..Notification::default()
    }))
}

fn check_apns(message: &Fields<'_>) -> Result<(), Wrong> {
    let Some(apns) = message.get("apns") else {
        return Ok(());
    };
    let apns = Fields::read("message.apns", apns, &["headers", "payload", "fcm_options", "live_activity_token"])?;
    let headers = apns.texts("headers")?;
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    };
    let place = apns.place_of("headers");
    if header("apns-collapse-id").is_some_and(|id| id.is_empty() || id.len() > COLLAPSE_ID_LIMIT_BYTES) {
        return wrong(&place, "apns-collapse-id is not 1 to 64 bytes");
    }
    if !matches!(header("apns-priority"), None | Some("1" | "5" | "10")) {
        return wrong(&place, "apns-priority is not 1, 5 or 10");
    }
    if header("apns-expiration").is_some_and(|at| at.is_empty() || !at.bytes().all(|byte| byte.is_ascii_digit())) {
        return wrong(&place, "apns-expiration is not a number");
    }
    let shown = apns.get("payload").and_then(|payload| payload.get("aps"));
    let is_background = shown.is_some_and(|aps| aps.get("content-available").is_some() && aps.get("alert").is_none());
    if is_background && message.get("notification").is_none() && header("apns-priority") == Some("10") {
        return wrong(&place, "a background push with priority 10");
    }
    Ok(())
}

fn check_web(message: &Fields<'_>) -> Result<(), Wrong> {
    let Some(web) = message.get("webpush") else {
        return Ok(());
    };
    let web = Fields::read("message.webpush", web, &["headers", "data", "notification", "fcm_options"])?;
    web.texts("data")?;
    if web.get("notification").is_some_and(|notification| !notification.is_object()) {
        return wrong(&web.place_of("notification"), "not an object");
    }
    for (name, value) in web.texts("headers")? {
        let place = web.place_of("headers");
        if name.eq_ignore_ascii_case("topic") && !((1..=WEB_TOPIC_LIMIT).contains(&value.len()) && value.bytes().all(is_url_safe)) {
            return wrong(&place, "Topic is not 1 to 32 characters of URL-safe Base64");
        }
        if name.eq_ignore_ascii_case("ttl") && (value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit())) {
            return wrong(&place, "TTL is not a number");
        }
    }
    Ok(())
}
