//! `messageJson` of a notification, as the README of Meizu's push API describes it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::codes;
use crate::bars::Notification;
use crate::wire::without_values;
use crate::wrong::{Wrong, wrong};

const TITLE_LIMIT: usize = 32;
const CONTENT_LIMIT: usize = 100;
const NOTIFY_KEY_LIMIT: usize = 8;
const CUSTOM_LIMIT_BYTES: usize = 1000;
const CALLBACK_LIMIT_BYTES: usize = 128;
const CALLBACK_PARAM_LIMIT_BYTES: usize = 64;
const HOUR_MS: u64 = 3_600_000;
const VALID_HOURS_DEFAULT: i64 = 24;
const VALID_HOURS_LIMIT: i64 = 72;

/// A correct message.
#[derive(Debug)]
pub struct Checked {
    pub notification: Notification,
    /// Nought for one that is not kept for a device that is offline.
    pub kept_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Message {
    notice_bar_info: NoticeBar,
    notice_expand_info: Option<Expanded>,
    click_type_info: Option<Click>,
    push_time_info: Option<Time>,
    advance_info: Option<Advanced>,
    extra: Option<Extra>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NoticeBar {
    notice_msg_type: Option<i64>,
    #[serde(rename = "noticeBarType")]
    style: Option<i64>,
    title: String,
    content: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Expanded {
    notice_expand_type: Option<i64>,
    notice_expand_content: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Click {
    #[serde(rename = "clickType")]
    kind: Option<i64>,
    url: Option<String>,
    parameters: Option<Map<String, Value>>,
    activity: Option<String>,
    custom_attribute: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Time {
    off_line: Option<i64>,
    valid_time: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Advanced {
    suspend: Option<i64>,
    clear_notice_bar: Option<i64>,
    fix_display: Option<i64>,
    fix_start_display_time: Option<String>,
    fix_end_display_time: Option<String>,
    notification_type: Option<Sounds>,
    notify_key: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Sounds {
    vibrate: Option<i64>,
    lights: Option<i64>,
    sound: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    callback: String,
    #[serde(rename = "callback.param")]
    param: Option<String>,
    #[serde(rename = "callback.type")]
    kind: Option<i64>,
}

pub fn check(json: &str) -> Result<Checked, Wrong> {
    let message: Message = match serde_json::from_str(json) {
        Ok(message) => message,
        Err(error) => return bad(&without_values(&error)),
    };
    let bar = message.notice_bar_info;
    length("title", &bar.title, TITLE_LIMIT)?;
    length("content", &bar.content, CONTENT_LIMIT)?;
    one_of("noticeMsgType", bar.notice_msg_type, &[0, 1])?;
    one_of("noticeBarType", bar.style, &[0, 2])?;
    if let Some(expanded) = message.notice_expand_info {
        one_of("noticeExpandType", expanded.notice_expand_type, &[0, 1])?;
        if expanded.notice_expand_type == Some(1) && expanded.notice_expand_content.is_none() {
            return bad("noticeExpandType without its text");
        }
    }
    check_click(message.click_type_info.as_ref())?;
    if let Some(extra) = &message.extra {
        check_extra(extra)?;
    }
    let kept_ms = kept_ms(&message.push_time_info.unwrap_or_default())?;
    let advanced = message.advance_info.unwrap_or_default();
    one_of("suspend", advanced.suspend, &[0, 1])?;
    one_of("clearNoticeBar", advanced.clear_notice_bar, &[0, 1])?;
    one_of("fixDisplay", advanced.fix_display, &[0, 1])?;
    let sounds = advanced.notification_type.unwrap_or_default();
    for (name, value) in [("vibrate", sounds.vibrate), ("lights", sounds.lights), ("sound", sounds.sound)] {
        one_of(name, value, &[0, 1])?;
    }
    Ok(Checked {
        notification: Notification {
            key: notify_key(advanced.notify_key)?,
            title: bar.title,
            body: bar.content,
            // Both are on when nothing is said.
            silent: sounds.vibrate == Some(0) && sounds.sound == Some(0),
            ..Notification::default()
        },
        kept_ms,
    })
}

fn bad<T>(what: &str) -> Result<T, Wrong> {
    wrong(codes::BAD_PARAMETER, what)
}

fn length(name: &str, text: &str, limit: usize) -> Result<(), Wrong> {
    if (1..=limit).contains(&text.chars().count()) {
        Ok(())
    } else {
        bad(&format!("{name} does not have 1 to {limit} characters"))
    }
}

fn one_of(name: &str, value: Option<i64>, known: &[i64]) -> Result<(), Wrong> {
    match value {
        Some(value) if !known.contains(&value) => bad(&format!("{name} is none of {known:?}")),
        Some(_) | None => Ok(()),
    }
}

fn check_click(click: Option<&Click>) -> Result<(), Wrong> {
    let Some(click) = click else {
        return Ok(());
    };
    one_of("clickType", click.kind, &[0, 1, 2, 3])?;
    let complete = match click.kind {
        Some(1) => click.activity.is_some(),
        Some(2) => click.url.is_some(),
        Some(3) => click.custom_attribute.as_ref().is_some_and(|text| text.len() <= CUSTOM_LIMIT_BYTES),
        Some(_) | None => true,
    };
    if complete { Ok(()) } else { bad("clickType lacks what it needs") }
}

fn check_extra(extra: &Extra) -> Result<(), Wrong> {
    one_of("callback.type", extra.kind, &[1, 2, 3])?;
    if extra.callback.is_empty() || extra.callback.len() > CALLBACK_LIMIT_BYTES {
        return bad("callback does not have 1 to 128 bytes");
    }
    if extra.param.as_ref().is_some_and(|param| param.len() > CALLBACK_PARAM_LIMIT_BYTES) {
        return bad("callback.param has more than 64 bytes");
    }
    Ok(())
}

fn kept_ms(time: &Time) -> Result<u64, Wrong> {
    one_of("offLine", time.off_line, &[0, 1])?;
    match time.valid_time.unwrap_or(VALID_HOURS_DEFAULT) {
        _ if time.off_line == Some(0) => Ok(0),
        hours @ 1..=VALID_HOURS_LIMIT => Ok(hours.unsigned_abs() * HOUR_MS),
        _ => bad("validTime is not 1 to 72 hours"),
    }
}

/// Empty is none.
fn notify_key(key: Option<String>) -> Result<Option<String>, Wrong> {
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    let letters = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if letters && key.len() <= NOTIFY_KEY_LIMIT {
        Ok(Some(key))
    } else {
        bad("notifyKey is not up to 8 letters, digits, - and _")
    }
}
