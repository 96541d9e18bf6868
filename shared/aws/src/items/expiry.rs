//! When `DynamoDB` may delete an item. It does so late, and never decides
//! anything: our own clock does, by what is stored.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};

use super::{Item, time};

/// How long what people ask about is kept.
pub const LEDGER_DAYS: i64 = 30;
/// How long what was done is kept: a push may be sent over 30 days, is looked
/// at until its last window closes, and is asked about for [`LEDGER_DAYS`] more.
pub const WORK_DAYS: i64 = 30 + 7 + LEDGER_DAYS;

/// The TTL attribute of an item that is kept for `days` after `at`.
pub fn expires_after(at: Timestamp, days: i64) -> i64 {
    expires_at(at.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX))
}

/// The TTL attribute of an item that is kept until `end`: epoch seconds,
/// rounded up so that nothing goes early.
pub fn expires_at(end: Timestamp) -> i64 {
    let seconds = end.as_second();
    if end.subsec_nanosecond() > 0 { seconds + 1 } else { seconds }
}

/// Is an item past the time that its TTL attribute says? For items that have no
/// other time; those that have one are judged by it.
pub fn is_over(item: &Item, now: Timestamp) -> bool {
    match item.get("expires_at") {
        Some(AttributeValue::N(seconds)) => seconds.parse().is_ok_and(|seconds: i64| seconds <= now.as_second()),
        _ => false,
    }
}

/// What is kept for `kept` is gone if it began at this moment or before: in
/// epoch milliseconds, as times are stored.
pub fn gone_since(now: Timestamp, kept: SignedDuration) -> AttributeValue {
    time(now.saturating_sub(kept).unwrap_or(Timestamp::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_never_goes_early() {
        let at = Timestamp::from_millisecond(1_763_900_000_001).unwrap();
        assert_eq!(expires_after(at, 7), 1_763_900_001 + 7 * 86_400);
        let at = Timestamp::from_second(1_763_900_000).unwrap();
        assert_eq!(expires_after(at, 30), 1_763_900_000 + 30 * 86_400);
    }
}
