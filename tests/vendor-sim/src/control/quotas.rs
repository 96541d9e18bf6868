//! How much a vendor takes within a second.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, Vendors, named};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    vendor: String,
    /// Of each app; `null` ends it.
    per_second: Option<u64>,
}

pub fn set(vendors: &Vendors, wanted: &Wanted) -> Result<Value, Refusal> {
    let vendor = named(vendors, &wanted.vendor)?;
    if vendor.quota_unit().is_none() {
        return Err(format!("{} documents no quota", vendor.name()));
    }
    if wanted.per_second == Some(0) {
        return Err("a quota of nothing".to_owned());
    }
    vendor.desk().quota().set(wanted.per_second);
    Ok(json!({}))
}
