//! Ids that are used again: 30 days later the pushes of a run are gone, what
//! belonged to them may still be there, and the same ids are registered,
//! recorded and revoked anew. The laws hold in the second life as in the first,
//! and nothing of the first is seen or touched in it.

use jiff::SignedDuration;
use revocation_app::ports::{DispatchJob, Job, JobQueue, RevocationStore};
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;
use revocation_testkit::run;

use crate::world::World;

impl World {
    /// The pushes that are known now.
    pub fn pushes(&self) -> Vec<Push> {
        let mut pushes = self.store.all_pushes();
        pushes.retain(|push| push.is_kept(self.now()));
        pushes
    }

    /// The revocations of the pushes that are known now.
    pub fn revocations(&self) -> Vec<Revocation> {
        let pushes = self.pushes();
        let is_of_this_life = |revocation: &Revocation| {
            pushes
                .iter()
                .any(|push| push.registration.push == revocation.push && push.has_revocation(&revocation.id))
        };
        let mut revocations = self.store.all_revocations();
        revocations.retain(is_of_this_life);
        revocations
    }

    /// Time passes until every id may be used again. What is expired is
    /// deleted, or not, or some of it is.
    pub fn begin_another_life(&mut self) {
        let Some(end) = self.store.all_pushes().iter().map(Push::kept_until).max() else {
            return;
        };
        self.events.saw("a second life");
        let old_jobs = self.jobs_of_this_life();
        self.clock.set(end.max(self.now()));
        let deleted = *self.chance.pick(&[0, 500, 1_000]);
        self.store.delete_past(self.now(), &mut self.chance, deleted);
        self.wake_one_of_the_dead();
        self.cast.live_again(self.now(), self.chance.in_thousand(500));
        self.life_began = self.now() - SignedDuration::from_mins(1);
        self.store.forget_commits();
        self.vendor.forget_what_is_shown();
        self.told.clear();
        self.confirmed.clear();
        self.replayed.clear();
        self.opened_at_call.clear();
        self.calls_before = self.calls_seen;
        self.reopened_before = self.reopened_seen;
        // Somebody sends dead letters back.
        for job in old_jobs {
            if self.chance.in_thousand(300) {
                run(self
                    .queue
                    .send(&[job], std::time::Duration::from_secs(self.chance.below(20) as u64)))
                .unwrap();
            }
        }
    }

    fn jobs_of_this_life(&mut self) -> Vec<Job> {
        let mut jobs = Vec::new();
        for batch in self.store.committed() {
            let header = &batch.header;
            jobs.push(Job::Confirm {
                batch: header.batch.clone(),
                nth: 0,
                look: None,
            });
            for revocation in self.revocations().into_iter().filter(|of| of.push == header.batch.push) {
                jobs.push(Job::Dispatch(DispatchJob {
                    batch: header.batch.clone(),
                    channel: header.channel,
                    // Half of them of a version that does not say.
                    replays: self.chance.in_thousand(500).then_some(revocation.replays),
                    revocation: revocation.id,
                    nth: 0,
                }));
            }
        }
        jobs
    }

    /// A replay that was asked for in the last moment and never walked: whoever
    /// sweeps now finds it due.
    fn wake_one_of_the_dead(&mut self) {
        let mut all = self.store.all_revocations();
        if all.is_empty() || self.chance.in_thousand(500) {
            return;
        }
        let mut revocation = all.swap_remove(self.chance.below(all.len()));
        revocation.replayed(&"key-1".parse().unwrap(), self.now());
        run(self.store.save_revocation(&revocation)).unwrap();
        self.events.saw("a revocation that outlived its push");
    }
}
