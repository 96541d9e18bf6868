//! How many devices a vendor says that it took.

use super::{Code, Node};

/// Do the fields `failure` and `success` agree with a list of so many devices that were not taken? `None` for one that
/// is not said.
pub(crate) fn counts_fit(told: &Node, deliveries: usize, not_taken: usize) -> [Option<bool>; 2] {
    let counts = [("failure", not_taken), ("success", deliveries - not_taken)];
    counts.map(|(name, named)| match told.field(name).code() {
        Code::None => None,
        Code::Number(count) => Some(usize::try_from(count) == Ok(named)),
        Code::Unreadable => Some(false),
    })
}
