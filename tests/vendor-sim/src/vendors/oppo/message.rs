//! The JSON of a message to one device, as the reference of the notification describes it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::codes;
use crate::bars::Notification;
use crate::wrong::{Wrong, wrong};

const TITLE_LIMIT: usize = 50;
const SUB_TITLE_LIMIT: usize = 10;
const CONTENT_LIMIT: usize = 50;
const LONG_CONTENT_LIMIT: usize = 128;
const ACTIVITY_LIMIT: usize = 500;
const URL_LIMIT: usize = 2000;
const PARAMETERS_LIMIT: usize = 4000;
const TTL_LIMIT_S: u64 = 864_000;
const TTL_DEFAULT_S: u64 = 3600;
const REGISTRATION_ID: i64 = 2;

/// A correct message.
pub struct Checked {
    pub target: String,
    /// Of one such id a device is given one message only.
    pub app_message_id: Option<String>,
    pub notification: Notification,
    /// 0: not stored at all.
    pub ttl_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields that only need to have the right type")]
pub struct Message {
    target_type: i64,
    target_value: String,
    verify_registration_id: Option<bool>,
    notification: Details,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Details {
    app_message_id: Option<String>,
    style: Option<i64>,
    small_picture_id: Option<String>,
    title: Option<String>,
    sub_title: Option<String>,
    content: Option<String>,
    click_action_type: Option<i64>,
    click_action_activity: Option<String>,
    click_action_url: Option<String>,
    action_parameters: Option<String>,
    off_line: Option<bool>,
    off_line_ttl: Option<u64>,
    network_type: Option<i64>,
    call_back_url: Option<String>,
    call_back_parameter: Option<String>,
    channel_id: Option<String>,
    show_ttl: Option<i64>,
    notify_id: Option<i64>,
    category: Option<String>,
    notify_level: Option<i64>,
    private_msg_template_id: Option<String>,
    private_title_parameters: Option<Map<String, Value>>,
    private_content_parameters: Option<Map<String, Value>>,
    #[serde(rename = "auditResponse")]
    audit_response: Option<Value>,
}

pub fn check(message: Message) -> Result<Checked, Wrong> {
    if message.target_type != REGISTRATION_ID {
        return wrong(codes::BAD_ARGUMENT, "target_type is not 2, the only one simulated");
    }
    if message.target_value.is_empty() {
        return wrong(codes::MISSING_ARGUMENT, "target_value is empty");
    }
    let details = message.notification;
    let content_limit = match details.style {
        None | Some(1) => CONTENT_LIMIT,
        Some(2) => LONG_CONTENT_LIMIT,
        Some(_) => return wrong(codes::BAD_ARGUMENT, "style is neither 1 nor 2"),
    };
    at_most(details.sub_title.as_deref(), SUB_TITLE_LIMIT, "sub_title")?;
    check_click(&details)?;
    check_quietness(&details)?;
    at_most(details.call_back_parameter.as_deref(), 100, "call_back_parameter")?;
    at_most(details.call_back_url.as_deref(), 200, "call_back_url")?;
    if !matches!(details.network_type, None | Some(0 | 1)) {
        return wrong(codes::BAD_ARGUMENT, "network_type is neither 0 nor 1");
    }
    if !matches!(details.show_ttl, None | Some(0..=86_400)) {
        return wrong(codes::BAD_ARGUMENT, "show_ttl is more than a day");
    }
    let key = match details.notify_id {
        None => None,
        Some(id @ 0..=0x7fff_ffff) => Some(id.to_string()),
        Some(_) => return wrong(codes::BAD_ARGUMENT, "notify_id is out of range"),
    };
    let ttl_s = match details.off_line_ttl {
        None => TTL_DEFAULT_S,
        Some(ttl_s) if ttl_s <= TTL_LIMIT_S => ttl_s,
        Some(_) => return wrong(codes::BAD_ARGUMENT, "off_line_ttl is more than 10 days"),
    };
    Ok(Checked {
        target: message.target_value,
        app_message_id: details.app_message_id.filter(|id| !id.is_empty()),
        notification: Notification {
            key,
            title: text(details.title, TITLE_LIMIT, "title")?,
            body: text(details.content, content_limit, "content")?,
            silent: matches!(details.notify_level, Some(1 | 2)),
            ..Notification::default()
        },
        ttl_ms: if details.off_line == Some(false) { 0 } else { ttl_s * 1000 },
    })
}

fn text(text: Option<String>, limit: usize, name: &str) -> Result<String, Wrong> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return wrong(codes::MISSING_ARGUMENT, &format!("{name} is missing"));
    };
    at_most(Some(&text), limit, name)?;
    Ok(text)
}

fn at_most(text: Option<&str>, limit: usize, name: &str) -> Result<(), Wrong> {
    if text.is_some_and(|text| text.chars().count() > limit) {
        return wrong(codes::BAD_ARGUMENT, &format!("{name} has more than {limit} characters"));
    }
    Ok(())
}

fn check_click(details: &Details) -> Result<(), Wrong> {
    at_most(details.click_action_activity.as_deref(), ACTIVITY_LIMIT, "click_action_activity")?;
    at_most(details.click_action_url.as_deref(), URL_LIMIT, "click_action_url")?;
    let complete = match details.click_action_type {
        None | Some(0) => true,
        Some(1 | 4) => details.click_action_activity.is_some(),
        Some(2 | 5) => details.click_action_url.is_some(),
        Some(_) => return wrong(codes::BAD_ARGUMENT, "click_action_type is not 0, 1, 2, 4 or 5"),
    };
    if !complete {
        return wrong(codes::MISSING_ARGUMENT, "click_action_type without its address");
    }
    let Some(parameters) = details.action_parameters.as_deref().filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    at_most(Some(parameters), PARAMETERS_LIMIT, "action_parameters")?;
    if serde_json::from_str::<Map<String, Value>>(parameters).is_err() {
        return wrong(codes::BAD_ARGUMENT, "action_parameters is not the text of a JSON object");
    }
    Ok(())
}

/// The bar only, the lock screen too, and everything with sound and vibration.
fn check_quietness(details: &Details) -> Result<(), Wrong> {
    if !matches!(details.notify_level, None | Some(1 | 2 | 16)) {
        return wrong(codes::BAD_ARGUMENT, "notify_level is not 1, 2 or 16");
    }
    if details.category.as_deref() == Some("") {
        return wrong(codes::BAD_ARGUMENT, "category is empty");
    }
    if details.notify_level.is_some() && details.category.is_none() {
        return wrong(codes::MISSING_ARGUMENT, "notify_level without category");
    }
    Ok(())
}
