//! What devices confirmed after their batch was revoked: a delivery that the
//! vendor took (overwritten, recalled) and whose device says that the message is gone.
//!
//! Whoever looks and meets a worker looks again. Who starts work on a batch
//! later reads its receipts anyway, so the looks have to go on for as long as a
//! worker may last that read them too early, and no longer.

use std::time::Duration;

use jiff::Timestamp;

use crate::batch::Delivery;
use crate::channel::Channel;
use crate::outcome::Outcome;
use crate::plan::reason;
use crate::progress::{BatchProgress, Hold};
use crate::receipt::{ReceiptEvent, Receipts};

/// After this many looks it is given up; by then nearly an hour has passed.
const LOOKS: u32 = 20;
/// The longest wait between two looks.
const LONGEST: Duration = Duration::from_mins(4);

/// How long after the `nth` look (from 0) the next one comes; `None` after the last.
pub fn next_look(nth: u32) -> Option<Duration> {
    (nth < LOOKS).then(|| Duration::from_secs(2 << nth.min(16)).min(LONGEST))
}

/// The slots whose devices say that the message is gone.
pub fn confirmed_slots(channel: Channel, deliveries: &[Delivery], receipts: &Receipts) -> Vec<usize> {
    let is_gone = |delivery: &Delivery| receipts.of(channel, &delivery.token) == Some(ReceiptEvent::Revoked);
    let gone = |(slot, delivery): (usize, &Delivery)| is_gone(delivery).then_some(slot);
    deliveries.iter().enumerate().filter_map(gone).collect()
}

impl BatchProgress {
    /// Is a worker on it? To write now would take the batch from it.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.hold == Hold::Taken && !self.is_free(now)
    }

    pub fn has_failed(&self, slot: usize) -> bool {
        matches!(self.slots.get(slot), Some((Outcome::Failed, _)))
    }

    /// Ends the slots that a vendor had accepted, and says how many: what failed is for a replay to decide.
    pub fn confirm(&mut self, slots: &[usize]) -> usize {
        let mut ended = 0;
        for &slot in slots {
            // No device speaks for a topic.
            let accepted = self.slots.get(slot).is_some_and(|(outcome, why)| {
                matches!(outcome, Outcome::Overwritten | Outcome::Recalled) && why != reason::AUDIENCE_UNKNOWN
            });
            if accepted && self.slots.end(slot, Outcome::Confirmed, reason::CONFIRMED) {
                ended += 1;
            }
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_for_as_long_as_a_worker_may_last_and_no_longer() {
        let waits: Vec<_> = (0..).map_while(next_look).collect();
        assert_eq!((waits.len(), waits[0], waits[19]), (20, Duration::from_secs(2), LONGEST));
        let all: Duration = waits.iter().sum();
        assert!(all > Duration::from_mins(50) && all < Duration::from_hours(1), "{all:?}");
    }
}
