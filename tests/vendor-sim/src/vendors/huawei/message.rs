//! The body of a send request, as the reference of `messages:send` describes it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::codes;
use crate::bars::Notification;
use crate::wrong::{self, misread, wrong};

const BODY_LIMIT_BYTES: usize = 4096;
const TOKEN_LIMIT: usize = 1000;
const TTL_DEFAULT_MS: u64 = 86_400_000;
const TTL_LIMIT_MS: u64 = 1_296_000_000;

const CATEGORIES: [&str; 13] = [
    "IM",
    "VOIP",
    "SUBSCRIPTION",
    "TRAVEL",
    "HEALTH",
    "WORK",
    "ACCOUNT",
    "EXPRESS",
    "FINANCE",
    "DEVICE_REMINDER",
    "MAIL",
    "PLAY_VOICE",
    "MARKETING",
];

pub type Wrong = wrong::Wrong<&'static str>;

/// A correct request.
#[derive(Debug)]
pub struct Checked {
    pub validate_only: bool,
    pub tokens: Vec<String>,
    /// Absent for a data message.
    pub notification: Option<Notification>,
    /// Offline, only the latest of a group is kept.
    pub group: Option<String>,
    pub ttl_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Request {
    #[serde(default)]
    validate_only: bool,
    message: Message,
    review: Option<Vec<Map<String, Value>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Message {
    apns: Option<Map<String, Value>>,
    webpush: Option<Map<String, Value>>,
    data: Option<String>,
    notification: Option<Plain>,
    android: Option<Android>,
    token: Option<Vec<String>>,
    topic: Option<String>,
    condition: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Plain {
    title: Option<String>,
    body: Option<String>,
    image: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Android {
    collapse_key: Option<i64>,
    urgency: Option<String>,
    category: Option<String>,
    ttl: Option<String>,
    bi_tag: Option<String>,
    fast_app_target: Option<i64>,
    data: Option<String>,
    notification: Option<AndroidNotification>,
    receipt_id: Option<String>,
    target_user_type: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct AndroidNotification {
    title: Option<String>,
    body: Option<String>,
    icon: Option<String>,
    color: Option<String>,
    sound: Option<String>,
    default_sound: Option<bool>,
    tag: Option<String>,
    click_action: Option<ClickAction>,
    body_loc_key: Option<String>,
    body_loc_args: Option<Vec<String>>,
    title_loc_key: Option<String>,
    title_loc_args: Option<Vec<String>>,
    multi_lang_key: Option<Map<String, Value>>,
    channel_id: Option<String>,
    notify_summary: Option<String>,
    image: Option<String>,
    style: Option<i64>,
    big_title: Option<String>,
    big_body: Option<String>,
    auto_clear: Option<i64>,
    notify_id: Option<i64>,
    group: Option<String>,
    badge: Option<Map<String, Value>>,
    ticker: Option<String>,
    auto_cancel: Option<bool>,
    when: Option<String>,
    importance: Option<String>,
    use_default_vibrate: Option<bool>,
    use_default_light: Option<bool>,
    vibrate_config: Option<Vec<String>>,
    visibility: Option<String>,
    light_settings: Option<Map<String, Value>>,
    foreground_show: Option<bool>,
    profile_id: Option<String>,
    inbox_content: Option<Vec<String>>,
    buttons: Option<Vec<Map<String, Value>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClickAction {
    r#type: i64,
    intent: Option<String>,
    url: Option<String>,
    action: Option<String>,
}

/// Checks a whole body.
pub fn check(body: &[u8], high_importance: bool) -> Result<Checked, Wrong> {
    let request: Request = serde_json::from_slice(body).map_err(|error| misread(&error, codes::BAD_STRUCTURE, codes::BAD_PARAMETER))?;
    let Message {
        data,
        notification: plain,
        android,
        token,
        topic,
        condition,
        ..
    } = request.message;
    let tokens = check_target(token, topic.as_deref(), condition.as_deref())?;
    check_size(body, &tokens)?;

    let android = android.unwrap_or_default();
    check_android(&android)?;
    let notification = match (android.notification, plain) {
        (None, None) if data.is_none() && android.data.is_none() => {
            return wrong(codes::BAD_STRUCTURE, "there is nothing to send");
        }
        (None, None) => None,
        (None, Some(_)) => {
            return wrong(codes::BAD_STRUCTURE, "android.notification is missing");
        }
        (Some(android), plain) => Some(check_notification(android, plain.unwrap_or_default(), high_importance)?),
    };
    Ok(Checked {
        validate_only: request.validate_only,
        tokens,
        notification,
        group: match android.collapse_key {
            None | Some(-1) => None,
            Some(group) => Some(group.to_string()),
        },
        ttl_ms: ttl_ms(android.ttl.as_deref())?,
    })
}

fn check_target(token: Option<Vec<String>>, topic: Option<&str>, condition: Option<&str>) -> Result<Vec<String>, Wrong> {
    let given = u8::from(token.is_some()) + u8::from(topic.is_some()) + u8::from(condition.is_some());
    if given != 1 {
        return wrong(codes::BAD_STRUCTURE, "not exactly one of token, topic and condition");
    }
    let Some(tokens) = token else {
        if [topic, condition].into_iter().flatten().any(str::is_empty) {
            return wrong(codes::BAD_STRUCTURE, "an empty topic or condition");
        }
        return Ok(Vec::new());
    };
    if tokens.is_empty() {
        return wrong(codes::BAD_STRUCTURE, "the token list is empty");
    }
    if tokens.len() > TOKEN_LIMIT {
        return wrong(codes::TOO_MANY_TOKENS, "more than 1000 tokens");
    }
    Ok(tokens)
}

/// The limit is on the body without its tokens, each with its quotes and a comma.
fn check_size(body: &[u8], tokens: &[String]) -> Result<(), Wrong> {
    let listed: usize = tokens.iter().map(|token| token.len() + 3).sum();
    let rest = body.len().saturating_sub(listed);
    if rest > BODY_LIMIT_BYTES {
        return wrong(codes::TOO_LARGE, "more than 4096 bytes without the tokens");
    }
    Ok(())
}

fn check_android(android: &Android) -> Result<(), Wrong> {
    if !matches!(android.collapse_key, None | Some(-1..=100)) {
        return wrong(codes::BAD_COLLAPSE_KEY, "collapse_key is not between -1 and 100");
    }
    if !matches!(android.urgency.as_deref(), None | Some("HIGH" | "NORMAL")) {
        return wrong(codes::BAD_STRUCTURE, "urgency is neither HIGH nor NORMAL");
    }
    if !matches!(android.target_user_type, None | Some(0 | 1)) {
        return wrong(codes::BAD_STRUCTURE, "target_user_type is neither 0 nor 1");
    }
    if !matches!(android.fast_app_target, None | Some(1 | 2)) {
        return wrong(codes::BAD_STRUCTURE, "fast_app_target is neither 1 nor 2");
    }
    if let Some(category) = android.category.as_deref() {
        if !CATEGORIES.contains(&category) {
            return wrong(codes::BAD_STRUCTURE, "an unknown category");
        }
        if category == "PLAY_VOICE" && android.notification.is_some() {
            return wrong(codes::BAD_STRUCTURE, "PLAY_VOICE is for data messages only");
        }
    }
    Ok(())
}

/// Seconds with an `s` and up to nine decimals, at most fifteen days.
fn ttl_ms(ttl: Option<&str>) -> Result<u64, Wrong> {
    let Some(ttl) = ttl else {
        return Ok(TTL_DEFAULT_MS);
    };
    let seconds = ttl.strip_suffix('s').and_then(|number| {
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        (digits(whole) && digits(decimals) && decimals.len() <= 9)
            .then(|| whole.parse::<u64>().ok())
            .flatten()
    });
    match seconds.map(|seconds| seconds.saturating_mul(1000)) {
        Some(ms) if ms <= TTL_LIMIT_MS => Ok(ms),
        Some(_) => wrong(codes::BAD_TTL, "ttl is more than 15 days"),
        None => wrong(codes::BAD_TTL, "ttl is not seconds followed by s"),
    }
}

fn check_notification(android: AndroidNotification, plain: Plain, high_importance: bool) -> Result<Notification, Wrong> {
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (Some(title), Some(body)) = (
        filled(android.title).or(filled(plain.title)),
        filled(android.body).or(filled(plain.body)),
    ) else {
        return wrong(codes::BAD_STRUCTURE, "title or body is empty");
    };
    check_click(android.click_action.as_ref())?;
    match android.importance.as_deref() {
        None | Some("LOW" | "NORMAL") => {}
        Some("HIGH") if high_importance => {}
        Some("HIGH") => {
            return wrong(codes::NO_HIGH_IMPORTANCE, "no right to notifications of high importance");
        }
        Some(_) => {
            return wrong(codes::BAD_STRUCTURE, "importance is not LOW, NORMAL or HIGH");
        }
    }
    let key = match android.notify_id {
        None | Some(-1) => None,
        Some(id @ 0..=0x7fff_ffff) => Some(id.to_string()),
        Some(_) => return wrong(codes::BAD_STRUCTURE, "notify_id is out of range"),
    };
    match android.style {
        None | Some(0) => {}
        Some(1) if android.big_title.is_some() && android.big_body.is_some() => {}
        Some(3) if android.inbox_content.is_some() => {}
        Some(_) => {
            return wrong(codes::BAD_STRUCTURE, "an unknown style, or one without its texts");
        }
    }
    Ok(Notification {
        key,
        tag: android.tag.filter(|tag| !tag.is_empty()),
        title,
        body,
        silent: android.importance.as_deref() == Some("LOW"),
        ..Notification::default()
    })
}

fn check_click(click: Option<&ClickAction>) -> Result<(), Wrong> {
    let Some(click) = click else {
        return wrong(codes::BAD_STRUCTURE, "click_action is missing");
    };
    let complete = match click.r#type {
        1 => click.intent.is_some() || click.action.is_some(),
        2 => click.url.as_deref().is_some_and(|url| url.starts_with("https://")),
        3 => true,
        _ => return wrong(codes::BAD_STRUCTURE, "click_action.type is not 1, 2 or 3"),
    };
    if !complete {
        return wrong(codes::BAD_STRUCTURE, "click_action lacks what its type needs");
    }
    Ok(())
}
