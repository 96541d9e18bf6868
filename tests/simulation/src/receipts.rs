//! What devices said, and what must come of it: L2, L6.

use jiff::SignedDuration;
use revocation_app::ports::Job;
use revocation_app::{Confirmed, NewReceipt, TakenReceipts};
use revocation_rules::ids::{BatchRef, PushRef};
use revocation_rules::outcome::Outcome;
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};
use revocation_rules::window;

use crate::cast::Cast;
use crate::invocations::Report;
use crate::world::World;

impl World {
    /// Where the batch of a receipt lies, if its push is registered.
    fn batch_of(&self, tenant: usize, receipt: &NewReceipt) -> Option<BatchRef> {
        let name = PushRef {
            tenant: Cast::tenant(tenant),
            kind: receipt.kind,
            id: receipt.id.clone(),
        };
        let push = self.store.registered(&name).filter(|push| push.is_kept(self.now()))?;
        Some(push.shards.locate(name, receipt.batch.clone()))
    }

    /// Is its batch there, whatever a clock is wrong by?
    pub fn knows(&self, tenant: usize, receipt: &NewReceipt) -> bool {
        let later = self.now() + SignedDuration::from_mins(3);
        self.batch_of(tenant, receipt).is_some_and(|batch| {
            let sent_at = self.store.committed_batch(&batch).map(|batch| batch.header.sent_at);
            self.store.has_header(&batch) && sent_at.is_some_and(|sent_at| window::is_kept(sent_at, later))
        })
    }

    /// Has its push been registered, and can something of it still be revoked, whatever a clock is wrong by?
    pub fn is_open(&self, tenant: usize, receipt: &NewReceipt) -> bool {
        let end = self.now() + SignedDuration::from_mins(3);
        let Some(batch) = self.batch_of(tenant, receipt) else {
            return false;
        };
        let push = self.store.registered(&batch.push);
        push.is_some_and(|push| end < push.registration.closes_at())
    }

    pub fn note_report(&mut self, report: &Report, taken: &TakenReceipts) {
        let Report {
            tenant, about, receipts, ..
        } = report;
        if taken.accepted + taken.unknown.len() + taken.foreign.len() != receipts.len() {
            self.fail(format!("{taken:?} of {} receipts", receipts.len()));
        }
        for (at, receipt) in receipts.iter().enumerate() {
            let batch = self.batch_of(*tenant, receipt);
            let was_known = report.known[at] && self.knows(*tenant, receipt);
            if taken.unknown.contains(&at) {
                self.events.saw("an unknown receipt");
                if was_known {
                    self.fail(format!("a receipt of {batch:?} is not known"));
                }
                if report.open[at] && self.is_open(*tenant, receipt) && receipt.event != ReceiptEvent::Shown {
                    self.fail(format!("L2: a receipt that came before {batch:?} was recorded is not kept"));
                }
                continue;
            }
            let channel = batch
                .as_ref()
                .and_then(|batch| Some(self.store.committed_batch(batch)?.header.channel));
            if taken.foreign.contains(&at) {
                self.events.saw("a receipt of another channel's batch");
                if channel.is_none() || channel == *about {
                    self.fail(format!("a receipt of {batch:?} is not another channel's"));
                }
                continue;
            }
            self.events.saw("a receipt");
            let digest = TokenDigest::of(&receipt.token);
            let Some(batch) = batch.filter(|batch| self.store.has_receipt(batch, &digest, receipt.event)) else {
                self.fail(format!(
                    "a receipt of {batch:?} was accepted and is not kept",
                    batch = receipt.batch
                ));
                continue;
            };
            let is_early = taken.early.contains(&at);
            if is_early {
                self.events.saw("an early receipt");
                if was_known {
                    self.fail(format!("a receipt of {batch:?} is not early"));
                }
                self.early.insert((batch.clone(), digest.clone()));
            } else if channel.is_none() {
                self.fail(format!("L6: a receipt was accepted for {batch:?}, which nobody recorded"));
            } else if about.is_some() && channel != *about {
                self.fail(format!("a receipt was accepted for {batch:?}, which is another channel's"));
            }
            if receipt.event == ReceiptEvent::Revoked {
                self.confirmed.insert((batch, digest, about.filter(|_| is_early)));
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
            Confirmed::SeenByAnother => "a look that another one made needless",
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
        for (batch, token, about) in &self.confirmed {
            let (Some(committed), Some(progress)) = (self.store.committed_batch(batch), self.store.progress_of(batch)) else {
                continue;
            };
            let of = |delivery: &revocation_rules::batch::Delivery| TokenDigest::of(&delivery.token) == *token;
            let Some(slot) = committed.deliveries.iter().position(of) else {
                continue;
            };
            let accepted = matches!(progress.slots.get(slot), Some((Outcome::Overwritten | Outcome::Recalled, _)));
            let channel = committed.header.channel;
            // It came early, for another channel, or in an earlier life.
            let counts = about.is_none_or(|about| about == channel)
                && self
                    .store
                    .has_receipt_on(channel, batch, token, ReceiptEvent::Revoked, self.life_began);
            // Without the payload nobody knows whose receipt it is.
            if accepted && counts && self.store.has_payload(batch) && !is_parked(batch) {
                missing.push(format!("L2: {batch:?} slot {slot} was confirmed by its device and nobody noticed"));
            }
        }
        self.violations.extend(missing);
    }
}
