//! Until when a function may work.

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Context;

/// The moment `margin` before Lambda ends the invocation.
pub fn deadline(context: &Context, margin: SignedDuration) -> Timestamp {
    i64::try_from(context.deadline)
        .ok()
        .and_then(|at| Timestamp::from_millisecond(at).ok())
        .and_then(|at| at.checked_sub(margin).ok())
        .unwrap_or(Timestamp::MIN)
}
