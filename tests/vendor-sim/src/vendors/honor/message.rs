//! The body of `sendMessage`, as those describe it who cite Honor's reference.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::codes;
use crate::bars::Notification;
use crate::wrong::{Wrong, misread, wrong};

const BODY_LIMIT_BYTES: usize = 4096;
const TOKEN_LIMIT: usize = 1000;
const BUTTON_LIMIT: usize = 3;
const TTL_DEFAULT_S: u64 = 86_400;
const TTL_LIMIT_S: u64 = 1_296_000;

/// A correct request.
#[derive(Debug)]
pub struct Checked {
    pub tokens: Vec<String>,
    /// Absent for a message that goes through to the app and shows nothing.
    pub notification: Option<Notification>,
    pub ttl_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    data: Option<String>,
    notification: Option<Plain>,
    android: Option<Android>,
    token: Vec<String>,
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
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct Android {
    ttl: Option<String>,
    bi_tag: Option<String>,
    data: Option<String>,
    notification: Option<AndroidNotification>,
    target_user_type: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "fields that only need to have the right type")]
struct AndroidNotification {
    title: Option<String>,
    body: Option<String>,
    click_action: Option<ClickAction>,
    image: Option<String>,
    style: Option<i64>,
    big_title: Option<String>,
    big_body: Option<String>,
    importance: Option<String>,
    when: Option<String>,
    buttons: Option<Vec<Map<String, Value>>>,
    badge: Option<Map<String, Value>>,
    notify_id: Option<i64>,
    tag: Option<String>,
    group: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClickAction {
    r#type: i64,
    intent: Option<String>,
    url: Option<String>,
    action: Option<String>,
}

/// Checks a whole body. `self_classified`: whether the app may send what is not marketing.
pub fn check(body: &[u8], self_classified: bool) -> Result<Checked, Wrong> {
    let request: Request = serde_json::from_slice(body).map_err(|error| misread(&error, codes::BAD_STRUCTURE, codes::BAD_PARAMETER))?;
    check_tokens(&request.token)?;
    // The limit is taken to be on the body without its tokens, each with its quotes and a comma.
    let listed: usize = request.token.iter().map(|token| token.len() + 3).sum();
    if body.len().saturating_sub(listed) > BODY_LIMIT_BYTES {
        return wrong(codes::TOO_LARGE, "more than 4096 bytes without the tokens");
    }
    let android = request.android.unwrap_or_default();
    if !matches!(android.target_user_type, None | Some(0 | 1)) {
        return wrong(codes::BAD_PARAMETER, "targetUserType is neither 0 nor 1");
    }
    let ttl_ms = ttl_s(android.ttl.as_deref())? * 1000;
    let has_data = request.data.is_some() || android.data.is_some();
    let notification = match (android.notification, request.notification) {
        (Some(android), plain) => Some(check_notification(android, plain.unwrap_or_default(), self_classified)?),
        (None, Some(_)) => return wrong(codes::BAD_STRUCTURE, "android.notification is missing"),
        (None, None) if has_data => None,
        (None, None) => return wrong(codes::BAD_STRUCTURE, "there is nothing to send"),
    };
    Ok(Checked {
        tokens: request.token,
        notification,
        ttl_ms,
    })
}

fn check_tokens(tokens: &[String]) -> Result<(), Wrong> {
    if tokens.is_empty() || tokens.iter().any(String::is_empty) {
        return wrong(codes::NO_TOKENS, "no token, or an empty one");
    }
    if tokens.len() > TOKEN_LIMIT {
        return wrong(codes::TOO_MANY_TOKENS, "more than 1000 tokens");
    }
    if tokens.iter().collect::<HashSet<_>>().len() < tokens.len() {
        return wrong(codes::TOKEN_TWICE, "a token twice");
    }
    Ok(())
}

/// Whole seconds with an `s`, at most fifteen days.
fn ttl_s(ttl: Option<&str>) -> Result<u64, Wrong> {
    let Some(ttl) = ttl else {
        return Ok(TTL_DEFAULT_S);
    };
    let digits = ttl
        .strip_suffix('s')
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(seconds @ 1..=TTL_LIMIT_S) => Ok(seconds),
        Some(_) => wrong(codes::BAD_PARAMETER, "ttl is not between 1 second and 15 days"),
        None => wrong(codes::BAD_PARAMETER, "ttl is not seconds followed by s"),
    }
}

fn check_notification(android: AndroidNotification, plain: Plain, self_classified: bool) -> Result<Notification, Wrong> {
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (Some(title), Some(body)) = (
        filled(android.title).or(filled(plain.title)),
        filled(android.body).or(filled(plain.body)),
    ) else {
        return wrong(codes::BAD_STRUCTURE, "title or body is empty");
    };
    check_click(android.click_action.as_ref())?;
    let is_loud = match android.importance.as_deref() {
        None | Some("LOW") => false,
        // What an app may not say itself is marketing, whatever it says.
        Some("NORMAL") => self_classified,
        Some(_) => return wrong(codes::BAD_PARAMETER, "importance is neither LOW nor NORMAL"),
    };
    let key = match android.notify_id {
        None => None,
        Some(id @ 0..=0x7fff_ffff) => Some(id.to_string()),
        Some(_) => return wrong(codes::BAD_PARAMETER, "notifyId is out of range"),
    };
    match android.style {
        None | Some(0) => {}
        Some(1) if android.big_title.is_some() && android.big_body.is_some() => {}
        Some(_) => return wrong(codes::BAD_PARAMETER, "an unknown style, or one without its texts"),
    }
    if android.buttons.is_some_and(|buttons| buttons.len() > BUTTON_LIMIT) {
        return wrong(codes::BAD_PARAMETER, "more than 3 buttons");
    }
    Ok(Notification {
        key,
        tag: filled(android.tag),
        title,
        body,
        silent: !is_loud,
        ..Notification::default()
    })
}

fn check_click(click: Option<&ClickAction>) -> Result<(), Wrong> {
    let Some(click) = click else {
        return wrong(codes::BAD_STRUCTURE, "clickAction is missing");
    };
    let complete = match click.r#type {
        1 => click.intent.is_some() || click.action.is_some(),
        2 => click.url.as_deref().is_some_and(|url| url.starts_with("https://")),
        3 => true,
        _ => return wrong(codes::BAD_PARAMETER, "clickAction.type is not 1, 2 or 3"),
    };
    if !complete {
        return wrong(codes::BAD_PARAMETER, "clickAction lacks what its type needs");
    }
    Ok(())
}
