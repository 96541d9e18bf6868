//! What devices said, and what must come of it: L2, L6.

use revocation_app::ports::Job;
use revocation_app::{Confirmed, NewReceipt, TakenReceipts};
use revocation_rules::ids::{BatchRef, PushRef};
use revocation_rules::outcome::Outcome;
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};

use crate::cast::Cast;
use crate::world::World;

impl World {
    /// Where the batch of a receipt lies, if its push is registered.
    fn batch_of(&self, tenant: usize, receipt: &NewReceipt) -> Option<BatchRef> {
        let name = PushRef {
            tenant: Cast::tenant(tenant),
            kind: receipt.kind,
            id: receipt.id.clone(),
        };
        let pushes = self.pushes();
        let push = pushes.iter().find(|push| push.registration.push == name)?;
        Some(push.shards.locate(name, receipt.batch.clone()))
    }

    pub fn knows(&self, tenant: usize, receipt: &NewReceipt) -> bool {
        self.batch_of(tenant, receipt).is_some_and(|batch| self.store.has_header(&batch))
    }

    pub fn note_report(&mut self, tenant: usize, receipts: &[NewReceipt], known: &[bool], taken: &TakenReceipts) {
        if taken.accepted + taken.unknown.len() != receipts.len() {
            self.fail(format!("{taken:?} of {} receipts", receipts.len()));
        }
        for (at, receipt) in receipts.iter().enumerate() {
            let batch = self.batch_of(tenant, receipt);
            let digest = TokenDigest::of(&receipt.token);
            if taken.unknown.contains(&at) {
                self.events.saw("an unknown receipt");
                if known[at] && self.knows(tenant, receipt) {
                    self.fail(format!("a receipt of {batch:?} is not known"));
                }
                continue;
            }
            self.events.saw("a receipt");
            let Some(batch) = batch.filter(|batch| self.store.has_receipt(batch, &digest, receipt.event)) else {
                self.fail(format!(
                    "a receipt of {batch:?} was accepted and is not kept",
                    batch = receipt.batch
                ));
                continue;
            };
            if self.store.committed_batch(&batch).is_none() {
                self.fail(format!("L6: a receipt was accepted for {batch:?}, which nobody recorded"));
            }
            if receipt.event == ReceiptEvent::Revoked {
                self.confirmed.insert((batch, digest));
            }
        }
    }

    pub fn note_confirm(&mut self, done: Confirmed) {
        self.events.saw(match done {
            Confirmed::Done { deliveries: 0 } => "nothing left to confirm",
            Confirmed::Done { .. } => "a confirmation",
            Confirmed::ComesBack => "a confirmation that came too early",
            Confirmed::GivenUp => "a confirmation that was given up",
            Confirmed::NothingToDo => "a confirmation of what nobody revokes",
        });
    }

    /// Everything has drained: what a device confirmed and a vendor had accepted is confirmed.
    pub fn check_confirmations(&mut self) {
        let parked = self.queue.parked();
        let is_parked = |batch: &BatchRef| {
            parked
                .iter()
                .any(|job| matches!(job, Job::Confirm { batch: of, .. } if of == batch))
        };
        let mut missing = Vec::new();
        for (batch, token) in &self.confirmed {
            let (Some(committed), Some(progress)) = (self.store.committed_batch(batch), self.store.progress_of(batch)) else {
                continue;
            };
            let of = |delivery: &revocation_rules::batch::Delivery| TokenDigest::of(&delivery.token) == *token;
            let Some(slot) = committed.deliveries.iter().position(of) else {
                continue;
            };
            let accepted = matches!(progress.slots.get(slot), Some((Outcome::Overwritten | Outcome::Recalled, _)));
            // Without the payload nobody knows whose receipt it is.
            if accepted && self.store.has_payload(batch) && !is_parked(batch) {
                missing.push(format!("L2: {batch:?} slot {slot} was confirmed by its device and nobody noticed"));
            }
        }
        self.violations.extend(missing);
    }
}
