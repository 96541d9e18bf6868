//! The JSON of a message, as the reference of `send` and `saveListPayload` describes it.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{App, check_app, check_request_id, codes};
use crate::bars::Notification;
use crate::wrong::{Wrong, wrong};

const TITLE_LIMIT: usize = 40;
const CONTENT_LIMIT: usize = 100;
const SKIP_LIMIT: usize = 1024;
const CUSTOM_LIMIT: usize = 1024;
const PROFILE_LIMIT: usize = 64;
const TTL_DEFAULT_S: u64 = 86_400;

/// Classification 1; and 0, the messages of a shop.
const SYSTEM: [&str; 6] = ["IM", "ACCOUNT", "TODO", "DEVICE_REMINDER", "ORDER", "SUBSCRIPTION"];
const OPERATION: [&str; 4] = ["NEWS", "CONTENT", "MARKETING", "SOCIAL"];

/// A correct message.
#[derive(Clone)]
pub struct Checked {
    pub notification: Notification,
    /// 0: not stored at all.
    pub ttl_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "fields that only need to have the right type")]
pub struct Message {
    app_id: i64,
    pub reg_id: Option<String>,
    pub alias: Option<String>,
    notify_type: Option<i64>,
    title: Option<String>,
    content: Option<String>,
    time_to_live: Option<u64>,
    skip_type: Option<i64>,
    skip_content: Option<String>,
    network_type: Option<i64>,
    classification: Option<i64>,
    client_custom_map: Option<HashMap<String, String>>,
    extra: Option<HashMap<String, String>>,
    request_id: Option<String>,
    push_mode: Option<i64>,
    audit_review: Option<Vec<Map<String, Value>>>,
    notify_id: Option<i64>,
    category: Option<String>,
    pub profile_id: Option<String>,
    send_online: Option<bool>,
    foreground_show: Option<bool>,
    add_badge: Option<bool>,
}

/// Checks all but the target.
pub fn check(message: &Message, app: &App) -> Result<Checked, Wrong> {
    check_app(app, message.app_id)?;
    check_request_id(message.request_id.as_deref())?;
    let title = text(message.title.as_deref(), TITLE_LIMIT, "title")?;
    let body = text(message.content.as_deref(), CONTENT_LIMIT, "content")?;
    if !matches!(message.notify_type, Some(1..=4)) {
        return wrong(codes::BAD_PARAMETER, "notifyType is not 1 to 4");
    }
    check_skip(message)?;
    check_category(message)?;
    check_rest(message)?;
    let key = match message.notify_id {
        None => None,
        Some(id @ 1..=0x7fff_ffff) => Some(id.to_string()),
        Some(_) => return wrong(codes::BAD_PARAMETER, "notifyId is out of range"),
    };
    let ttl_s = match message.time_to_live {
        None => TTL_DEFAULT_S,
        Some(ttl_s @ 60..=86_400) => ttl_s,
        Some(_) => return wrong(codes::BAD_PARAMETER, "timeToLive is not a minute to a day"),
    };
    Ok(Checked {
        notification: Notification {
            key,
            title,
            body,
            // 1 is neither, 2 a sound, 3 a vibration, 4 both.
            silent: message.notify_type == Some(1),
            ..Notification::default()
        },
        ttl_ms: if message.send_online == Some(true) { 0 } else { ttl_s * 1000 },
    })
}

fn text(text: Option<&str>, limit: usize, name: &str) -> Result<String, Wrong> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return wrong(codes::BAD_PARAMETER, &format!("{name} is missing"));
    };
    if text.chars().count() > limit {
        return wrong(codes::BAD_PARAMETER, &format!("{name} has more than {limit} characters"));
    }
    Ok(text.to_owned())
}

fn check_skip(message: &Message) -> Result<(), Wrong> {
    let content = message.skip_content.as_deref().unwrap_or_default();
    if content.chars().count() > SKIP_LIMIT {
        return wrong(codes::BAD_PARAMETER, "skipContent has more than 1024 characters");
    }
    match message.skip_type {
        Some(1) => Ok(()),
        Some(2..=4) if !content.is_empty() => Ok(()),
        Some(2..=4) => wrong(codes::BAD_PARAMETER, "skipType without skipContent"),
        _ => wrong(codes::BAD_PARAMETER, "skipType is not 1 to 4"),
    }
}

fn check_category(message: &Message) -> Result<(), Wrong> {
    if !matches!(message.classification, None | Some(0 | 1)) {
        return wrong(codes::BAD_PARAMETER, "classification is neither 0 nor 1");
    }
    let Some(category) = message.category.as_deref() else {
        return Ok(());
    };
    let of_class = [OPERATION.contains(&category), SYSTEM.contains(&category)];
    match (of_class, message.classification) {
        ([false, false], _) => wrong(codes::BAD_CATEGORY, "an unknown category"),
        ([true, _], Some(1)) | ([_, true], Some(0)) => wrong(codes::CATEGORY_OF_OTHER_CLASS, "category is not of the classification"),
        _ => Ok(()),
    }
}

fn check_rest(message: &Message) -> Result<(), Wrong> {
    if !matches!(message.network_type, None | Some(-1 | 1)) {
        return wrong(codes::BAD_PARAMETER, "networkType is neither -1 nor 1");
    }
    if !matches!(message.push_mode, None | Some(0 | 1)) {
        return wrong(codes::BAD_PARAMETER, "pushMode is neither 0 nor 1");
    }
    let custom = message.client_custom_map.iter().flatten();
    if custom
        .map(|(key, value)| key.chars().count() + value.chars().count())
        .sum::<usize>()
        > CUSTOM_LIMIT
    {
        return wrong(codes::BAD_PARAMETER, "clientCustomMap has more than 1024 characters");
    }
    if message.profile_id.as_deref().is_some_and(|id| id.chars().count() > PROFILE_LIMIT) {
        return wrong(codes::BAD_PARAMETER, "profileId has more than 64 characters");
    }
    Ok(())
}
