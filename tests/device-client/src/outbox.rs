//! What is still to be said to the service: kept until it is answered.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use crate::bar::Said;
use crate::frame::{self, Receipt};

/// Frames that wait for their answers at once, so that a device which missed
/// much does not flood the service.
const AT_ONCE: usize = 16;
/// A receipt that was refused this often names nothing that the service knows.
const TRIES: u32 = 5;

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// With when each may be sent for the first time.
    acks: BTreeMap<String, (Said, Instant)>,
    receipts: BTreeMap<Receipt, u32>,
    /// Acknowledgements on this connection that are not answered yet.
    sent: BTreeSet<String>,
    receipts_sent: BTreeSet<Receipt>,
}

impl Outbox {
    /// A repeat is answered when the first one is.
    pub fn acknowledge(&mut self, instruction: String, said: Said, not_before: Instant) {
        self.sent.remove(&instruction);
        self.acks.entry(instruction).or_insert((said, not_before));
    }

    pub fn report(&mut self, receipt: Receipt) {
        self.receipts.entry(receipt).or_default();
    }

    pub fn acked(&mut self, instruction: &str) {
        self.acks.remove(instruction);
        self.sent.remove(instruction);
    }

    pub fn noted(&mut self, receipt: &Receipt) {
        self.receipts.remove(receipt);
        self.receipts_sent.remove(receipt);
    }

    /// Nothing that was sent counts as sent any more: time went by, or the connection was lost.
    /// Returns whether an answer is missing.
    pub fn all_again(&mut self) -> bool {
        let unanswered = !(self.sent.is_empty() && self.receipts_sent.is_empty());
        self.sent.clear();
        self.receipts_sent.clear();
        self.receipts.retain(|_, tries| *tries < TRIES);
        unanswered
    }

    /// When there is something to send that may not be sent yet.
    pub fn due(&self) -> Option<Instant> {
        let waiting = self.acks.iter().filter(|(id, _)| !self.sent.contains(*id));
        let due = waiting.map(|(_, (_, due))| *due).min();
        due.filter(|_| self.sent.len() < AT_ONCE)
    }

    /// The frames to send now.
    pub fn next(&mut self, now: Instant) -> Vec<String> {
        let mut frames = Vec::new();
        let room = AT_ONCE.saturating_sub(self.sent.len());
        let may_go = |(id, (_, due)): &(&String, &(Said, Instant))| *due <= now && !self.sent.contains(*id);
        let waiting: Vec<_> = self.acks.iter().filter(may_go).take(room).collect();
        let ids: Vec<String> = waiting.iter().map(|(id, _)| (*id).clone()).collect();
        frames.extend(waiting.into_iter().map(|(id, (said, _))| frame::ack(id, *said)));
        self.sent.extend(ids);
        for (receipt, tries) in &mut self.receipts {
            if self.receipts_sent.len() < AT_ONCE && self.receipts_sent.insert(receipt.clone()) {
                *tries += 1;
                frames.push(frame::receipt(receipt));
            }
        }
        frames
    }

    /// Acknowledgements and receipts that are not answered.
    pub fn len(&self) -> usize {
        self.acks.len() + self.receipts.len()
    }

    pub fn owes_an_ack(&self) -> bool {
        !self.acks.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_is_sent_until_it_is_answered() {
        let mut outbox = Outbox::default();
        outbox.acknowledge("ins_1".to_owned(), Said::Revoked, Instant::now());
        assert_eq!(outbox.next(Instant::now()).len(), 1);
        assert_eq!(outbox.next(Instant::now()).len(), 0, "it is on its way");
        outbox.all_again();
        assert_eq!(outbox.next(Instant::now()).len(), 1);
        outbox.acked("ins_1");
        outbox.all_again();
        assert_eq!((outbox.next(Instant::now()).len(), outbox.len()), (0, 0));
    }

    #[test]
    fn a_device_that_missed_much_does_not_flood_the_service() {
        let mut outbox = Outbox::default();
        for nth in 0..40 {
            outbox.acknowledge(format!("ins_{nth}"), Said::Revoked, Instant::now());
        }
        assert_eq!(outbox.next(Instant::now()).len(), AT_ONCE);
        outbox.acked("ins_0");
        assert_eq!(outbox.next(Instant::now()).len(), 1);
    }

    #[test]
    fn an_acknowledgement_waits_for_its_time_and_a_repeat_does_not_move_it() {
        let (mut outbox, now) = (Outbox::default(), Instant::now());
        let due = now + std::time::Duration::from_secs(5);
        outbox.acknowledge("ins_1".to_owned(), Said::Revoked, due);
        assert_eq!((outbox.next(now).len(), outbox.due()), (0, Some(due)));
        outbox.acknowledge("ins_1".to_owned(), Said::Revoked, due + due.duration_since(now));
        assert_eq!((outbox.next(due).len(), outbox.due()), (1, None));
    }

    #[test]
    fn a_receipt_that_nobody_knows_is_given_up() {
        let mut outbox = Outbox::default();
        outbox.report(Receipt {
            kind: crate::bar::Kind::Task,
            id: "t".to_owned(),
            batch_id: "b".to_owned(),
            event: "opened".to_owned(),
        });
        for _ in 0..TRIES {
            assert_eq!(outbox.next(Instant::now()).len(), 1);
            outbox.all_again();
        }
        assert_eq!((outbox.next(Instant::now()).len(), outbox.len()), (0, 0));
    }
}
