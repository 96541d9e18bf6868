//! Devices and what their users do. Everything is in bulk.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, Vendors, named};
use crate::bars::{Notification, State};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    vendor: String,
    app: String,
    tokens: Vec<String>,
    #[serde(default = "active")]
    state: State,
}

fn active() -> State {
    State::Active
}

pub fn register(vendors: &Vendors, wanted: Registration) -> Result<Value, Refusal> {
    let mut bars = named(vendors, &wanted.vendor)?.desk().bars();
    let count = wanted.tokens.len();
    for token in wanted.tokens {
        bars.register(&wanted.app, token, wanted.state);
    }
    Ok(json!({ "registered": count }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    vendor: String,
    tokens: Vec<String>,
    key: Option<String>,
    tag: Option<String>,
    task: Option<String>,
    job_key: Option<String>,
    title: String,
    body: String,
    #[serde(default)]
    silent: bool,
}

pub fn deliver(vendors: &Vendors, wanted: Delivery) -> Result<Value, Refusal> {
    let mut bars = named(vendors, &wanted.vendor)?.desk().bars();
    let notification = Notification {
        key: wanted.key,
        tag: wanted.tag,
        title: wanted.title,
        body: wanted.body,
        silent: wanted.silent,
        task: wanted.task,
        job_key: wanted.job_key,
        ..Notification::default()
    };
    let (known, unknown): (Vec<String>, Vec<String>) = wanted
        .tokens
        .into_iter()
        .partition(|token| bars.deliver(token, notification.clone()));
    Ok(json!({ "delivered": known.len(), "unknown": unknown }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    vendor: String,
    tokens: Vec<String>,
    /// Absent: everything on the bar.
    key: Option<String>,
}

pub fn remove(vendors: &Vendors, wanted: &Removal) -> Result<Value, Refusal> {
    let mut bars = named(vendors, &wanted.vendor)?.desk().bars();
    let mut removed = 0;
    let mut unknown = Vec::new();
    for token in &wanted.tokens {
        match bars.remove(token, wanted.key.as_deref()) {
            Some(count) => removed += count,
            None => unknown.push(token),
        }
    }
    Ok(json!({ "removed": removed, "unknown": unknown }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    pub vendor: String,
    pub tokens: Vec<String>,
}

pub fn online(vendors: &Vendors, wanted: &Tokens) -> Result<Value, Refusal> {
    let mut bars = named(vendors, &wanted.vendor)?.desk().bars();
    let unknown: Vec<&String> = wanted.tokens.iter().filter(|token| !bars.online(token)).collect();
    Ok(json!({ "unknown": unknown }))
}

/// What browsers tell the site of their subscriptions.
pub fn subscriptions(vendors: &Vendors, wanted: &Tokens) -> Result<Value, Refusal> {
    let vendor = named(vendors, &wanted.vendor)?;
    let told = |token: &String| {
        let subscription = vendor.subscription(token).ok_or("a device of this vendor has no subscription")?;
        Ok((token.clone(), subscription))
    };
    wanted.tokens.iter().map(told).collect()
}
