//! What is true at the end, and what is said of it: L2, L4.

use std::collections::BTreeMap;
use std::sync::Arc;

use revocation_app::{OutcomeFilter, list_outcomes};
use revocation_rules::channel::Channel;
use revocation_rules::counters::shown_outcomes;
use revocation_rules::ids::{BatchRef, TargetId};
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::unmatched::{Unmatched, kept_unmatched};
use revocation_testkit::{CommittedBatch, ManualClock, MemoryStore, Shown, run};

use crate::world::World;

impl World {
    /// Every revocation is settled: compares what each says with what is true.
    pub fn check_outcomes(&mut self) {
        if self.is_broken() {
            return;
        }
        self.violations.extend(self.weather.violations());
        for revocation in self.revocations() {
            self.check_revocation(&revocation);
        }
        self.check_confirmations();
        self.check_replays();
        self.check_closures();
        self.check_devices();
        self.check_suspicions();
    }

    /// Does each settled revocation say what is true?
    pub fn totals_are_true(&self) -> bool {
        self.revocations().iter().all(|revocation| {
            let truth = self.truth(revocation).map(|(truth, _)| truth);
            matches!(&revocation.state, State::Settled { .. }) && truth.as_ref() == Ok(&shown(&self.store, revocation))
        })
    }

    fn check_revocation(&mut self, revocation: &Revocation) {
        let State::Settled { totals, .. } = &revocation.state else {
            self.fail(format!("L2: {} is {}, not settled", revocation.id, revocation.state.name()));
            return;
        };
        let (truth, gone) = match self.truth(revocation) {
            Ok(truth) => truth,
            Err(why) => return self.fail(why),
        };
        let told = shown(&self.store, revocation);
        if told != truth {
            self.fail(format!(
                "L2: {} settled with {totals:?} and shows {told:?}, but {truth:?} is true; {:?}",
                revocation.id, revocation.scope
            ));
        }
        self.check_unmatched(revocation);
        if gone > 0 {
            return;
        }
        let shown = self.store.clone();
        let counters = run(counted(&shown, revocation));
        if counters != truth {
            self.fail(format!("L2: {} shows {counters:?}, but {truth:?} is true", revocation.id));
        }
        if !self.suspected_is_true(revocation) {
            self.fail(format!("L2: {} counts its suspected deliveries wrongly", revocation.id));
        }
        let listed = run(listed(&shown, revocation));
        if listed != truth && !self.payload_is_gone(revocation) {
            self.fail(format!("L2: {} lists {listed:?}, but {truth:?} is true", revocation.id));
        }
    }

    /// What became of every committed delivery in scope, and how many of them TTL deleted before they ended.
    pub fn truth(&self, revocation: &Revocation) -> Result<(BTreeMap<Channel, Counts>, usize), String> {
        let mut truth: BTreeMap<Channel, Counts> = BTreeMap::new();
        let mut gone = 0;
        for batch in self.store.committed() {
            let header = &batch.header;
            if header.batch.push != revocation.push || !revocation.scope.has_channel(header.channel) {
                continue;
            }
            let progress = self.store.progress_of(&header.batch);
            for (slot, delivery) in batch.deliveries.iter().enumerate() {
                if !revocation.scope.has_target(&delivery.target) {
                    continue;
                }
                let ended = progress
                    .as_ref()
                    .and_then(|progress| progress.slots.get(slot))
                    .map(|(outcome, _)| outcome);
                let outcome = match ended {
                    Some(outcome) => outcome,
                    None if !self.store.has_header(&header.batch) => {
                        gone += 1;
                        Outcome::TooLate
                    }
                    None => return Err(format!("L2: {:?} slot {slot} never ended for {}", header.batch, revocation.id)),
                };
                truth.entry(header.channel).or_default().add(outcome, 1);
            }
        }
        Ok((truth, gone))
    }

    /// L9: a settled revocation names the targets that nobody recorded, and no other.
    fn check_unmatched(&mut self, revocation: &Revocation) {
        let in_scope =
            |batch: &Arc<CommittedBatch>| batch.header.batch.push == revocation.push && revocation.scope.has_channel(batch.header.channel);
        let batches: Vec<_> = self.store.committed().into_iter().filter(in_scope).collect();
        let recorded = |target: &TargetId| {
            let mut deliveries = batches.iter().flat_map(|batch| &batch.deliveries);
            deliveries.any(|delivery| delivery.target == *target)
        };
        let asked = revocation.scope.targets.iter().flatten();
        let truth: Vec<TargetId> = asked.filter(|target| !recorded(target)).cloned().collect();
        let told = kept_unmatched(revocation);
        let is_true = match &told {
            None => false,
            Some(Unmatched::NotNamed) => revocation.scope.targets.is_none(),
            // Only where TTL took what nobody had looked into yet.
            Some(Unmatched::Unknown) => self.payload_is_gone(revocation),
            Some(Unmatched::Known(names)) if self.payload_is_gone(revocation) => truth.iter().all(|target| names.contains(target)),
            Some(Unmatched::Known(names)) => *names == truth,
        };
        if !is_true {
            self.fail(format!("L9: {} says {told:?}, but nobody recorded {truth:?}", revocation.id));
        } else if !truth.is_empty() {
            self.events.saw("a named target without a delivery");
        }
    }

