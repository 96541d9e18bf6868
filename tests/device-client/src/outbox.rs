//! What is still to be said to the service: kept until it is answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::bar::Verdict;
use crate::frame::{self, Receipt};

/// Frames that wait for their answers at once, so that a device which missed
/// much does not flood the service.
const AT_ONCE: usize = 16;
/// A receipt that was refused this often names nothing that the service knows.
const TRIES: u32 = 5;

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    acks: BTreeMap<String, Verdict>,
    receipts: BTreeMap<Receipt, u32>,
    /// Acknowledgements on this connection that are not answered yet.
    sent: BTreeSet<String>,
    receipts_sent: BTreeSet<Receipt>,
}

impl Outbox {
    pub fn acknowledge(&mut self, instruction: String, verdict: Verdict) {
        self.sent.remove(&instruction);
        self.acks.insert(instruction, verdict);
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
    pub fn all_again(&mut self) {
        self.sent.clear();
        self.receipts_sent.clear();
        self.receipts.retain(|_, tries| *tries < TRIES);
    }

    /// The frames to send now.
    pub fn next(&mut self) -> Vec<String> {
        let mut frames = Vec::new();
        let room = AT_ONCE.saturating_sub(self.sent.len());
        let waiting: Vec<_> = self.acks.iter().filter(|(id, _)| !self.sent.contains(*id)).take(room).collect();
        let ids: Vec<String> = waiting.iter().map(|(id, _)| (*id).clone()).collect();
        frames.extend(waiting.into_iter().map(|(id, verdict)| frame::ack(id, *verdict)));
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
        outbox.acknowledge("ins_1".to_owned(), Verdict::Revoked);
        assert_eq!(outbox.next().len(), 1);
        assert_eq!(outbox.next().len(), 0, "it is on its way");
        outbox.all_again();
        assert_eq!(outbox.next().len(), 1);
        outbox.acked("ins_1");
        outbox.all_again();
        assert_eq!((outbox.next().len(), outbox.len()), (0, 0));
    }

    #[test]
    fn a_device_that_missed_much_does_not_flood_the_service() {
        let mut outbox = Outbox::default();
        for nth in 0..40 {
            outbox.acknowledge(format!("ins_{nth}"), Verdict::Revoked);
        }
        assert_eq!(outbox.next().len(), AT_ONCE);
        outbox.acked("ins_0");
        assert_eq!(outbox.next().len(), 1);
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
            assert_eq!(outbox.next().len(), 1);
            outbox.all_again();
        }
        assert_eq!((outbox.next().len(), outbox.len()), (0, 0));
    }
}
