//! One run: the fakes, what is under way, and what the outside was told.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::Clock;
use revocation_rules::channel::Channel;
use revocation_rules::ids::BatchRef;
use revocation_rules::receipt::TokenDigest;
use revocation_rules::revocation::Revocation;
use revocation_rules::shard::ShardCount;
use revocation_rules::window;
use revocation_testkit::{Chance, FakeChannel, ManualClock, MemoryQueue, MemoryStore, Mood, Running, SeededDice, Weather, builders};

use crate::answers::Told;
use crate::cast::Cast;
use crate::events::Events;
use crate::invocations::{Done, Invocation};
use crate::ops::Op;
use crate::replays::Replayed;

/// How long a function may run; its deadline lies before that.
pub const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);
/// How long a received job is hidden.
pub const HIDDEN: SignedDuration = SignedDuration::from_secs(120);

pub struct World {
    pub seed: u64,
    pub cast: Cast,
    pub chance: Chance,
    pub clock: ManualClock,
    pub weather: Weather,
    pub store: MemoryStore,
    pub queue: MemoryQueue,
    pub vendor: FakeChannel,
    pub dice: SeededDice,
    pub running: Vec<Invocation>,
    pub next_invocation: usize,
    /// Counts answers to the outside: who asked after which answer.
    pub answers: usize,
    pub told: Vec<Told>,
    /// Invocations whose writes were acknowledged to them.
    pub wrote: HashMap<usize, bool>,
    /// How many answers had been given when an invocation committed its batch.
    pub committed: HashMap<usize, usize>,
    /// What devices confirmed in calls that were answered; and of which channel, where that was all that was known
    /// of the batch.
    pub confirmed: BTreeSet<(BatchRef, TokenDigest, Option<Channel>)>,
    /// Whose devices said something before their batch was recorded.
    pub early: BTreeSet<(BatchRef, TokenDigest)>,
    pub calls_seen: usize,
    /// When the life of the ids began, by the slowest clock.
    pub life_began: Timestamp,
    /// Vendor calls of an earlier life.
    pub calls_before: usize,
    pub ends_seen: usize,
    pub reopened_seen: usize,
    /// Of an earlier life.
    pub reopened_before: usize,
    pub replayed: Vec<Replayed>,
    /// How many vendor calls there had been when a replay opened a slot last.
    pub opened_at_call: HashMap<(BatchRef, usize), usize>,
    /// Machines' clocks differ by up to 60 s in half of the runs.
    pub skewed: bool,
    /// Workers may freeze past their timeout in some runs.
    pub freezing: bool,
    /// In some runs the sweep does not come before everything has ended: no
    /// call fails, no job is parked or handed out twice at once, and only queue workers crash.
    pub unswept: bool,
    pub events: Events,
    pub violations: Vec<String>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let start = builders::noon();
        let clock = ManualClock::at(start);
        let unswept = chance.in_thousand(300);
        let errors = if unswept { 0 } else { *chance.pick(&[0, 5, 20]) };
        let weather = Weather::storm(chance.number(), errors);
        let shards = ShardCount::new(1 + u16::try_from(chance.below(3)).unwrap()).unwrap();
        let store = MemoryStore::new()
            .in_weather(&weather)
            .with_clock(&clock)
            .with_pages_of(1 + chance.below(3))
            .with_task_shards(shards);
        let queue =
            MemoryQueue::new(&clock)
                .in_weather(&weather)
                .parking_after(if unswept { u32::MAX } else { *chance.pick(&[2, 5, u32::MAX]) });
        let vendor = FakeChannel::new(&clock).in_weather(&weather).with_chance(chance.number());
        vendor.is(*chance.pick(&[Mood::Well, Mood::Erratic]));
        Self {
            seed,
            cast: Cast::new(seed, start),
            dice: SeededDice::new(chance.number()),
            skewed: chance.in_thousand(500),
            freezing: !unswept && chance.in_thousand(400),
            chance,
            clock,
            weather,
            store,
            queue,
            vendor,
            running: Vec::new(),
            next_invocation: 1,
            answers: 0,
            told: Vec::new(),
            wrote: HashMap::new(),
            committed: HashMap::new(),
            confirmed: BTreeSet::new(),
            early: BTreeSet::new(),
            calls_seen: 0,
            life_began: Timestamp::MIN,
            calls_before: 0,
            ends_seen: 0,
            reopened_seen: 0,
            reopened_before: 0,
            replayed: Vec::new(),
            opened_at_call: HashMap::new(),
            unswept,
            events: Events::default(),
            violations: Vec::new(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn fail(&mut self, violation: String) {
        self.violations.push(violation);
    }

    pub fn is_broken(&self) -> bool {
        !self.violations.is_empty()
    }

    pub fn perform(&mut self, op: Op) {
        match op {
            Op::Register { tenant, push } => self.start_register(tenant, push),
            Op::Record {
                tenant,
                push,
                batch,
                variant,
            } => self.start_record(tenant, push, batch, variant),
            Op::Gate {
                tenant,
                push,
                channel,
                target,
            } => self.start_gate(tenant, push, channel, target),
            Op::Revoke { tenant, push, scope } => self.start_revoke(tenant, push, scope),
            Op::Replay { tenant, push, nth } => self.start_replay(tenant, push, nth),
            Op::Report { tenant, push, batch, draw } => self.start_report(tenant, push, batch, draw),
            Op::Receive { nth, twice } => {
                let visible = self.queue.visible();
                if visible > 0 {
                    // Two who share a job: the one that stops takes it from the one that crashes.
                    self.receive(nth % visible, twice && !self.unswept);
                }
            }
            Op::Sweep => {
                if !self.unswept {
                    self.start_sweep();
                }
            }
            Op::Crash { nth } => {
                if !self.running.is_empty() {
                    self.crash(nth % self.running.len());
                }
            }
            Op::Advance { ms } => {
                self.clock.advance(SignedDuration::from_millis(ms));
                self.time_out();
            }
            Op::End { off_ms } => self.go_to_the_end(off_ms),
            Op::Delete { nth } => self.delete_expired(nth),
            Op::Vendor(mood) => self.vendor.is(mood),
            Op::Work { rounds } => {
                for _ in 0..rounds {
                    let visible = self.queue.visible();
                    if self.running.is_empty() && visible > 0 {
                        let nth = self.chance.below(visible);
                        self.receive(nth, false);
                    }
                    self.poll_any();
                }
            }
            Op::Run { polls } => {
                for _ in 0..polls {
                    self.poll_any();
                }
            }
        }
    }

    /// Somebody who is under way goes one port call further.
    pub fn poll_any(&mut self) {
        if !self.running.is_empty() {
            let nth = self.chance.below(self.running.len());
            self.poll(nth);
        }
    }

    fn poll(&mut self, nth: usize) {
        let invocation = &mut self.running[nth];
        let who = invocation.who;
        self.weather.now_runs(who);
        let commits = self.store.commits();
        let done = invocation.poll();
        if self.store.commits() > commits {
            self.committed.insert(who.invocation, self.answers);
        }
        self.check_calls();
        self.check_ends(who);
        self.check_reopened();
        if let Some(done) = done {
            let invocation = self.running.swap_remove(nth);
            self.finished(&invocation, done);
        }
    }

    fn finished(&mut self, invocation: &Invocation, done: Done) {
        if let Some(receipt) = &invocation.receipt {
            // Deleting a job may fail, too: then it comes again.
            if done.is_ok() && !(self.weather.is_stormy() && self.chance.in_thousand(50)) {
                self.queue.done(receipt);
            }
        }
        self.answers += 1;
        self.note(invocation, done);
    }

    /// The process of one invocation dies between two port calls.
    pub fn crash(&mut self, nth: usize) {
        if self.unswept && self.running[nth].receipt.is_none() {
            return;
        }
        let invocation = self.running.swap_remove(nth);
        self.events.saw(invocation.name.crash());
        self.answers += 1;
    }

    /// What runs longer than a function may is killed, unless its machine froze with it.
    pub fn time_out(&mut self) {
        let now = self.now();
        let mut nth = 0;
        while nth < self.running.len() {
            let late = now.duration_since(self.running[nth].started_at) > TIMEOUT;
            let frozen = self.freezing && self.running[nth].who.invocation.is_multiple_of(2);
            let spared = self.unswept && self.running[nth].receipt.is_none();
            if late && !frozen && !spared {
                self.crash(nth);
                self.events.saw("a timeout");
            } else {
                nth += 1;
            }
        }
    }

    pub fn receive(&mut self, nth: usize, twice: bool) {
        let hidden = if twice { SignedDuration::ZERO } else { HIDDEN };
        if let Some(receipt) = self.queue.receive(nth, hidden) {
            self.events.saw_if("a job delivered again", receipt.redelivered > 0);
            self.start_job(receipt);
        } else {
            self.events.saw("a parked job");
        }
    }

    pub fn delete_expired(&mut self, nth: usize) {
        let expired = self.store.expired(self.now());
        if expired.is_empty() {
            return;
        }
        let (kept, batch) = &expired[nth % expired.len()];
        self.store.delete_expired(kept, batch);
        self.events.saw("a TTL deletion");
        let looked_at = |revocation: &Revocation| revocation.push == batch.push && revocation.due_at.is_some();
        let looked_at = self.revocations().iter().any(looked_at);
        self.events.saw_if("a TTL deletion before the last look", looked_at);
    }

    /// Seconds before the nearest end of a window, and from there to the very end.
    fn go_to_the_end(&mut self, off_ms: i64) {
        let near = SignedDuration::from_secs(20);
        let now = self.now();
        let batches = self
            .store
            .committed()
            .into_iter()
            .map(|batch| window::closes_at(batch.header.sent_at));
        let pushes = self.pushes().into_iter().map(|push| push.registration.closes_at());
        let ends = batches.chain(pushes).filter(|end| *end > now + SignedDuration::from_millis(1));
        let Some(end) = ends.min() else {
            return;
        };
        let ahead = end.duration_since(now);
        if ahead <= near {
            self.clock.set(end + SignedDuration::from_millis(off_ms));
            self.events.saw("the very end of a window");
        } else if ahead < SignedDuration::from_hours(4) {
            self.clock.set(end - near / 2);
        }
        self.time_out();
    }

    /// A new invocation, on a machine whose clock may be wrong.
    pub fn hire(&mut self) -> (Running, ManualClock) {
        let skew_ms = if self.skewed {
            i64::try_from(self.chance.below(60_001)).unwrap() - 30_000
        } else {
            0
        };
        let who = Running {
            invocation: self.next_invocation,
            skew_ms,
        };
        self.next_invocation += 1;
        (who, self.clock.skewed(skew_ms))
    }
}
