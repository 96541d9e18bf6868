//! A vendor: how many deliveries a call takes, how long it needs, how much it takes a second.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use revocation_app::ports::{ChannelClient, Clock, Order};
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};

use crate::costs::Step;
use crate::meter::Meter;
use crate::queue::Name;
use crate::sim::{Micros, SECOND, Sim, lock};

/// What is so of a vendor (`docs/channels.md`) and of how we call it (`shared/channels`).
#[derive(Debug, Clone, PartialEq)]
pub struct Vendor {
    pub channel: Channel,
    /// Deliveries that one call takes.
    pub per_call: usize,
    /// Calls of one batch at once.
    pub at_once: usize,
    /// Of a call, at the median; one in a hundred takes `slow` times as long.
    pub latency: Micros,
    pub slow: f64,
    /// Deliveries a second that it takes of the whole account; `None` for all.
    pub quota: Option<f64>,
    /// What it says when that is used up.
    pub retry_after: Option<Micros>,
    /// Deliveries a second that we keep to ourselves (`<Channel>RatePerSecond` of the template), shared out over the
    /// channel's workers; `None` for no rate of ours.
    pub rate: Option<u32>,
}

impl Vendor {
    /// Calls of a channel as its client makes them. How long a vendor takes is nowhere published: 50 ms are assumed.
    pub fn of(channel: Channel) -> Self {
        let (per_call, at_once) = match channel {
            Channel::Huawei | Channel::Harmony | Channel::Oppo | Channel::Vivo | Channel::Honor => (1_000, 4),
            Channel::Xiaomi => (500, 4),
            Channel::Meizu => (100, 4),
            Channel::Apns => (1, 500),
            Channel::Fcm => (1, 100),
            // At one push service.
            Channel::WebPush => (1, 16),
            Channel::SelfBuilt | Channel::Sms => (1, 1),
        };
        Self {
            channel,
            per_call,
            at_once,
            latency: 50_000,
            slow: 10.0,
            quota: None,
            retry_after: None,
            rate: None,
        }
    }

    #[must_use]
    pub fn taking(mut self, deliveries_a_second: f64) -> Self {
        self.quota = Some(deliveries_a_second);
        self
    }
}

/// The account of all workers.
pub struct Vendors {
    facts: Vendor,
    /// What it took within the last second, oldest first.
    taken: Mutex<VecDeque<(Micros, usize)>>,
}

impl Vendors {
    pub fn new(facts: Vendor) -> Self {
        Self {
            facts,
            taken: Mutex::default(),
        }
    }

    pub const fn facts(&self) -> &Vendor {
        &self.facts
    }

    /// Takes so many deliveries, if no stretch of a second has more of them than the quota; a call that is more than what
    /// is left is refused as a whole.
    fn takes(&self, deliveries: usize, now: Micros) -> bool {
        let Some(quota) = self.facts.quota else { return true };
        let mut taken = lock(&self.taken);
        while taken.front().is_some_and(|(at, _)| at + SECOND <= now) {
            taken.pop_front();
        }
        let sum: usize = taken.iter().map(|(_, count)| count).sum::<usize>() + deliveries;
        let fits = f64::from(u32::try_from(sum).unwrap_or(u32::MAX)) <= quota;
        if fits {
            taken.push_back((now, deliveries));
        }
        fits
    }
}

/// A worker's share of the channel's rate, as `shared/channels/src/pace.rs` keeps to it.
struct Share {
    /// How long one delivery takes of it.
    each: Micros,
    /// A second's worth.
    most: usize,
}

impl Share {
    fn of(rate: u32, workers: usize) -> Self {
        let workers = workers.max(1);
        let rate = rate.max(1) as usize;
        Self {
            each: (workers as u64 * SECOND).div_ceil(rate as u64),
            most: (rate / workers).max(1),
        }
    }
}

/// One worker's client.
pub struct Client(pub Meter);

