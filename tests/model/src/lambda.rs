//! Functions: their environments, how many there are at once, what an invocation may take.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use futures::future::poll_fn;
use jiff::Timestamp;
use revocation_rules::channel::Channel;
use revocation_rules::ids::RevocationId;

use crate::costs::{Memory, Step};
use crate::fail::Fail;
use crate::meter::{Meter, whole};
use crate::sim::{Micros, SECOND, Sim, lock, seconds};
use crate::template;
use crate::world::World;

/// Functions that a run uses. There is one dispatcher, of the run's channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    Record,
    Revoke,
    Lookup,
    Fanout,
    Dispatch,
    Receipts,
    ReceiptsQueued,
    Sweep,
}

impl Function {
    pub const ALL: [Self; 8] = [
        Self::Record,
        Self::Revoke,
        Self::Lookup,
        Self::Fanout,
        Self::Dispatch,
        Self::Receipts,
        Self::ReceiptsQueued,
        Self::Sweep,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Revoke => "revoke",
            Self::Lookup => "lookup",
            Self::Fanout => "fanout",
            Self::Dispatch => "dispatch",
            Self::Receipts => "receipts",
            Self::ReceiptsQueued => "receipts-queued",
            Self::Sweep => "sweep",
        }
    }

    /// Its name in the template.
    fn logical(self, channel: Channel) -> String {
        match self {
            Self::Record => "Record".to_owned(),
            Self::Revoke => "Revoke".to_owned(),
            Self::Lookup => "Lookup".to_owned(),
            Self::Fanout => "Fanout".to_owned(),
            Self::Dispatch => format!("Dispatch{}", pascal(channel.as_str())),
            Self::Receipts => "Receipts".to_owned(),
            Self::ReceiptsQueued => "ReceiptsQueued".to_owned(),
            Self::Sweep => "Sweep".to_owned(),
        }
    }
}

pub(crate) fn pascal(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect()
}

/// One environment: a process that serves one event after the other.
pub struct Env {
    function: Function,
    memory_mb: u32,
    /// Part of a processor that it has.
    share: f64,
    state: Mutex<EnvState>,
}

struct EnvState {
    busy_until: Micros,
    retry_tokens: u32,
    /// Until when the vendor is not called.
    paused_until: Micros,
    /// When its share of the channel's rate is whole again.
    whole_at: Micros,
    /// Bytes of the heap that jobs hold now.
    held: f64,
    /// Revocations of which the process has kept what never changes.
    known: BTreeSet<RevocationId>,
}

impl Env {
    fn new(function: Function, facts: &template::Function, world: &World) -> Self {
        let share = f64::from(facts.memory_mb) / world.limits.lambda.processor_mb;
        Self {
            function,
            memory_mb: facts.memory_mb,
            share: if world.limits.lambda.shared_processors.is_some() {
                1.0
            } else {
                share.min(1.0)
            },
            state: Mutex::new(EnvState {
                busy_until: 0,
                retry_tokens: world.limits.patience.retry_tokens,
                paused_until: 0,
                whole_at: 0,
                held: 0.0,
                known: BTreeSet::new(),
            }),
        }
    }

    pub const fn function(&self) -> Function {
        self.function
    }

    /// When so much is computed: after what the environment computes already.
    pub fn compute(&self, world: &World, micros: f64) -> Micros {
        let now = world.sim.micros();
        if let Some(invocations) = lock(&world.ledger).invocations.get_mut(self.function.name()) {
            invocations.cpu += micros;
        }
        let takes = whole(micros * world.limits.lambda.times / self.share);
        let mut processors = lock(&world.processors);
        if let Some(free) = processors.iter_mut().min() {
            *free = (*free).max(now) + takes;
            return *free;
        }
        let mut state = lock(&self.state);
        state.busy_until = state.busy_until.max(now) + takes;
        state.busy_until
    }

    pub fn take_token(&self, cost: u32) -> bool {
        let mut state = lock(&self.state);
        let left = state.retry_tokens.checked_sub(cost);
        state.retry_tokens = left.unwrap_or(state.retry_tokens);
        left.is_some()
    }

    pub fn give_back(&self, cost: u32) {
        lock(&self.state).retry_tokens += cost;
    }

    /// When so many deliveries have their turn, of which each takes so long of the share.
    pub fn turn(&self, world: &World, each: Micros, most: usize, count: usize) -> Micros {
        let others = each * (most - count.min(most)) as u64;
        let whole_at = lock(&self.state).whole_at;
        whole_at.saturating_sub(others).max(world.sim.micros())
    }

    pub fn take_turn(&self, turn: Micros, each: Micros, count: usize) {
        let mut state = lock(&self.state);
        state.whole_at = state.whole_at.max(turn) + each * count as u64;
    }

    pub fn knows(&self, revocation: &RevocationId) -> bool {
        lock(&self.state).known.contains(revocation)
    }

    pub fn learn(&self, revocation: &RevocationId) {
        lock(&self.state).known.insert(revocation.clone());
    }

    pub fn paused_until(&self) -> Micros {
        lock(&self.state).paused_until
    }

    pub fn pause(&self, until: Micros) {
        lock(&self.state).paused_until = until;
    }

    /// A job holds so many bytes until it lets go.
    pub fn hold(&self, world: &World, bytes: f64) {
        let mut state = lock(&self.state);
        state.held += bytes;
        let needs = world.costs.memory(Memory::Resident) + state.held;
        let needs_mb = whole(needs / 1_048_576.0) + 1;
        drop(state);
        let mut fleets = lock(&world.fleets);
        let fleet = fleets.fleet(self.function);
        fleet.largest_mb = fleet.largest_mb.max(needs_mb);
        drop(fleets);
        if needs_mb > u64::from(self.memory_mb) {
            world.fail(Fail::Memory {
                function: self.function.name(),
                needs_mb,
                has_mb: self.memory_mb.into(),
            });
        }
    }

