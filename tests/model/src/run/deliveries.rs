//! One push, revoked as a whole.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use revocation_app::ports::{Clock, PushStore};
use revocation_app::{Accepted, NewBatch, NewRevocation, record_deliveries, register_push, request_revocation};
use revocation_rules::actor::Actor;
use revocation_rules::batch::{self, BatchHeader, Delivery, Sending};
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::push::{PushType, Registration};
use revocation_rules::scope::Scope;
use revocation_testkit::builders;

use super::figures::{Figures, Size, figures};
use super::{deliveries, sweep_every_minute};
use crate::costs::{Costs, Step};
use crate::lambda::{Function, Invoked, invoke};
use crate::limits::Limits;
use crate::sim::{Micros, SECOND, lock};
use crate::store::Metered;
use crate::vendor::Vendor;
use crate::world::World;

/// Batches that the use case records; the others are as these, but for their ids, and are put into the store beside it.
const RECORDED: u64 = 16;

/// What is to be pushed and revoked.
#[derive(Debug, Clone)]
pub struct Push {
    pub deliveries: u64,
    /// Of a batch; at most 1,000.
    pub in_a_batch: usize,
    pub vendor: Vendor,
    /// When the run has failed, if it is not over.
    pub latest: Micros,
}

impl Push {
    /// Whole batches, and three times as long as the vendor's quota needs, and an hour.
    pub fn of(deliveries: u64, vendor: Vendor) -> Self {
        let slowest = vendor.quota.unwrap_or(2_000.0);
        #[expect(clippy::cast_precision_loss, reason = "a hundred million fits in 53 bits")]
        let needs = crate::meter::whole(deliveries as f64 / slowest * 1e6);
        Self {
            deliveries,
            in_a_batch: batch::MAX_DELIVERIES,
            vendor,
            latest: 3 * needs + 3_600 * SECOND,
        }
    }
}

pub(crate) fn batch_id(nth: u64) -> BatchId {
    // Cannot fail: digits are an id.
    #[expect(clippy::unwrap_used, reason = "digits are an id")]
    format!("batch-{nth:08}").parse().unwrap()
}

pub(crate) fn registration(push: &PushRef) -> Registration {
    Registration {
        push: push.clone(),
        push_type: PushType::Batch,
        title: "Autumn sale".to_owned(),
        sent_at: builders::noon(),
        send_until: None,
        notices: None,
    }
}

pub(crate) fn everything(push: &PushRef) -> NewRevocation {
    // Cannot fail: a word is a key's id.
    #[expect(clippy::unwrap_used, reason = "a word is an id")]
    let key = "operator-1".parse().unwrap();
    NewRevocation {
        push: push.clone(),
        scope: Scope::everything(),
        reason: "wrong price".to_owned(),
        notices: None,
        requested_by: Actor { key, label: None },
    }
}

/// Registers, records, revokes, and waits until it has settled.
///
/// # Errors
/// When the world cannot be made, or a use case refuses.
pub fn one_push(name: &str, push: &Push, limits: Limits, costs: Costs, prepare: impl Fn(&World)) -> Result<Figures, String> {
    let world = World::new(limits, costs, push.vendor.clone(), 13)?;
    prepare(&world);
    let of = builders::task(&builders::tenant("shop"), "autumn-sale");
    let batches = push.deliveries.div_ceil(push.in_a_batch as u64);
    let all = deliveries(push.vendor.channel, push.in_a_batch);
    record(&world, &of, batches, push, &all)?;
    let recorded = world.sim.micros();
    lock(&world.table).start_over();
    let before = lock(&world.ledger).clone();
    let began = recorded + SECOND;
    let gates: Arc<Mutex<Vec<Micros>>> = Arc::default();
    sweep_every_minute(&world);
    {
        let (world, gates) = (Arc::clone(&world), Arc::clone(&gates));
        world.sim.clone().spawn(async move {
            world.sim.sleep_until(began).await;
            if revoke(&world, &of).await {
                lock(&gates).push(world.sim.micros() - began);
            }
        });
    }
    let end = world.sim.run(began + push.latest, || !lock(&world.events).settled.is_empty());
    let size = Size {
        deliveries: push.deliveries,
        revocations: 1,
    };
    let gates = lock(&gates).clone();
    Ok(figures(name, size, &world, &before, began, &gates, end))
}

