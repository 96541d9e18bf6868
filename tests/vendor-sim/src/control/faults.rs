//! Ordering misbehaviour and ending it.

use serde_json::{Value, json};

use super::{Refusal, Vendors, named};
use crate::faults::{FaultOrder, Faults};

pub fn order(vendors: &Vendors, mut order: Value) -> Result<Value, Refusal> {
    let vendor = order
        .as_object_mut()
        .and_then(|fields| fields.remove("vendor"))
        .ok_or("vendor is missing")?;
    let vendor = named(vendors, vendor.as_str().unwrap_or_default())?;
    let order: FaultOrder = serde_json::from_value(order).map_err(|error| error.to_string())?;
    for code in order.fail_tokens.iter().flat_map(|codes| codes.values().flatten()) {
        if !vendor.knows_code(code) {
            return Err(format!("{} has no code {code}", vendor.name()));
        }
    }
    if order.expire_sessions {
        vendor.expire_sessions();
    }
    vendor.desk().faults().order(order);
    Ok(json!({}))
}

pub fn clear(vendors: &Vendors) -> Value {
    for vendor in vendors.iter() {
        *vendor.desk().faults() = Faults::default();
    }
    json!({})
}
