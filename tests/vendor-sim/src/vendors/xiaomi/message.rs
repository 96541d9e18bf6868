//! The form of a message, as the server API's parameter list describes it.

use super::codes;
use crate::bars::Notification;
use crate::forms::Form;
use crate::wrong::{Wrong, wrong};

pub const TARGET_LIMIT: usize = 1000;
/// Both are documented as "shorter than".
const TITLE_BELOW: usize = 50;
const DESCRIPTION_BELOW: usize = 128;
const JOB_KEY_LIMIT: usize = 12;
const OWN_EXTRAS_LIMIT: usize = 10;
const EXTRA_LIMIT: usize = 1024;
const STORED_LIMIT_MS: u64 = 14 * 86_400_000;
/// Without a notification id all messages of an app share one place on the bar.
const DEFAULT_NOTIFY_ID: &str = "0";

const PARAMETERS: [&str; 9] = [
    "payload",
    "restricted_package_name",
    "pass_through",
    "title",
    "description",
    "notify_type",
    "time_to_live",
    "notify_id",
    "registration_id",
];

const EXTRAS: [&str; 23] = [
    "sound_uri",
    "ticker",
    "notify_foreground",
    "notify_effect",
    "intent_uri",
    "web_uri",
    "flow_control",
    "jobkey",
    "callback",
    "callback.param",
    "callback.type",
    "locale",
    "locale_not_in",
    "model",
    "model_not_in",
    "app_version",
    "app_version_not_in",
    "connpt",
    "only_send_once",
    "channel_id",
    "channel_name",
    "channel_description",
    "layout_name",
];

/// A correct message.
pub struct Checked {
    pub packages: Vec<String>,
    pub targets: Vec<String>,
    /// Absent for one that goes through to the app and shows nothing.
    pub notification: Option<Notification>,
    pub ttl_ms: u64,
}

pub fn check(form: &Form) -> Result<Checked, Wrong> {
    let known = |name: &str| PARAMETERS.contains(&name) || name.strip_prefix("extra.").is_some_and(|extra| !extra.is_empty());
    if form.get("time_to_send").is_some() {
        return wrong(codes::BAD_PARAMETER, "time_to_send is not simulated");
    }
    if !form.names().all(known) {
        return wrong(codes::BAD_PARAMETER, "an unknown parameter");
    }
    let packages = listed(form, "restricted_package_name")?;
    let targets = check_targets(form, "registration_id")?;
    check_extras(form)?;
    let ttl_ms = match number(form, "time_to_live", 0, i64::MAX)? {
        _ if form.get("extra.only_send_once") == Some("1") => 0,
        None => STORED_LIMIT_MS,
        Some(ttl_ms) => ttl_ms.unsigned_abs().min(STORED_LIMIT_MS),
    };
    let notification = match number(form, "pass_through", 0, 1)? {
        None | Some(0) => Some(check_notification(form)?),
        Some(_) if form.filled("payload").is_none() => return wrong(codes::MISSING_PARAMETER, "payload is missing"),
        Some(_) => None,
    };
    Ok(Checked {
        packages,
        targets,
        notification,
        ttl_ms,
    })
}

/// A list of devices with commas.
pub fn check_targets(form: &Form, name: &str) -> Result<Vec<String>, Wrong> {
    let targets = listed(form, name)?;
    if targets.len() > TARGET_LIMIT {
        return wrong(codes::BAD_PARAMETER, "more than 1000 targets");
    }
    Ok(targets)
}

/// The range that notification ids have.
pub fn check_notify_id(form: &Form) -> Result<Option<i64>, Wrong> {
    number(form, "notify_id", 0, 0x7fff_ffff)
}

fn listed(form: &Form, name: &str) -> Result<Vec<String>, Wrong> {
    let Some(list) = form.filled(name) else {
        return wrong(codes::MISSING_PARAMETER, &format!("{name} is missing"));
    };
    let list: Vec<String> = list.split(',').map(str::to_owned).collect();
    if list.iter().any(String::is_empty) {
        return wrong(codes::BAD_PARAMETER, &format!("{name} has an empty place"));
    }
    Ok(list)
}

fn number(form: &Form, name: &str, least: i64, most: i64) -> Result<Option<i64>, Wrong> {
    let Some(text) = form.get(name) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        _ => wrong(codes::BAD_PARAMETER, &format!("{name} is out of range")),
    }
}

fn check_notification(form: &Form) -> Result<Notification, Wrong> {
    let title = text(form, "title", TITLE_BELOW)?;
    let body = text(form, "description", DESCRIPTION_BELOW)?;
    let notify_type = number(form, "notify_type", -1, 7)?.unwrap_or(-1);
    let key = check_notify_id(form)?.map_or_else(|| DEFAULT_NOTIFY_ID.to_owned(), |id| id.to_string());
    Ok(Notification {
        key: Some(key),
        title,
        body,
        // 1 is a sound, 2 a vibration, 4 a light, -1 all of them.
        silent: [0, 4].contains(&notify_type),
        job_key: form.filled("extra.jobkey").map(str::to_owned),
        ..Notification::default()
    })
}

fn text(form: &Form, name: &str, below: usize) -> Result<String, Wrong> {
    let Some(text) = form.get(name) else {
        return wrong(codes::MISSING_PARAMETER, &format!("{name} is missing"));
    };
    if text.trim().is_empty() {
        return wrong(codes::BAD_PARAMETER, &format!("{name} is blank"));
    }
    if text.chars().count() >= below {
        return wrong(codes::BAD_PARAMETER, &format!("{name} is not shorter than {below} characters"));
    }
    Ok(text.to_owned())
}

fn check_extras(form: &Form) -> Result<(), Wrong> {
    let own = form
        .names()
        .filter_map(|name| name.strip_prefix("extra."))
        .filter(|extra| !EXTRAS.contains(extra));
    let mut own_count = 0;
    for extra in own {
        own_count += 1;
        let value = form.get(&format!("extra.{extra}")).unwrap_or_default();
        if extra.chars().count() + value.chars().count() > EXTRA_LIMIT {
            return wrong(codes::BAD_PARAMETER, "an extra of more than 1024 characters");
        }
    }
    if own_count > OWN_EXTRAS_LIMIT {
        return wrong(codes::BAD_PARAMETER, "more than 10 extras of one's own");
    }
    // An empty one is one that is absent: push-xiaomi sends all that it knows, filled or not.
    let extra = |name: &str| form.filled(&format!("extra.{name}"));
    if extra("notify_foreground").is_some_and(|value| !["0", "1"].contains(&value)) {
        return wrong(codes::BAD_PARAMETER, "extra.notify_foreground is neither 0 nor 1");
    }
    let complete = match extra("notify_effect") {
        None | Some("1") => true,
        Some("2") => extra("intent_uri").is_some(),
        Some("3") => extra("web_uri").is_some(),
        Some(_) => return wrong(codes::BAD_PARAMETER, "extra.notify_effect is not 1, 2 or 3"),
    };
    if !complete {
        return wrong(codes::BAD_PARAMETER, "extra.notify_effect without its address");
    }
    if extra("jobkey").is_some_and(|job_key| !is_job_key(job_key)) {
        return wrong(codes::BAD_PARAMETER, "extra.jobkey is not 1 to 12 letters, digits, - and _");
    }
    Ok(())
}

fn is_job_key(text: &str) -> bool {
    (1..=JOB_KEY_LIMIT).contains(&text.len())
        && !text.starts_with('_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
