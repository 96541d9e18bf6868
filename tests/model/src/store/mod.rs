//! Every store port in memory, for a hundred million deliveries: what many batches have in common is kept once, and
//! nothing is looked for from the beginning. It keeps the contract of the ports as the other stores do
//! (`tests/contract.rs`), and knows nothing of limits.

mod batches;
mod bytes;
mod metered;
mod pushes;
mod receipts;
mod revocations;
mod work;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use revocation_app::ports::Clock;
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId, Tenant};
use revocation_rules::looks::Looks;
use revocation_rules::notice::Notices;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::push::Push;
use revocation_rules::receipt::Receipt;
use revocation_rules::revocation::Revocation;

use crate::sim::{Sim, lock};

pub use bytes::Bytes;
pub use metered::Metered;

/// Items of a page of headers or progresses, as `shared/aws` reads them.
pub const PAGE: usize = 500;

#[derive(Default)]
pub(super) struct Items {
    pushes: BTreeMap<PushRef, PushItems>,
    /// By part.
    due: BTreeMap<u8, BTreeSet<Due>>,
    notices: BTreeMap<Tenant, Notices>,
    /// By digest: the same deliveries are kept once, in however many batches they are.
    payloads: HashMap<String, Arc<Vec<Delivery>>>,
}

/// A revocation and when it is due.
type Due = (Timestamp, PushRef, RevocationId);

#[derive(Default)]
pub(super) struct PushItems {
    push: Option<Push>,
    revocations: BTreeMap<RevocationId, Revocation>,
    counters: BTreeMap<(RevocationId, Channel), Counted>,
    shards: BTreeMap<u16, BTreeMap<BatchId, BatchItems>>,
    early: usize,
    /// Of each item of counters.
    counter_bytes: BTreeMap<String, usize>,
}

#[derive(Default)]
pub(super) struct BatchItems {
    header: Option<BatchHeader>,
    /// Digests of what was sent under this id.
    payloads: Vec<String>,
    progress: Option<BatchProgress>,
    receipts: BTreeMap<Receipt, Timestamp>,
    bytes: Bytes,
    looks: Option<Looks>,
}

#[derive(Default)]
pub(super) struct Counted {
    late: u64,
    suspected: i64,
    outcomes: BTreeMap<Outcome, i64>,
}

/// Clones are the same store.
#[derive(Clone)]
pub struct ModelStore {
    items: Arc<Mutex<Items>>,
    sim: Sim,
    page: usize,
}

impl ModelStore {
    pub fn new(sim: &Sim) -> Self {
        Self {
            items: Arc::default(),
            sim: sim.clone(),
            page: PAGE,
        }
    }

    /// Pages of headers and progresses have this many.
    #[must_use]
    pub fn with_pages_of(mut self, page: usize) -> Self {
        self.page = page.max(1);
        self
    }

    fn items(&self) -> MutexGuard<'_, Items> {
        lock(&self.items)
    }

    fn now(&self) -> Timestamp {
        self.sim.now()
    }
}

impl Items {
    fn batch(&self, of: &BatchRef) -> Option<&BatchItems> {
        self.pushes.get(&of.push)?.shards.get(&of.shard)?.get(&of.batch)
    }

    fn batch_mut(&mut self, of: &BatchRef) -> &mut BatchItems {
        let push = self.pushes.entry(of.push.clone()).or_default();
        push.shards.entry(of.shard).or_default().entry(of.batch.clone()).or_default()
    }

    fn payload_of(&self, header: &BatchHeader) -> Option<Vec<Delivery>> {
        let batch = self.batch(&header.batch)?;
        let known = batch.payloads.contains(&header.digest);
        known
            .then(|| self.payloads.get(&header.digest).map(|all| all.as_ref().clone()))
            .flatten()
    }
}
