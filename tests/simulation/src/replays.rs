//! Somebody asks to try again what failed, and what must come of it: L2, L4, L5.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::Clock;
use revocation_app::{ReplayError, replay_revocation};
use revocation_rules::ids::{BatchRef, RevocationId};
use revocation_rules::outcome::Outcome;
use revocation_rules::revocation::{Revocation, State};
use revocation_testkit::Mood;

use crate::cast::Cast;
use crate::invocations::{Done, Invocation, Name};
use crate::world::World;

/// A replay that was answered: these had failed when it was asked for.
#[derive(Debug, Clone)]
pub struct Replayed {
    revocation: RevocationId,
    failed: Vec<(BatchRef, usize)>,
    /// How many slots had been opened by then.
    after: usize,
}

impl World {
    /// One of the push's revocations, mostly one that settled with something failed.
    pub fn start_replay(&mut self, tenant: usize, push: usize, nth: usize) {
        let push = Cast::push(tenant, push);
        let all: Vec<Revocation> = self.revocations().into_iter().filter(|of| of.push == push).collect();
        let worth: Vec<Revocation> = all.iter().filter(|of| has_failed(of)).cloned().collect();
        let among = if worth.is_empty() || nth.is_multiple_of(4) { all } else { worth };
        if let Some(revocation) = among.get(nth % among.len().max(1)).cloned() {
            self.replay(&revocation);
        }
    }

    fn replay(&mut self, revocation: &Revocation) {
        let name = Name::Replay {
            failed: self.failed_in(revocation),
            revocation: Box::new(revocation.clone()),
            after: self.store.reopened_from(0).len(),
        };
        let (push, id) = (revocation.push.clone(), revocation.id.clone());
        self.start(name, None, |world, clock| {
            let (store, queue) = (world.store.clone(), world.queue.clone());
            let by = "key1".parse().unwrap();
            async move { Done::Replayed(replay_revocation(&store, &queue, &clock, &push, &id, &by).await) }
        });
    }

    /// The slots in scope that failed and can still be tried.
    fn failed_in(&self, revocation: &Revocation) -> Vec<(BatchRef, usize)> {
        let mut failed = Vec::new();
        for (batch, slot) in self.slots_of(revocation) {
            let outcome = self.outcome(&batch, slot);
            if outcome == Some(Outcome::Failed) && self.store.has_header(&batch) && self.store.has_payload(&batch) {
                failed.push((batch, slot));
            }
        }
        failed
    }

    pub fn slots_of(&self, revocation: &Revocation) -> Vec<(BatchRef, usize)> {
        let mut slots = Vec::new();
        for batch in self.store.committed() {
            if batch.header.batch.push != revocation.push || !revocation.scope.has_channel(batch.header.channel) {
                continue;
            }
            let deliveries = batch.deliveries.iter().enumerate();
            let covered = deliveries.filter(|(_, delivery)| revocation.scope.has_target(&delivery.target));
            slots.extend(covered.map(|(slot, _)| (batch.header.batch.clone(), slot)));
        }
        slots
    }

    fn outcome(&self, batch: &BatchRef, slot: usize) -> Option<Outcome> {
        let progress = self.store.progress_of(batch)?;
        progress.slots.get(slot).map(|(outcome, _)| outcome)
    }

    pub fn note_replay(
        &mut self,
        invocation: &Invocation,
        asked: (&Revocation, Vec<(BatchRef, usize)>, usize),
        done: Result<Revocation, ReplayError>,
    ) {
        let (before, failed, after) = asked;
        match done {
            Ok(replayed) => {
                if invocation.started_at + invocation.skew() >= before.closes_at {
                    self.fail(format!("L5: {} was replayed after the window", before.id));
                }
                if replayed.state != State::Requested {
                    self.fail(format!("L2: {} was replayed and is {}", before.id, replayed.state.name()));
                }
                if replayed.replays == before.replays {
                    self.events.saw("a replay of what is being walked");
                    return;
                }
                self.events.saw("a replay");
                self.events.saw_if("a replay of what had settled with failures", has_failed(before));
                // One that is being walked already may have passed what failed since: that is for the next one.
                if before.state != State::Requested {
                    let revocation = before.id.clone();
                    self.replayed.push(Replayed { revocation, failed, after });
                }
            }
            Err(ReplayError::WindowClosed { closed_at }) => {
                self.events.saw("a replay after the window");
                if invocation.clock.now() < closed_at || closed_at != before.closes_at {
                    self.fail(format!("L5: a replay of {} was refused before the window closed", before.id));
                }
            }
            Err(ReplayError::RevocationNotFound) => self.fail(format!("{} is not known to be replayed", before.id)),
            Err(ReplayError::Busy | ReplayError::Store(_)) => {}
        }
    }

