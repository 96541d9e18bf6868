//! What an invocation does with one job: the use cases, as the functions of this deployment call them.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Clock, DispatchJob, Job, WorkError};
use revocation_app::{
    Checked, Dispatcher, SWEPT_AT_ONCE, check_revocation, confirm_batch, dispatch_batch, fan_out, recount_revocation, sweep,
};
use revocation_rules::channel::Capability;

use crate::costs::{Memory, Step};
use crate::fail::Fail;
use crate::limits::Behaviour;
use crate::meter::Meter;
use crate::sim::{SECOND, lock};
use crate::store::Metered;
use crate::vendor::Client;

/// As `functions/fanout` and `functions/sweep` keep it back.
const MARGIN: SignedDuration = SignedDuration::from_secs(15);
/// As `functions/dispatch` does.
const DISPATCH_MARGIN: SignedDuration = SignedDuration::from_secs(20);
/// How many minutes late a sweep may find what is due.
const LATEST_SWEEP: u64 = 5;

/// A clock that stands: whoever looks at it has time.
struct Stopped(Timestamp);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn before(end: Timestamp, margin: SignedDuration) -> Timestamp {
    end.saturating_sub(margin).unwrap_or(end)
}

/// Works on one job; false if it has to come again.
pub async fn handle(meter: &Meter, job: Job, end: Timestamp) -> bool {
    work(meter, job, end).await.is_ok()
}

async fn work(meter: &Meter, job: Job, end: Timestamp) -> Result<(), WorkError> {
    let world = &meter.world;
    let clock = &world.sim;
    match job {
        Job::Fanout { push, revocation } => {
            let store = Metered::new(meter).in_steps_of(Step::FanoutPage);
            let _held = held(meter, Memory::FanoutPage);
            fan_out(&store, &store, clock, &push, &revocation, before(end, MARGIN)).await?;
        }
        Job::Check { push, revocation, nth } => {
            let store = Metered::new(meter).in_steps_of(Step::RecountPage);
            meter.cpu(world.costs.cpu(Step::Check)).await;
            let _held = held(meter, Memory::RecountPage);
            let checked = match stopped(meter) {
                Some(clock) => check_revocation(&store, &store, &clock, &push, &revocation, nth, Timestamp::MAX).await?,
                None => check_revocation(&store, &store, clock, &push, &revocation, nth, before(end, MARGIN)).await?,
            };
            note(meter, checked);
        }
        Job::Recount(job) => {
            let store = Metered::new(meter).in_steps_of(Step::RecountPage);
            meter.cpu(world.costs.cpu(Step::Check)).await;
            let _held = held(meter, Memory::RecountPage);
            let checked = match stopped(meter) {
                Some(clock) => recount_revocation(&store, &store, &clock, *job, Timestamp::MAX).await?,
                None => recount_revocation(&store, &store, clock, *job, before(end, MARGIN)).await?,
            };
            note(meter, checked);
        }
        Job::Dispatch(job) => dispatch(meter, job, end).await?,
        Job::Confirm { batch, nth, look } => {
            let store = Metered::new(meter);
            meter.cpu(world.costs.cpu(Step::DispatchDone)).await;
            confirm_batch(&store, &store, clock, &batch, nth, look).await?;
        }
    }
    Ok(())
}

fn stopped(meter: &Meter) -> Option<Stopped> {
    match meter.world.limits.behaviour {
        Behaviour::RecountWithoutDeadline => Some(Stopped(meter.world.sim.now())),
        Behaviour::AsItIs | Behaviour::CountersUnderOneKey | Behaviour::SweepOfAHundred => None,
    }
}

fn note(meter: &Meter, checked: Checked) {
    match checked {
        Checked::Settled { .. } => lock(&meter.world.events).settled.push(meter.world.sim.micros()),
        Checked::Outstanding { .. } | Checked::HandedOn | Checked::Unchanged | Checked::Overtaken => {}
    }
}

/// A dispatch computes what one of a batch that is done does; the rest is computed when the vendor is called, by how
/// many deliveries it is asked for.
async fn dispatch(meter: &Meter, job: DispatchJob, end: Timestamp) -> Result<(), WorkError> {
    let world = &meter.world;
    let store = Metered::new(meter);
    meter.cpu(world.costs.cpu(Step::DispatchDone)).await;
    let able = world.channels.capability(job.channel) == Capability::Able;
    let client = Client(meter.clone());
    let with = Dispatcher {
        store: &store,
        queue: &store,
        clock: &world.sim,
        dice: &world.sim,
        channels: &world.channels,
        client: able.then_some(&client),
    };
    let _held = held(meter, Memory::Dispatch1000);
    dispatch_batch(&with, &job, before(end, DISPATCH_MARGIN)).await?;
    Ok(())
}

/// Sweeps.
pub async fn sweep_once(meter: &Meter, end: Timestamp) {
    let world = &meter.world;
    let store = Metered::new(meter).in_steps_of(Step::SweepOne);
    if let Some(due_at) = world.store.first_due() {
        let behind = world.sim.now().duration_since(due_at).as_secs() / 60;
        let minutes = u64::try_from(behind).unwrap_or(0);
        if minutes > LATEST_SWEEP {
            world.fail(Fail::SweepBehind { minutes });
        }
    }
    let swept = sweep(&store, &store, &world.sim, before(end, MARGIN)).await;
    let at_once = swept.map_or(0, |swept| swept.handed_on).min(SWEPT_AT_ONCE);
    let bytes = world.costs.memory(Memory::SweepOne) * f64::from(u32::try_from(at_once).unwrap_or(u32::MAX));
    meter.env.hold(world, bytes);
    meter.env.let_go(bytes);
}

/// Memory of the heap, until it is dropped.
struct Held<'a> {
    meter: &'a Meter,
    bytes: f64,
}

fn held(meter: &Meter, what: Memory) -> Held<'_> {
    let bytes = meter.world.costs.memory(what);
    meter.env.hold(&meter.world, bytes);
    Held { meter, bytes }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.meter.env.let_go(self.bytes);
    }
}

/// How often `EventBridge` asks.
pub const MINUTE: u64 = 60 * SECOND;
