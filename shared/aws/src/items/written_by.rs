//! Names the write that made an item what it is.
//!
//! When an answer is lost, the SDK asks again and finds the condition broken,
//! by its own first try. The name tells that from a race that was lost.

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;

pub const ATTRIBUTE: &str = "written_by";

/// Was this item made by the write of that name?
pub fn is(item: Option<&Item>, name: &str) -> bool {
    item.and_then(|item| item.get(ATTRIBUTE))
        .is_some_and(|by| matches!(by, AttributeValue::S(by) if by == name))
}