impl Client {
    async fn ask(&self, order: &Order<'_>) -> Vec<(usize, Answer)> {
        let world = &self.0.world;
        let facts = world.vendors.facts();
        if let Some(failure) = self.paused() {
            return order
                .calls
                .iter()
                .map(|call| (call.slot, Answer::Failed(failure.clone())))
                .collect();
        }
        let Some(share) = facts.rate.map(|rate| Share::of(rate, world.queues.workers(Name::Dispatch))) else {
            return self.piece(order, order.calls).await;
        };
        let mut answers = Vec::with_capacity(order.calls.len());
        let mut left = order.calls;
        while !left.is_empty() {
            let (piece, rest) = left.split_at(left.len().min(share.most));
            let turn = self.0.env.turn(world, share.each, share.most, piece.len());
            if Sim::time_at(turn) >= order.call_until {
                break;
            }
            self.0.env.take_turn(turn, share.each, piece.len());
            world.sim.sleep_until(turn).await;
            let told = self.piece(order, piece).await;
            let stopped = told
                .iter()
                .any(|(_, answer)| matches!(answer, Answer::Failed(_) | Answer::NotTried));
            answers.extend(told);
            left = rest;
            if stopped {
                break;
            }
        }
        answers.extend(left.iter().map(|call| (call.slot, Answer::NotTried)));
        answers
    }

    /// Deliveries whose turn has come.
    async fn piece(&self, order: &Order<'_>, all: &[ToCall<'_>]) -> Vec<(usize, Answer)> {
        let world = &self.0.world;
        let facts = world.vendors.facts();
        let costs = &world.costs;
        let asked = f64::from(u32::try_from(all.len()).unwrap_or(u32::MAX));
        let each = (costs.cpu(Step::Dispatch1000) - costs.cpu(Step::DispatchDone)).max(0.0) / 1_000.0;
        self.0.cpu(each * asked).await;
        let stopped = Mutex::new(false);
        let outcome = match order.strategy {
            Strategy::Overwrite => Outcome::Overwritten,
            Strategy::Recall | Strategy::RecallThenOverwrite => Outcome::Recalled,
        };
        // Calls of one delivery each would be a hundred million of them: a wave of them is one step in time.
        let piece = if facts.per_call == 1 { facts.at_once } else { facts.per_call };
        let at_once = if facts.per_call == 1 { 1 } else { facts.at_once };
        let mut waiting = all.chunks(piece);
        let mut asked = FuturesUnordered::new();
        let mut answers = Vec::with_capacity(all.len());
        loop {
            while asked.len() < at_once
                && let Some(calls) = waiting.next()
            {
                asked.push(self.call(order, calls, outcome, &stopped));
            }
            match asked.next().await {
                Some(some) => answers.extend(some),
                None => return answers,
            }
        }
    }

    fn paused(&self) -> Option<AttemptFailure> {
        let rest = self.0.env.paused_until().checked_sub(self.0.world.sim.micros())?;
        (rest > 0).then(|| throttled(Some(rest)))
    }

    async fn call(&self, order: &Order<'_>, calls: &[ToCall<'_>], outcome: Outcome, stopped: &Mutex<bool>) -> Vec<(usize, Answer)> {
        let same = |answer: Answer| calls.iter().map(|call| (call.slot, answer.clone())).collect();
        let world = &self.0.world;
        let facts = world.vendors.facts();
        if *lock(stopped) || world.sim.now() >= order.call_until {
            return same(Answer::NotTried);
        }
        let count = if facts.per_call == 1 { calls.len() as u64 } else { 1 };
        {
            let mut events = lock(&world.events);
            events.first_vendor_call.get_or_insert(world.sim.micros());
            lock(&world.ledger).vendor_calls += count;
        }
        let latency = self.0.jittered(facts.latency, facts.slow);
        world.sim.sleep(latency / 2).await;
        let taken = world.vendors.takes(calls.len(), world.sim.micros());
        world.sim.sleep(latency - latency / 2).await;
        if !taken {
            *lock(stopped) = true;
            lock(&world.ledger).vendor_throttled += count;
            if let Some(wait) = facts.retry_after {
                self.0.env.pause(world.sim.micros() + wait);
            }
            return same(Answer::Failed(throttled(facts.retry_after)));
        }
        lock(&world.ledger).vendor_deliveries += calls.len() as u64;
        lock(&world.events).answered.push((world.sim.micros(), calls.len() as u64));
        same(Answer::Ended {
            outcome,
            reason: "accepted_by_vendor".to_owned(),
        })
    }
}

fn throttled(wait: Option<Micros>) -> AttemptFailure {
    AttemptFailure::Throttled {
        retry_after: wait.map(std::time::Duration::from_micros),
        reason: "model:503".to_owned(),
    }
}

impl ChannelClient for Client {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        self.ask(order).boxed()
    }
}