/// One call of an operator, asked again while there is no environment for it.
pub(crate) async fn revoke(world: &Arc<World>, push: &PushRef) -> bool {
    let request = everything(push);
    loop {
        let work = async |meter: crate::meter::Meter, _| {
            let store = Metered::new(&meter);
            meter.cpu(world.costs.cpu(Step::Revoke)).await;
            // The key that asks is a read of its own.
            meter
                .call(&crate::dynamo::Call::get(format!("key of {}", push.tenant), 300))
                .await
                .ok();
            let accepted = request_revocation(&store, &store, &world.sim, &world.sim, &world.channels, &request).await;
            matches!(accepted, Ok(Accepted::New(_) | Accepted::AlreadyThere(_)))
        };
        match invoke(world, Function::Revoke, work).await {
            Invoked::Done(true) => return true,
            Invoked::Done(false) | Invoked::Throttled | Invoked::TimedOut => world.sim.sleep(SECOND).await,
        }
    }
}

/// The first batches by the use case, the others beside it: their calls and units are counted by their number.
fn record(world: &Arc<World>, of: &PushRef, batches: u64, push: &Push, all: &[Delivery]) -> Result<(), String> {
    let done: Arc<Mutex<Option<Result<(), String>>>> = Arc::default();
    let by_use_case = batches.min(RECORDED);
    {
        let (world, of, all, done) = (Arc::clone(world), of.clone(), all.to_vec(), Arc::clone(&done));
        let channel = push.vendor.channel;
        let deliveries = push.deliveries;
        world.sim.clone().spawn(async move {
            // A sender that knows how many there will be says so.
            let expected = Some(deliveries);
            let work = async |meter: crate::meter::Meter, _| {
                let store = Metered::new(&meter);
                register_push(&store, &world.sim, registration(&of), expected)
                    .await
                    .map_err(|error| error.to_string())?;
                for nth in 0..by_use_case {
                    meter.cpu(world.costs.cpu(Step::Record1000)).await;
                    let new = NewBatch {
                        push: of.clone(),
                        batch: batch_id(nth),
                        channel,
                        sending: Sending::Sent,
                        sent_at: None,
                        deliveries: all.clone(),
                    };
                    let recorded = record_deliveries(&store, &store, &world.sim, &world.channels, new).await;
                    recorded.map_err(|error| error.to_string())?;
                }
                Ok(())
            };
            let end = match invoke(&world, Function::Record, work).await {
                Invoked::Done(end) => end,
                Invoked::Throttled | Invoked::TimedOut => Err("nothing could be recorded".to_owned()),
            };
            *lock(&done) = Some(end);
        });
    }
    world.sim.run(600 * SECOND, || lock(&done).is_some());
    lock(&done).take().unwrap_or_else(|| Err("recording did not end".to_owned()))?;
    beside(world, of, by_use_case..batches, all)
}

fn beside(world: &World, of: &PushRef, batches: std::ops::Range<u64>, all: &[Delivery]) -> Result<(), String> {
    let store = &world.store;
    let failed = |error: &dyn std::error::Error| error.to_string();
    let push = futures::executor::block_on(store.push(of)).map_err(|error| failed(&error))?;
    let push = push.ok_or("the push is not registered")?;
    let first = push.shards.locate(of.clone(), batch_id(0));
    let bytes = store.bytes_of(&first);
    let channel = world.vendors.facts().channel;
    let digest = batch::digest(channel, Sending::Sent, None, all);
    let recorded_at = world.sim.now() - SignedDuration::from_secs(1);
    let base = bytes.header - decimals(first.shard);
    for nth in batches {
        let batch = push.shards.locate(of.clone(), batch_id(nth));
        let header = BatchHeader {
            // Shards have one or two digits in their key.
            batch,
            channel,
            count: u16::try_from(all.len()).unwrap_or(u16::MAX),
            without_handle: 0,
            audiences: 0,
            sending: Sending::Sent,
            sent_at: builders::noon(),
            recorded_at,
            digest: digest.clone(),
        };
        store.note_batch(&header, base + decimals(header.batch.shard), bytes.payload);
        futures::executor::block_on(store.record_shared(&header)).map_err(|error| failed(&error))?;
    }
    Ok(())
}

fn decimals(number: u16) -> usize {
    number.to_string().len()
}
