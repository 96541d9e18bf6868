//! What was asked of the vendor and what was written, judged when it happens: L2, L3, L5.

use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::{BatchHeader, Delivery, Sending};
use revocation_rules::channel::Capability;
use revocation_rules::ids::BatchRef;
use revocation_rules::outcome::Outcome;
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};
use revocation_rules::retry::{Answer, AttemptFailure};
use revocation_testkit::{Call, Running};

use crate::cast::Cast;
use crate::invocations::Invocation;
use crate::world::{TIMEOUT, World};

impl World {
    pub fn check_calls(&mut self) {
        let calls = self.vendor.calls_from(self.calls_seen);
        self.calls_seen += calls.len();
        for call in calls {
            if let Err(why) = self.check_call(&call) {
                self.fail(format!("{why}: {} for {}", call.token, call.revocation));
            }
        }
    }

    fn check_call(&mut self, call: &Call) -> Result<(), &'static str> {
        let committed = self.store.committed();
        let (batch, slot) = committed
            .iter()
            .find_map(|batch| {
                let slot = batch.deliveries.iter().position(|delivery| delivery.token.as_str() == call.token)?;
                Some((batch, slot))
            })
            .ok_or("L3: a call for a delivery that was not recorded")?;
        let (header, delivery) = (&batch.header, &batch.deliveries[slot]);
        if header.batch.push != call.push {
            return Err("L6: a call in the name of another push or tenant");
        }
        let revocations = self.revocations();
        let revocation = revocations
            .iter()
            .find(|revocation| revocation.id == call.revocation && revocation.push == call.push)
            .ok_or("L3: a call without a revocation")?;
        if !revocation.scope.has_channel(header.channel) || !revocation.scope.has_target(&delivery.target) {
            return Err("L3: a call out of scope");
        }
        if self
            .store
            .progress_of(&header.batch)
            .is_some_and(|progress| progress.slots.get(slot).is_some())
        {
            return Err("L3: a call for what has ended");
        }
        if self
            .store
            .was_told(call.by.invocation, &header.batch, &TokenDigest::of(&delivery.token))
        {
            return Err("L3: a call for what its device had told of");
        }
        if header.sending == Sending::HeldBack || call.handle.is_none() {
            return Err("L3: a call for what was never sent, or can not be overwritten");
        }
        if !is_open(header.sent_at, call.at) {
            return Err("L5: a call after the window");
        }
        self.events.saw("a vendor call");
        match &call.answer {
            Answer::Failed(AttemptFailure::Throttled { .. }) => self.events.saw("a throttled call"),
            Answer::Failed(_) => self.events.saw("a failed call"),
            Answer::Unknown { .. } => self.events.saw("a device that is not known"),
            Answer::Ended { .. } | Answer::NotTried => {}
        }
        self.check_repetition(call, &(header.batch.clone(), slot))
    }

    fn check_repetition(&mut self, call: &Call, slot: &(BatchRef, usize)) -> Result<(), &'static str> {
        let earlier = self.vendor.calls_from(0);
        // A replay has asked anew.
        let since = self.opened_at_call.get(slot).copied().unwrap_or(self.calls_before);
        let earlier = &earlier[since..self.calls_seen.min(earlier.len())];
        let answered: Vec<usize> = earlier
            .iter()
            .filter(|before| before.token == call.token && before.by.invocation != call.by.invocation)
            .filter(|before| matches!(before.answer, Answer::Ended { .. } | Answer::Unknown { .. }))
            .map(|before| before.by.invocation)
            .collect();
        self.events.saw_if("a repeated call", !answered.is_empty());
        let now = self.now();
        let at_work = |invocation: usize| {
            let alive = |other: &&Invocation| other.who.invocation == invocation && now.duration_since(other.started_at) < TIMEOUT;
            self.running.iter().find(alive).is_some()
        };
        if answered.iter().any(|by| at_work(*by)) {
            return Err("L7: a call while another worker is at it");
        }
        if answered.iter().any(|by| self.wrote.get(by) == Some(&true)) {
            return Err("L3: a call for what had a final answer that was not lost");
        }
        Ok(())
    }

    pub fn check_ends(&mut self, who: Running) {
        let ends = self.store.ends_from(self.ends_seen);
        self.ends_seen += ends.len();
        for (batch, slot, outcome) in ends {
            self.events.saw(outcome.as_str());
            let Some(committed) = self.store.committed_batch(&batch) else {
                self.fail(format!("L2: {batch:?} ended and was never recorded"));
                continue;
            };
            let token = committed.deliveries[slot].token.as_str().to_owned();
            let told = match outcome {
                Outcome::SkippedOpened | Outcome::SkippedCleared | Outcome::Confirmed => true,
                Outcome::Overwritten
                | Outcome::Recalled
                | Outcome::Stopped
                | Outcome::TargetGone
                | Outcome::NotRevocable
                | Outcome::Unsupported
                | Outcome::TooLate
                | Outcome::Refused
                | Outcome::Failed => false,
            };
            let early = told
                && self
                    .early
                    .contains(&(batch.clone(), TokenDigest::of(&committed.deliveries[slot].token)));
            self.events.saw_if("an end that an early receipt told", early);
            let covered = self.revocations().iter().any(|revocation| {
                revocation.push == batch.push
                    && revocation.scope.has_channel(committed.header.channel)
                    && revocation.scope.has_target(&committed.deliveries[slot].target)
            });
            if !covered {
                self.fail(format!("L3: {token} ended as {outcome} and nobody revoked it"));
            }
            if !self.is_true(outcome, &committed.header, &committed.deliveries[slot], who) {
                self.fail(format!("L2: {token} ended as {outcome}, which is not true"));
            }
        }
    }

    fn is_true(&self, outcome: Outcome, header: &BatchHeader, delivery: &Delivery, who: Running) -> bool {
        let token = delivery.token.as_str();
        let said = |event| {
            let token = TokenDigest::of(&delivery.token);
            self.store
                .has_receipt_on(header.channel, &header.batch, &token, event, self.life_began)
        };
        let calls = self.vendor.calls_from(self.calls_before);
        let able = Cast::channels().capability(header.channel) == Capability::Able;
        let now = self.now() + SignedDuration::from_millis(who.skew_ms);
        match outcome {
            Outcome::Stopped => able && header.sending == Sending::HeldBack,
            Outcome::Unsupported => !able,
            Outcome::NotRevocable => delivery.handle.is_none(),
            Outcome::TooLate => !is_open(header.sent_at, now),
            Outcome::Failed => calls.iter().any(|call| call.token == token) || !is_open(header.sent_at, now),
            Outcome::Overwritten | Outcome::Recalled | Outcome::TargetGone | Outcome::Refused => {
                calls.iter().filter(|call| call.token == token).any(|call| match &call.answer {
                    Answer::Ended { outcome: answered, .. } => *answered == outcome,
                    Answer::Unknown { .. } => outcome == Outcome::TargetGone,
                    Answer::Failed(_) | Answer::NotTried => false,
                })
            }
            Outcome::Confirmed => said(ReceiptEvent::Revoked),
            Outcome::SkippedOpened => said(ReceiptEvent::Opened),
            Outcome::SkippedCleared => said(ReceiptEvent::Cleared),
        }
    }
}

/// The law in its own words, not the rule's code: half open, to the millisecond.
fn is_open(sent_at: Timestamp, now: Timestamp) -> bool {
    now.as_millisecond() < sent_at.as_millisecond() + 7 * 24 * 3_600_000
}
