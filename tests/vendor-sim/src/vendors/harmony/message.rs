//! The bodies of `messages:send` and `messages:revoke`, as their references describe them.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::codes;
use crate::bars::Notification;
use crate::wrong::{self, misread, wrong};

const BODY_LIMIT_BYTES: usize = 4096;
const TOKEN_LIMIT: usize = 1000;
const TEST_TOKEN_LIMIT: usize = 10;
const TTL_DEFAULT_S: u64 = 86_400;
const TTL_LIMIT_S: u64 = 1_296_000;
const TAG_LIMIT_BYTES: usize = 64;

const CATEGORIES: [&str; 14] = [
    "IM",
    "VOIP",
    "MISS_CALL",
    "SUBSCRIPTION",
    "TRAVEL",
    "HEALTH",
    "WORK",
    "ACCOUNT",
    "EXPRESS",
    "FINANCE",
    "DEVICE_REMINDER",
    "MAIL",
    "CUSTOMER_SERVICE",
    "MARKETING",
];

pub type Wrong = wrong::Wrong<&'static str>;

/// A correct notification.
#[derive(Debug)]
pub struct Checked {
    pub tokens: Vec<String>,
    pub notification: Notification,
    /// Offline, only the latest of a group is kept.
    pub group: Option<String>,
    pub ttl_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    payload: Payload,
    target: Target,
    #[serde(rename = "pushOptions", default)]
    options: Options,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    notification: NotificationBody,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    token: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Options {
    #[serde(default)]
    test_message: bool,
    ttl: Option<u64>,
    bi_tag: Option<String>,
    receipt_id: Option<String>,
    collapse_key: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct NotificationBody {
    category: String,
    title: String,
    body: String,
    image: Option<String>,
    style: Option<i64>,
    inbox_content: Option<Vec<String>>,
    click_action: ClickAction,
    badge: Option<Map<String, Value>>,
    sound: Option<String>,
    sound_duration: Option<i64>,
    foreground_show: Option<bool>,
    notify_id: Option<i64>,
    app_message_id: Option<String>,
    profile_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "a field that only needs to have the right type")]
struct ClickAction {
    action_type: i64,
    action: Option<String>,
    uri: Option<String>,
    data: Option<Map<String, Value>>,
}

/// Checks the body of a notification.
pub fn check(body: &[u8]) -> Result<Checked, Wrong> {
    let Request { payload, target, options } =
        serde_json::from_slice(body).map_err(|error| misread(&error, codes::BAD_STRUCTURE, codes::BAD_PARAMETER))?;
    let tokens = check_tokens(target.token, if options.test_message { TEST_TOKEN_LIMIT } else { TOKEN_LIMIT })?;
    check_size(body, &tokens)?;
    if options.bi_tag.is_some_and(|tag| tag.len() > TAG_LIMIT_BYTES) {
        return wrong(codes::BAD_STRUCTURE, "biTag has more than 64 bytes");
    }
    let group = match options.collapse_key {
        None | Some(-1) => None,
        Some(group @ 0..=100) => Some(group.to_string()),
        Some(_) => return wrong(codes::BAD_STRUCTURE, "collapseKey is not between -1 and 100"),
    };
    let ttl = options.ttl.unwrap_or(TTL_DEFAULT_S);
    if ttl > TTL_LIMIT_S {
        return wrong(codes::BAD_TTL, "ttl is more than 15 days");
    }
    Ok(Checked {
        tokens,
        notification: check_notification(payload.notification)?,
        group,
        ttl_ms: ttl * 1000,
    })
}

fn check_tokens(tokens: Vec<String>, most: usize) -> Result<Vec<String>, Wrong> {
    if tokens.is_empty() || tokens.len() > most {
        return wrong(codes::TOO_MANY_TOKENS, "no token, or more than are taken at once");
    }
    Ok(tokens)
}

/// The limit is on the body without its tokens, each with its quotes and a comma.
fn check_size(body: &[u8], tokens: &[String]) -> Result<(), Wrong> {
    let listed: usize = tokens.iter().map(|token| token.len() + 3).sum();
    if body.len().saturating_sub(listed) > BODY_LIMIT_BYTES {
        return wrong(codes::TOO_LARGE, "more than 4096 bytes without the tokens");
    }
    Ok(())
}

fn check_notification(body: NotificationBody) -> Result<Notification, Wrong> {
    if !CATEGORIES.contains(&body.category.as_str()) {
        return wrong(codes::BAD_STRUCTURE, "an unknown category");
    }
    if body.title.is_empty() || body.body.is_empty() {
        return wrong(codes::BAD_STRUCTURE, "title or body is empty");
    }
    let complete = match body.click_action.action_type {
        0 => true,
        1 => body.click_action.action.is_some() || body.click_action.uri.is_some(),
        _ => return wrong(codes::BAD_STRUCTURE, "clickAction.actionType is not 0 or 1"),
    };
    if !complete {
        return wrong(codes::BAD_STRUCTURE, "clickAction lacks what its type needs");
    }
    match (body.style, &body.inbox_content) {
        (None | Some(0), _) | (Some(3), Some(_)) => {}
        (Some(_), _) => return wrong(codes::BAD_STRUCTURE, "an unknown style, or one without its texts"),
    }
    let key = match body.notify_id {
        None | Some(-1) => None,
        Some(id) => Some(check_notify_id(id)?),
    };
    Ok(Notification {
        key,
        title: body.title,
        body: body.body,
        // Of one `appMessageId` a device shows the first message only.
        job_key: body.app_message_id,
        ..Notification::default()
    })
}

fn check_notify_id(id: i64) -> Result<String, Wrong> {
    match id {
        0..=0x7fff_ffff => Ok(id.to_string()),
        _ => wrong(codes::BAD_STRUCTURE, "notifyId is out of range"),
    }
}

/// A correct recall.
#[derive(Debug)]
pub struct Recall {
    pub key: String,
    pub tokens: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RecallBody {
    notify_id: Option<i64>,
    token: Option<Vec<String>>,
}

/// Checks the body of a recall.
pub fn check_recall(body: &[u8]) -> Result<Recall, Wrong> {
    let recall: RecallBody = serde_json::from_slice(body).map_err(|error| misread(&error, codes::BAD_STRUCTURE, codes::BAD_PARAMETER))?;
    let (Some(id), Some(tokens)) = (recall.notify_id, recall.token) else {
        return wrong(codes::NO_RIGHT_TO_REVOKE, "not both of notifyId and token");
    };
    let tokens = check_tokens(tokens, TOKEN_LIMIT)?;
    check_size(body, &tokens)?;
    Ok(Recall {
        key: check_notify_id(id)?,
        tokens,
    })
}
