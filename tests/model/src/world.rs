//! All that one run is made of.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use revocation_rules::channel::Channels;

use crate::costs::Costs;
use crate::dynamo::{Call, Table};
use crate::fail::Fail;
use crate::lambda::Fleets;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::queue::Queues;
use crate::sim::{Micros, Sim, lock};
use crate::store::ModelStore;
use crate::vendor::{Vendor, Vendors};

pub struct World {
    pub sim: Sim,
    pub limits: Limits,
    pub costs: Costs,
    pub store: ModelStore,
    pub channels: Channels,
    pub queues: Queues,
    pub vendors: Vendors,
    pub fleets: Mutex<Fleets>,
    pub table: Mutex<Table>,
    pub ledger: Mutex<Ledger>,
    pub events: Mutex<Events>,
    /// When each processor of a machine that all functions share is free again; empty where each has its own.
    pub processors: Mutex<Vec<Micros>>,
    fails: Mutex<BTreeSet<Fail>>,
    /// Calls in their order, where somebody asked for them.
    trace: Mutex<Option<Vec<Call>>>,
    loses_fanouts: AtomicBool,
    /// When the one thread that is AWS is free again.
    server_free: Mutex<Micros>,
}

/// What was waited for, and when it came.
#[derive(Debug, Default)]
pub struct Events {
    pub first_vendor_call: Option<Micros>,
    /// Deliveries that the vendor has answered for good, and when.
    pub answered: Vec<(Micros, u64)>,
    pub settled: Vec<Micros>,
}

impl World {
    /// # Errors
    /// When the template or the costs lack something.
    pub fn new(limits: Limits, costs: Costs, vendor: Vendor, seed: u64) -> Result<Arc<Self>, String> {
        let sim = Sim::new(seed);
        let able = vendor.channel;
        let channels = Channels::new([able]);
        let processors = limits.lambda.shared_processors.unwrap_or(0);
        Ok(Arc::new(Self {
            store: ModelStore::new(&sim),
            channels,
            queues: Queues::of_the_template(able)?,
            vendors: Vendors::new(vendor),
            fleets: Mutex::new(Fleets::of_the_template(able)?),
            table: Mutex::new(Table::new(limits.partition, limits.table)),
            ledger: Mutex::default(),
            events: Mutex::default(),
            processors: Mutex::new(vec![0; processors as usize]),
            fails: Mutex::default(),
            trace: Mutex::default(),
            loses_fanouts: AtomicBool::new(false),
            server_free: Mutex::default(),
            sim,
            limits,
            costs,
        }))
    }

    pub fn fail(&self, fail: Fail) {
        lock(&self.fails).insert(fail);
    }

    /// What went beyond a limit so far; the run goes on.
    pub fn fails(&self) -> Vec<Fail> {
        lock(&self.fails).iter().cloned().collect()
    }

    /// Waits until AWS has had time for a call, where it is one thread.
    pub async fn served(&self) {
        let Some(takes) = self.limits.lambda.one_server else { return };
        let free = {
            let mut free = lock(&self.server_free);
            *free = (*free).max(self.sim.micros()) + takes;
            *free
        };
        self.sim.sleep_until(free).await;
    }

    /// What `revoke` sends to the queue of fan-outs is lost: the sweep has to find it.
    pub fn lose_first_fanouts(&self) {
        self.loses_fanouts.store(true, Ordering::Relaxed);
    }

    pub fn loses_fanouts(&self) -> bool {
        self.loses_fanouts.load(Ordering::Relaxed)
    }

    /// From now on calls are written down.
    pub fn trace(&self) {
        *lock(&self.trace) = Some(Vec::new());
    }

    pub fn note_call(&self, call: &Call) {
        if let Some(trace) = &mut *lock(&self.trace) {
            trace.push(call.clone());
        }
    }

    /// What was written down since.
    pub fn traced(&self) -> Vec<Call> {
        lock(&self.trace).as_mut().map(std::mem::take).unwrap_or_default()
    }
}
