//! What the outside was told, judged when it is told: L1, L4, L5, L6.

use jiff::SignedDuration;
use revocation_app::ports::{Clock, Recorded};
use revocation_app::{Accepted, Checked, Dispatched, GateError, GateQuestion, RecordError, RequestError};
use revocation_rules::channel::Channel;
use revocation_rules::gate::Gate;
use revocation_rules::ids::{PushRef, TargetId};
use revocation_rules::scope::Scope;
use revocation_rules::verdict::Refusal;

use crate::invocations::{Done, Invocation, Name};
use crate::world::World;

/// A revoke call was answered 2xx, as the `at`th answer of the run.
#[derive(Debug, Clone)]
pub struct Told {
    pub at: usize,
    pub push: PushRef,
    pub scope: Scope,
}

impl World {
    /// Was it told before `invocation` started, or recorded, that all of this is revoked?
    fn told_before(&self, invocation: &Invocation, push: &PushRef, channel: Option<Channel>, target: Option<&TargetId>) -> bool {
        // A batch is recorded when its header is committed, which is later than the call's start.
        let after = self
            .committed
            .get(&invocation.who.invocation)
            .map_or(invocation.after, |at| invocation.after.max(*at));
        self.told.iter().any(|told| {
            told.at <= after
                && told.push == *push
                && channel.map_or(told.scope.channels.is_none(), |channel| told.scope.has_channel(channel))
                && target.map_or(told.scope.targets.is_none(), |target| told.scope.has_target(target))
        })
    }

    pub fn note(&mut self, invocation: &Invocation, done: Done) {
        match (invocation.name.clone(), done) {
            (
                Name::Record {
                    tenant,
                    push,
                    batch,
                    variant,
                },
                Done::Recorded(done),
            ) => {
                self.note_record(invocation, (tenant, push, batch, variant), done);
            }
            (Name::Gate { question }, Done::Gate(done)) => self.note_gate(invocation, &question, done),
            (Name::Revoke { push, scope }, Done::Revoked(done)) => self.note_revoke(invocation, push, scope, done),
            (Name::Replay { revocation, failed, after }, Done::Replayed(done)) => {
                self.note_replay(invocation, (&revocation, failed, after), done);
            }
            (Name::Dispatch, Done::Dispatched(done)) => {
                let wrote = matches!(done, Ok(Dispatched::Finished | Dispatched::ComesBack));
                self.wrote.insert(invocation.who.invocation, wrote);
                self.events.saw_if("a batch that was busy", matches!(done, Ok(Dispatched::Busy)));
            }
            (Name::Report(report), Done::Reported(Ok(taken))) => self.note_report(&report, &taken),
            (Name::Check | Name::Recount, Done::Checked(done)) => {
                self.events
                    .saw_if("a recount that went on later", matches!(done, Ok(Checked::HandedOn)));
            }
            (Name::Confirm, Done::Confirmed(Ok(done))) => self.note_confirm(done),
            (Name::Register { push }, Done::Registered(Ok(_))) => {
                let known = self.pushes().iter().any(|known| known.registration.push == push);
                if !known {
                    self.fail(format!("L6: {push:?} was registered elsewhere"));
                }
            }
            _ => {}
        }
    }

    fn note_record(
        &mut self,
        invocation: &Invocation,
        which: (usize, usize, usize, usize),
        done: Result<revocation_app::RecordedBatch, RecordError>,
    ) {
        let new = self.cast.batch(which.0, which.1, which.2, which.3);
        let answer = match done {
            Ok(answer) => answer,
            Err(error) => {
                self.events.saw_if("a conflicting batch", matches!(error, RecordError::Conflict));
                self.events
                    .saw_if("a record call after the window", matches!(error, RecordError::WindowClosed { .. }));
                return;
            }
        };
        self.events.saw_if("the same batch again", answer.kept == Recorded::Same);
        if self.told_before(invocation, &new.push, Some(new.channel), None) {
            self.events.saw("a late record");
            if answer.gate == Gate::Open {
                self.fail(format!(
                    "L1: {:?} was recorded after the revocation and told that the gate is open",
                    new.batch
                ));
            }
        }
        for delivery in &new.deliveries {
            let revoked = answer.gate != Gate::Open || answer.revoked_targets.contains(&delivery.target);
            if !revoked && self.told_before(invocation, &new.push, Some(new.channel), Some(&delivery.target)) {
                self.fail(format!(
                    "L1: {} was recorded in {:?} after its revocation and told to go on",
                    delivery.target, new.batch
                ));
            }
        }
    }

    fn note_gate(&mut self, invocation: &Invocation, question: &GateQuestion, done: Result<Gate, GateError>) {
        let GateQuestion { push, channel, target } = question;
        match done {
            Ok(Gate::Open) => {
                self.events.saw("an open gate");
                if self.told_before(invocation, push, *channel, target.as_ref()) {
                    self.fail(format!("L1: the gate is open after the revocation: {question:?}"));
                }
            }
            Ok(Gate::Revoked { by }) => {
                self.events.saw("a closed gate");
                let revocations = self.revocations();
                let fits = revocations.iter().any(|revocation| {
                    revocation.id == by
                        && revocation.push == *push
                        && channel.map_or(revocation.scope.channels.is_none(), |channel| revocation.scope.has_channel(channel))
                        && target
                            .as_ref()
                            .map_or(revocation.scope.targets.is_none(), |target| revocation.scope.has_target(target))
                });
                if !fits {
                    self.fail(format!("L1: {by} closed the gate for what it does not cover: {question:?}"));
                }
            }
            Err(GateError::PushNotFound) => {
                self.events.saw("an unknown push");
                if self.told.iter().any(|told| told.at <= invocation.after && told.push == *push) {
                    self.fail(format!("L1: {push:?} is revoked and unknown"));
                }
            }
            Err(GateError::Store(_)) => {}
        }
    }

    fn note_revoke(&mut self, invocation: &Invocation, push: PushRef, scope: Scope, done: Result<Accepted, RequestError>) {
        let closes_at = |world: &Self| {
            world
                .pushes()
                .iter()
                .find(|known| known.registration.push == push)
                .map(|known| known.registration.latest_sending() + SignedDuration::from_hours(7 * 24))
        };
        match done {
            Ok(Accepted::New(revocation)) => {
                self.events.saw("a revocation");
                if Some(revocation.requested_at) >= closes_at(self) {
                    self.fail(format!("L5: {} was accepted after the window", revocation.id));
                }
                self.tell(push, scope);
            }
            Ok(Accepted::AlreadyThere(revocation)) => {
                self.events.saw("a revocation asked for twice");
                if revocation.push != push || !revocation.scope.outline().covers(&scope.outline()) {
                    self.fail(format!("L4: {} does not cover what was asked", revocation.id));
                }
                self.tell(push, scope);
            }
            Err(RequestError::Refused(Refusal::WindowClosed { closed_at })) => {
                self.events.saw("a revocation after the window");
                if Some(invocation.clock.now()) < closes_at(self) || Some(closed_at) != closes_at(self) {
                    self.fail(format!("L5: a revocation of {push:?} was refused before the window closed"));
                }
            }
            Err(RequestError::Refused(_)) => self.events.saw("a refused scope"),
            Err(RequestError::PushNotFound | RequestError::Busy | RequestError::Store(_)) => {}
        }
    }

    fn tell(&mut self, push: PushRef, scope: Scope) {
        let at = self.answers;
        self.told.push(Told { at, push, scope });
    }
}
