//! Until when a function may work.

use std::time::Duration;

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

/// What `work` comes to, unless it takes longer than `limit`: then it is dropped.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, work).await.ok()
}
