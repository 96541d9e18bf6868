//! The end of a run: faults end, the queue runs dry, time passes, sweeps come.

use jiff::{SignedDuration, Timestamp};
use revocation_testkit::{Chance, Mood};

use crate::world::World;

/// Far more rounds than any honest run takes.
const ROUNDS: usize = 400_000;

impl World {
    /// No more faults; runs until every revocation is settled.
    pub fn settle(&mut self) {
        self.weather.clears_up();
        // A vendor that wants a pause is asked until the windows close. In most runs it has enough of that before.
        if self.vendor.mood() == Mood::Throttling && !self.seed.is_multiple_of(16) {
            self.vendor.is(Mood::Well);
        }
        self.skewed = false;
        if self.unswept {
            // Crashed workers' jobs come again: that alone must end everything.
            self.run_until(|_| true);
            self.unswept = false;
            self.events.saw("a run that needed no sweep");
            for revocation in self.revocations() {
                if let Err(why) = self.truth(&revocation) {
                    self.fail(format!("{why} without the sweep"));
                }
            }
        }
        let all_settled = |world: &Self| !world.store.has_unsettled();
        self.run_until(all_settled);
        // What was recorded while a revocation settled is found by the look after that, and so is what the replay of
        // another one changed: a quarter of an hour later at most, and at the sweep of that minute.
        if !self.is_broken() && !self.totals_are_true() {
            self.events.saw("a revocation that settled too early");
        }
        let a_look_later = self.now() + SignedDuration::from_mins(17);
        self.run_until(|world| all_settled(world) && world.now() >= a_look_later);
    }

    /// Runs until nobody will ever look again.
    pub fn outlast(&mut self) {
        self.run_until(|world| world.store.dues().is_empty());
    }

    fn run_until(&mut self, done: impl Fn(&Self) -> bool) {
        // In some runs the garbage collector is prompt, in others it is late.
        let prompt = Chance::new(self.seed ^ 0x74).in_thousand(400);
        for _ in 0..ROUNDS {
            if self.is_broken() {
                return;
            }
            if !self.running.is_empty() {
                self.poll_any();
            } else if self.queue.visible() > 0 {
                let nth = self.chance.below(self.queue.visible());
                self.receive(nth, false);
            } else if !self.unswept && self.next_due().is_some_and(|due| due <= self.now()) {
                self.start_sweep();
            } else if self.queue.is_empty() && done(self) {
                return;
            } else if let Some(next) = self.queue.next_visible_at().into_iter().chain(self.next_due()).min() {
                self.clock.set(next.max(self.now() + SignedDuration::from_millis(1)));
                if prompt {
                    self.delete_all_expired();
                }
            } else if done(self) {
                return;
            } else {
                // Nothing is left but time.
                self.clock.advance(SignedDuration::from_secs(60));
            }
        }
        self.fail("L2: something waits for ever".into());
    }

    fn next_due(&self) -> Option<Timestamp> {
        if self.unswept {
            return None;
        }
        self.store.dues().into_iter().min()
    }

    fn delete_all_expired(&mut self) {
        while !self.store.expired(self.now()).is_empty() {
            self.delete_expired(0);
        }
    }
}