    pub fn let_go(&self, bytes: f64) {
        lock(&self.state).held -= bytes;
    }
}

pub struct Fleet {
    facts: template::Function,
    idle: Vec<Arc<Env>>,
    running: usize,
    /// Environments that were started in the present ten seconds.
    window: u64,
    started: usize,
    pub largest_mb: u64,
}

/// All environments there are.
pub struct Fleets(BTreeMap<Function, Fleet>);

impl Fleets {
    /// # Errors
    /// When the template has no such function.
    pub fn of_the_template(channel: Channel) -> Result<Self, String> {
        let fleet = |function: Function| {
            let name = function.logical(channel);
            let facts = template::function(&name).ok_or_else(|| format!("the template has no function {name}"))?;
            let fleet = Fleet {
                facts,
                idle: Vec::new(),
                running: 0,
                window: 0,
                started: 0,
                largest_mb: 0,
            };
            Ok((function, fleet))
        };
        Function::ALL.into_iter().map(fleet).collect::<Result<_, String>>().map(Self)
    }

    fn fleet(&mut self, function: Function) -> &mut Fleet {
        // Cannot fail: every function has its fleet from the beginning.
        #[expect(clippy::expect_used, reason = "the map is made of all functions")]
        self.0.get_mut(&function).expect("every function has a fleet")
    }

    fn running(&self) -> usize {
        self.0.values().map(|fleet| fleet.running).sum()
    }

    /// The most that an environment of each function held, in megabytes, and what it had.
    pub fn memories(&self) -> impl Iterator<Item = (Function, u64, u32)> + '_ {
        let used = self.0.iter().filter(|(_, fleet)| fleet.largest_mb > 0);
        used.map(|(function, fleet)| (*function, fleet.largest_mb, fleet.facts.memory_mb))
    }
}

/// An environment of its own, which no fleet knows.
pub fn environment(world: &World, function: Function) -> Arc<Env> {
    let facts = lock(&world.fleets).fleet(function).facts.clone();
    Arc::new(Env::new(function, &facts, world))
}

/// What an invocation came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Invoked<T> {
    Done(T),
    /// There is no environment for it now.
    Throttled,
    /// It was ended by its timeout, and its process with it.
    TimedOut,
}

/// Invokes a function. `work` gets its environment and the moment at which Lambda ends it.
pub async fn invoke<T, F: Future<Output = T>>(
    world: &Arc<World>,
    function: Function,
    work: impl FnOnce(Meter, Timestamp) -> F,
) -> Invoked<T> {
    let Some((env, is_new)) = start(world, function) else {
        return Invoked::Throttled;
    };
    let (timeout, memory_mb) = {
        let mut fleets = lock(&world.fleets);
        let facts = &fleets.fleet(function).facts;
        (facts.timeout, facts.memory_mb)
    };
    let meter = Meter {
        world: Arc::clone(world),
        env: Arc::clone(&env),
    };
    let came = world.sim.micros();
    if is_new {
        world.sim.sleep(world.limits.lambda.environment).await;
        meter.cpu(world.costs.cpu(Step::Start)).await;
    }
    let began = world.sim.micros();
    env.hold(world, 0.0);
    let end = began + timeout;
    let done = before(&world.sim, end, work(meter, Sim::time_at(end))).await;
    let now = world.sim.micros();
    let mut ledger = lock(&world.ledger);
    let invocations = ledger.invocations.entry(function.name()).or_default();
    invocations.count += 1;
    invocations.cold += u64::from(is_new);
    invocations.gigabyte_seconds += f64::from(memory_mb) / 1_024.0 * seconds(now - came);
    invocations.longest = invocations.longest.max(now - began);
    drop(ledger);
    let mut fleets = lock(&world.fleets);
    let fleet = fleets.fleet(function);
    fleet.running -= 1;
    if let Some(done) = done {
        fleet.idle.push(env);
        return Invoked::Done(done);
    }
    drop(fleets);
    world.fail(Fail::Invocation {
        function: function.name(),
        seconds: timeout / SECOND,
    });
    Invoked::TimedOut
}

fn start(world: &World, function: Function) -> Option<(Arc<Env>, bool)> {
    let limits = world.limits.lambda;
    let mut fleets = lock(&world.fleets);
    if fleets.running() >= limits.account_concurrency {
        return None;
    }
    let window = world.sim.micros() / (10 * SECOND);
    let fleet = fleets.fleet(function);
    let started = if let Some(env) = fleet.idle.pop() {
        (env, false)
    } else {
        if fleet.window != window {
            fleet.window = window;
            fleet.started = 0;
        }
        if fleet.started >= limits.more_in_ten_seconds {
            return None;
        }
        fleet.started += 1;
        (Arc::new(Env::new(function, &fleet.facts, world)), true)
    };
    fleet.running += 1;
    let running = fleet.running;
    drop(fleets);
    let mut ledger = lock(&world.ledger);
    let invocations = ledger.invocations.entry(function.name()).or_default();
    invocations.most = invocations.most.max(running);
    Some(started)
}

/// What `work` comes to, unless it takes until `end`: then it is dropped.
async fn before<T>(sim: &Sim, end: Micros, work: impl Future<Output = T>) -> Option<T> {
    let mut work = Box::pin(work);
    let mut sleep = sim.sleep_until(end);
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        std::pin::Pin::new(&mut sleep).poll(context).map(|()| None)
    })
    .await
}