    /// A failed slot is opened by a replay of a revocation that covers it, and at most once by each.
    pub fn check_reopened(&mut self) {
        let reopened = self.store.reopened_from(self.reopened_seen);
        self.reopened_seen += reopened.len();
        for (batch, slot) in reopened {
            self.events.saw("a delivery that was tried again");
            self.opened_at_call.insert((batch.clone(), slot), self.calls_seen);
            let times = self
                .store
                .reopened_from(self.reopened_before)
                .iter()
                .filter(|of| **of == (batch.clone(), slot))
                .count();
            let revocations = self.revocations();
            let covering = revocations.iter().filter(|of| self.slots_of(of).contains(&(batch.clone(), slot)));
            let replays: u32 = covering.map(|of| of.replays).sum();
            if times > usize::try_from(replays).unwrap() {
                self.fail(format!("L4: {batch:?} slot {slot} was opened {times} times by {replays} replays"));
            }
        }
    }

    /// Everything has drained: what had failed when a replay was asked for, and answered, was tried again.
    pub fn check_replays(&mut self) {
        let mut missing = Vec::new();
        for replayed in &self.replayed {
            let reopened = self.store.reopened_from(replayed.after);
            for (batch, slot) in &replayed.failed {
                if self.store.has_header(batch) && self.store.has_payload(batch) && !reopened.contains(&(batch.clone(), *slot)) {
                    missing.push(format!(
                        "L2: {batch:?} slot {slot} had failed and was not replayed by {}",
                        replayed.revocation
                    ));
                }
            }
        }
        self.violations.extend(missing);
    }

    /// In the end the vendor is well and a person replays, twice, what can still be mended: nothing stays failed.
    pub fn mend(&mut self) {
        self.vendor.is(Mood::Well);
        let now = self.now();
        let revocations = self.revocations();
        let asked: Vec<Revocation> = revocations
            .iter()
            .filter(|of| has_failed(of) && now < of.closes_at)
            .cloned()
            .collect();
        for revocation in &asked {
            self.replay(revocation);
            self.replay(revocation);
        }
        if self.running.is_empty() {
            return;
        }
        self.events.saw("a run that was mended in the end");
        self.settle();
        // A vendor may have asked for a day. Whatever had two of them and waited for the end of its window was forgotten.
        let after: Vec<Revocation> = self.revocations();
        let forgotten = asked
            .iter()
            .filter(|of| of.closes_at.duration_since(now) > SignedDuration::from_hours(48))
            .find(|of| {
                after
                    .iter()
                    .any(|late| late.id == of.id && settled_at(late) >= Some(late.closes_at))
            });
        if let (false, Some(forgotten)) = (self.is_broken(), forgotten) {
            self.fail(format!(
                "L2: {} was replayed at a vendor that is well, and waited until its window closed",
                forgotten.id
            ));
        }
        let failed: Vec<_> = revocations
            .iter()
            .filter(|of| now < of.closes_at)
            .flat_map(|of| self.failed_in(of))
            .collect();
        if let (false, Some((batch, slot))) = (self.is_broken(), failed.first()) {
            self.fail(format!("L2: {batch:?} slot {slot} stays failed though its vendor is well again"));
        }
    }
}

fn settled_at(revocation: &Revocation) -> Option<Timestamp> {
    match revocation.state {
        State::Settled { settled_at, .. } => Some(settled_at),
        State::Requested | State::Dispatched { .. } => None,
    }
}

/// Settled, and worth a replay.
fn has_failed(revocation: &Revocation) -> bool {
    match &revocation.state {
        State::Settled { totals, .. } => totals.values().any(|counts| counts.get(Outcome::Failed) > 0),
        State::Requested | State::Dispatched { .. } => false,
    }
}
