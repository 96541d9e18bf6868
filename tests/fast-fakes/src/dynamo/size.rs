//! How large an item is, and how many units that is: "Item sizes and formats" of the developer guide.

use serde_json::Value;

use crate::swarm::Item;

const READ_UNIT: usize = 4 * 1024;
const WRITE_UNIT: usize = 1024;

/// In bytes: the names of the attributes and their values.
pub(super) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    let Some((kind, inner)) = value.as_object().and_then(|value| value.iter().next()) else {
        return 0;
    };
    match (kind.as_str(), inner) {
        ("S", Value::String(text)) => text.len(),
        // Two digits a byte, and one byte more.
        ("N", Value::String(digits)) => digits.trim_start_matches('-').len().div_ceil(2) + 1 + usize::from(digits.starts_with('-')),
        ("B", Value::String(base64)) => base64.len() / 4 * 3 - base64.bytes().rev().take_while(|byte| *byte == b'=').count(),
        ("L", Value::Array(values)) => 3 + values.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        ("M", Value::Object(values)) => 3 + values.iter().map(|(name, value)| 1 + name.len() + value_size(value)).sum::<usize>(),
        ("SS", Value::Array(texts)) => texts.iter().filter_map(Value::as_str).map(str::len).sum(),
        // A boolean, a null.
        _ => 1,
    }
}

pub(super) fn read_units(bytes: usize, consistent: bool) -> f64 {
    let units = whole(bytes.div_ceil(READ_UNIT).max(1));
    if consistent { units } else { units / 2.0 }
}

pub(super) fn write_units(before: Option<&Item>, after: Option<&Item>) -> f64 {
    let larger = before.map_or(0, size).max(after.map_or(0, size));
    whole(larger.div_ceil(WRITE_UNIT).max(1)) + index_writes(before, after)
}

/// Entries of the two sparse indexes: one that comes or goes is a write, one that moves is two.
fn index_writes(before: Option<&Item>, after: Option<&Item>) -> f64 {
    let indexes = [["open_pk", "due_at"], ["listed_pk", "listed_sk"]];
    let writes = |names: &[&str; 2]| {
        let entry = |item: Option<&Item>| item.and_then(|item| Some((item.get(names[0])?.clone(), item.get(names[1])?.clone())));
        match (entry(before), entry(after)) {
            (None, None) => 0.0,
            (Some(_), None) | (None, Some(_)) => 1.0,
            (Some(before), Some(after)) if before == after => 0.0,
            (Some(_), Some(_)) => 2.0,
        }
    };
    indexes.iter().map(writes).sum()
}

fn whole(units: usize) -> f64 {
    // Cannot fail: no item has so many units.
    u32::try_from(units).map_or(f64::MAX, f64::from)
}
