//! The payload: JSON with an `aps` dictionary, at most 4096 bytes.

use serde_json::{Map, Value};

use crate::bars::Notification;

const LIMIT_BYTES: usize = 4096;

/// What is in a correct payload.
#[derive(Debug)]
pub struct Payload {
    /// Absent when there is nothing to show.
    pub notification: Option<Notification>,
}

/// The error is Apple's reason and words for people.
pub fn check(body: &[u8], push_type: &str) -> Result<Payload, (&'static str, &'static str)> {
    if body.is_empty() {
        return Err(("PayloadEmpty", "the payload is empty"));
    }
    if body.len() > LIMIT_BYTES {
        return Err(("PayloadTooLarge", "the payload is more than 4096 bytes"));
    }
    // Apple documents no reason for these two; see the README.
    let Ok(Value::Object(payload)) = serde_json::from_slice::<Value>(body) else {
        return Err(("PayloadEmpty", "the payload is not a JSON object"));
    };
    let Some(Value::Object(aps)) = payload.get("aps") else {
        return Err(("PayloadEmpty", "the payload has no aps dictionary"));
    };
    if push_type == "background" {
        if aps.get("content-available") != Some(&Value::from(1)) {
            return Err(("PayloadEmpty", "a background push without content-available"));
        }
        if ["alert", "sound", "badge"].iter().any(|shown| aps.contains_key(*shown)) {
            return Err(("PayloadEmpty", "a background push with something to show"));
        }
    }
    Ok(Payload {
        notification: (push_type == "alert").then(|| alert(aps)).transpose()?.flatten(),
    })
}

fn alert(aps: &Map<String, Value>) -> Result<Option<Notification>, (&'static str, &'static str)> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let (title, body) = match aps.get("alert") {
        None => return Ok(None),
        Some(Value::String(body)) => (String::new(), body.clone()),
        Some(Value::Object(alert)) => (text(alert.get("title")), text(alert.get("body"))),
        Some(_) => return Err(("PayloadEmpty", "aps.alert is neither text nor a dictionary")),
    };
    Ok(Some(Notification {
        title,
        body,
        silent: !aps.contains_key("sound"),
        ..Notification::default()
    }))
}
