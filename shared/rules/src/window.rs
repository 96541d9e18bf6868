//! Until when may a delivery be revoked?
//!
//! The window is half open: a delivery is revocable exactly while
//! `now < sent_at + 7 days`. At the closing time itself the answer is no.
//! Stored times and our own clock decide; `DynamoDB`'s TTL only cleans up.

use jiff::{SignedDuration, Timestamp};

/// How long after it was sent a delivery may be revoked.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a batch is kept after it was sent: two days longer than it can be
/// revoked, because its deliveries must still be there to be ended as too
/// late. The longest wait a vendor may ask for is one of the two.
pub const KEPT: SignedDuration = SignedDuration::from_hours(9 * 24);
/// How far ahead of our clock a sender's clock may be.
pub const MAX_CLOCK_AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// The first moment at which a delivery sent at `sent_at` can no longer be revoked.
pub fn closes_at(sent_at: Timestamp) -> Timestamp {
    sent_at.saturating_add(WINDOW).unwrap_or(Timestamp::MAX)
}

/// From when on a batch may be deleted: its header and its payload alike.
pub fn kept_until(sent_at: Timestamp) -> Timestamp {
    sent_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX)
}

/// Is a batch that was sent at `sent_at` still there? If not it is gone, whether or not anything has deleted it.
pub fn is_kept(sent_at: Timestamp, now: Timestamp) -> bool {
    now < kept_until(sent_at)
}

/// Was something that was written at `written` written after a batch was
/// recorded? Two machines write these times: their clocks may differ a little,
/// and days lie between two recordings of one id.
pub fn is_after_recording(written: Timestamp, recorded_at: Timestamp) -> bool {
    recorded_at.duration_since(written) <= MAX_CLOCK_AHEAD
}

pub fn is_open(sent_at: Timestamp, now: Timestamp) -> bool {
    now < closes_at(sent_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_window_is_open_one_millisecond_before_its_end_and_closed_at_it() {
        let sent_at = Timestamp::from_millisecond(1_763_900_000_123).unwrap();
        let end = closes_at(sent_at);
        assert!(is_open(sent_at, end - SignedDuration::from_millis(1)));
        assert!(!is_open(sent_at, end));
    }

    proptest! {
        #[test]
        fn a_closed_window_stays_closed(sent in 0_i64..4_000_000_000_000, then in 0_i64..8_000_000_000_000, later in 0_i64..1_000_000_000) {
            let at = |ms| Timestamp::from_millisecond(ms).unwrap();
            if !is_open(at(sent), at(then)) {
                prop_assert!(!is_open(at(sent), at(then + later)));
            }
        }
    }
}