    /// A vendor that knows nearly no device of a large batch ends none of it for good.
    fn check_suspicions(&mut self) {
        for batch in self.store.committed() {
            let Some(progress) = self.store.progress_of(&batch.header.batch) else {
                continue;
            };
            let ended = |is: &dyn Fn(Outcome, &str) -> bool| {
                let slots = 0..progress.slots.len();
                slots
                    .filter(|slot| progress.slots.get(*slot).is_some_and(|(outcome, reason)| is(outcome, reason)))
                    .count()
            };
            let gone = ended(&|outcome, reason| outcome == Outcome::TargetGone && reason == "fake:unknown_device");
            let known = ended(&|outcome, _| matches!(outcome, Outcome::Overwritten | Outcome::Recalled | Outcome::Confirmed));
            let suspected = ended(&|_, reason| reason == "suspected_setting:fake:unknown_device");
            self.events.saw_if("a batch of suspected deliveries", suspected > 0);
            if gone >= 20 && gone * 10 >= (gone + known) * 9 {
                self.fail(format!(
                    "L2: {:?} is gone as a whole, and a setting may be wrong",
                    batch.header.batch
                ));
            }
        }
    }

    /// Do the counters know how many of a revocation's deliveries are suspected?
    fn suspected_is_true(&self, revocation: &Revocation) -> bool {
        use revocation_app::ports::Counters;
        let counters = run(self.store.counters(&revocation.push, &revocation.id)).unwrap();
        let counted: u64 = counters.values().map(|counters| counters.suspected).sum();
        let slots = self.slots_of(revocation).into_iter();
        let is_suspected = |(batch, slot): &(BatchRef, usize)| {
            let progress = self.store.progress_of(batch);
            progress.is_some_and(|progress| progress.slots.suspected([*slot]) > 0)
        };
        counted == slots.filter(is_suspected).count() as u64
    }

    fn payload_is_gone(&self, revocation: &Revocation) -> bool {
        let committed = self.store.committed().into_iter();
        let mut of_push = committed.filter(|batch| batch.header.batch.push == revocation.push);
        revocation.scope.targets.is_some() && of_push.any(|batch| !self.store.has_payload(&batch.header.batch))
    }

    fn check_closures(&mut self) {
        for push in self.pushes() {
            for (nth, closure) in push.closures.iter().enumerate() {
                if push.closures[..nth].iter().any(|earlier| earlier.scope.covers(&closure.scope)) {
                    self.fail(format!("L4: {} lies within an earlier revocation", closure.by));
                }
            }
        }
    }

    fn check_devices(&mut self) {
        for batch in self.store.committed() {
            let progress = self.store.progress_of(&batch.header.batch);
            for (slot, delivery) in batch.deliveries.iter().enumerate() {
                let ended = progress
                    .as_ref()
                    .and_then(|progress| progress.slots.get(slot))
                    .map(|(outcome, _)| outcome);
                let shown = self.vendor.shown(delivery.token.as_str());
                if matches!(ended, Some(Outcome::Overwritten | Outcome::Recalled)) && shown != Some(Shown::Revoked) {
                    self.fail(format!("L2: {:?} slot {slot} is {ended:?} and still shown", batch.header.batch));
                }
            }
        }
    }
}

fn without_empty(totals: &BTreeMap<Channel, Counts>) -> BTreeMap<Channel, Counts> {
    totals
        .iter()
        .filter(|(_, counts)| counts.total() > 0)
        .map(|(channel, counts)| (*channel, counts.clone()))
        .collect()
}

/// What people are shown.
fn shown(store: &MemoryStore, revocation: &Revocation) -> BTreeMap<Channel, Counts> {
    use revocation_app::ports::Counters;
    let counters = run(store.counters(&revocation.push, &revocation.id)).unwrap();
    let shown = Channel::ALL.map(|channel| (channel, shown_outcomes(revocation, channel, counters.get(&channel))));
    without_empty(&BTreeMap::from(shown))
}

async fn counted(store: &MemoryStore, revocation: &Revocation) -> BTreeMap<Channel, Counts> {
    use revocation_app::ports::Counters;
    let counters = store.counters(&revocation.push, &revocation.id).await.unwrap();
    let counted = counters.into_iter().map(|(channel, counters)| (channel, counters.outcomes));
    counted.filter(|(_, outcomes)| outcomes.total() > 0).collect()
}

async fn listed(store: &MemoryStore, revocation: &Revocation) -> BTreeMap<Channel, Counts> {
    let mut all: BTreeMap<Channel, Counts> = BTreeMap::new();
    let mut cursor = None;
    let clock = ManualClock::at(revocation.requested_at);
    loop {
        let page = list_outcomes(store, &clock, &revocation.push, &revocation.id, OutcomeFilter::default(), cursor)
            .await
            .unwrap();
        for outcome in page.outcomes {
            all.entry(outcome.channel).or_default().add(outcome.outcome, 1);
        }
        cursor = page.next;
        if cursor.is_none() {
            return all;
        }
    }
}
