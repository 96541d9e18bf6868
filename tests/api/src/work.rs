//! What the functions of the queues do meanwhile: every job, in order, at vendors that accept everything.

use jiff::SignedDuration;
use revocation_app::ports::{Clock as _, Job};
use revocation_app::{Dispatcher, check_revocation, confirm_batch, dispatch_batch, fan_out, recount_revocation, sweep};
use revocation_rules::revocation::{Revocation, State};
use revocation_testkit::{FakeChannel, run};

use crate::World;

impl World {
    /// Until no job is left. Delayed ones are waited for.
    pub fn work(&self) {
        self.work_at(&FakeChannel::new(&self.clock));
    }

    /// The same, with all vendors as this one is.
    pub fn work_at(&self, vendor: &FakeChannel) {
        while let Some(next) = self.queue.next_visible_at() {
            self.clock.set(next.max(self.clock.now()));
            let receipt = self.queue.receive(0, SignedDuration::from_mins(1)).unwrap();
            self.job(receipt.job.clone(), vendor);
            self.queue.done(&receipt);
        }
    }

    /// The same until all is settled: what takes longer than jobs look is left to the sweep.
    pub fn settle_at(&self, vendor: &FakeChannel) {
        self.work_at(vendor);
        let is_open = |one: &Revocation| !matches!(one.state, State::Settled { .. });
        while self.store.all_revocations().iter().any(is_open) {
            self.clock.advance(SignedDuration::from_mins(15));
            let deadline = self.clock.now() + SignedDuration::from_secs(60);
            run(sweep(&self.store, &self.queue, &self.clock, deadline)).unwrap();
            self.work_at(vendor);
        }
    }

    fn job(&self, job: Job, vendor: &FakeChannel) {
        let (store, queue, clock) = (&self.store, &self.queue, &self.clock);
        let deadline = clock.now() + SignedDuration::from_secs(60);
        match job {
            Job::Fanout { push, revocation } => {
                run(fan_out(store, queue, clock, &push, &revocation, deadline)).unwrap();
            }
            Job::Check { push, revocation, nth } => {
                run(check_revocation(store, queue, clock, &push, &revocation, nth, deadline)).unwrap();
            }
            Job::Recount(job) => {
                run(recount_revocation(store, queue, clock, *job, deadline)).unwrap();
            }
            Job::Confirm { batch, nth, look } => {
                run(confirm_batch(store, queue, clock, &batch, nth, look)).unwrap();
            }
            Job::Dispatch(job) => {
                let with = Dispatcher {
                    store,
                    queue,
                    clock,
                    dice: &self.dice,
                    channels: &self.channels,
                    client: Some(vendor),
                };
                run(dispatch_batch(&with, &job, deadline)).unwrap();
            }
        }
    }
}
