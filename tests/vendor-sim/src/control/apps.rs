//! Apps and their credentials. Each vendor has its own fields.

use serde_json::{Value, json};

use super::{Refusal, Vendors, named};

pub fn register(vendors: &Vendors, mut details: Value) -> Result<Value, Refusal> {
    let vendor = details
        .as_object_mut()
        .and_then(|fields| fields.remove("vendor"))
        .ok_or("vendor is missing")?;
    named(vendors, vendor.as_str().unwrap_or_default())?.register_app(details)?;
    Ok(json!({}))
}
