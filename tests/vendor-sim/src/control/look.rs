//! Looking at what happened.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::devices::Tokens;
use super::{Refusal, Vendors, named};

/// The bars of many devices; an unknown token is `null`.
pub fn bars(vendors: &Vendors, wanted: &Tokens) -> Result<Value, Refusal> {
    let bars = named(vendors, &wanted.vendor)?.desk().bars();
    let found: Map<String, Value> = wanted
        .tokens
        .iter()
        .map(|token| (token.clone(), json!(bars.device(token))))
        .collect();
    Ok(Value::Object(found))
}

pub fn device(vendors: &Vendors, vendor: &str, token: &str) -> Result<Value, Refusal> {
    let bars = named(vendors, vendor)?.desk().bars();
    bars.device(token)
        .map(|device| json!(device))
        .ok_or_else(|| "there is no such device".to_owned())
}

pub fn stats(vendors: &Vendors) -> Value {
    let counted: Map<String, Value> = vendors
        .iter()
        .map(|vendor| (vendor.name().to_owned(), vendor.desk().stats.to_json()))
        .collect();
    Value::Object(counted)
}

/// Per vendor, how many devices were answered about in which millisecond.
pub fn answers(vendors: &Vendors) -> Value {
    let counted: Map<String, Value> = vendors
        .iter()
        .map(|vendor| (vendor.name().to_owned(), json!(vendor.desk().stats.answers())))
        .collect();
    Value::Object(counted)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfApp {
    vendor: String,
    app: String,
}

/// How many devices of an app are alike: a million of them in a few lines.
pub fn tally(vendors: &Vendors, wanted: &OfApp) -> Result<Value, Refusal> {
    let bars = named(vendors, &wanted.vendor)?.desk().bars();
    let line = |((state, pushes, removed, shows), devices)| json!({ "state": state, "pushes": pushes, "removed": removed, "shows": shows, "devices": devices });
    Ok(bars.alike(&wanted.app).into_iter().map(line).collect())
}
