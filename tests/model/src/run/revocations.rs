//! Many small pushes, all revoked at once.

use std::sync::{Arc, Mutex};

use revocation_app::ports::{BatchRecorder, PushStore};
use revocation_rules::batch::{self, BatchHeader, Sending};
use revocation_rules::ids::PushRef;
use revocation_rules::push::Push;
use revocation_rules::shard::ShardCount;
use revocation_testkit::builders;

use super::deliveries::{batch_id, registration, revoke};
use super::figures::{Figures, Size, figures};
use super::{deliveries, sweep_every_minute};
use crate::costs::Costs;
use crate::limits::Limits;
use crate::meter::part;
use crate::sim::{Micros, SECOND, lock};
use crate::vendor::Vendor;
use crate::world::World;

/// Deliveries of each push.
const DELIVERIES: usize = 10;
/// What API Gateway lets through a second (`ApiRateLimit` of the template).
const CALLS_A_SECOND: u64 = 1_000;

/// `count` pushes of ten deliveries in one batch, each revoked as a whole, as fast as the API lets the calls in.
///
/// # Errors
/// When the world cannot be made.
pub fn many_revocations(
    name: &str,
    count: usize,
    vendor: &Vendor,
    limits: Limits,
    costs: Costs,
    prepare: impl Fn(&World),
) -> Result<Figures, String> {
    let world = World::new(limits, costs, vendor.clone(), 17)?;
    prepare(&world);
    let pushes: Vec<PushRef> = (0..count)
        .map(|nth| builders::task(&builders::tenant(&format!("app{}", nth % 50)), &format!("push-{nth:07}")))
        .collect();
    for push in &pushes {
        push_with_one_batch(&world, push)?;
    }
    let before = lock(&world.ledger).clone();
    let began = world.sim.micros() + SECOND;
    let gates: Arc<Mutex<Vec<Micros>>> = Arc::default();
    sweep_every_minute(&world);
    for (nth, push) in pushes.into_iter().enumerate() {
        let (world, gates) = (Arc::clone(&world), Arc::clone(&gates));
        world.sim.clone().spawn(async move {
            world.sim.sleep_until(began + nth as u64 * SECOND / CALLS_A_SECOND).await;
            let asked = world.sim.micros();
            if revoke(&world, &push).await {
                lock(&gates).push(world.sim.micros() - asked);
            }
        });
    }
    #[expect(clippy::cast_precision_loss, reason = "a hundred thousand fits in 53 bits")]
    let latest = began + 3_600 * SECOND + part(SECOND, count as f64 / 10.0);
    let end = world.sim.run(latest, || lock(&world.events).settled.len() >= count);
    let size = Size {
        deliveries: (count * DELIVERIES) as u64,
        revocations: count,
    };
    let mut gates = lock(&gates).clone();
    gates.sort_unstable();
    Ok(figures(name, size, &world, &before, began, &gates, end))
}

fn push_with_one_batch(world: &World, of: &PushRef) -> Result<(), String> {
    let store = &world.store;
    let channel = world.vendors.facts().channel;
    let push = Push {
        shards: ShardCount::of(of.kind),
        registration: registration(of),
        registered_at: builders::noon(),
        closures: Vec::new(),
        version: 1,
    };
    let all = deliveries(channel, DELIVERIES);
    let header = BatchHeader {
        batch: push.shards.locate(of.clone(), batch_id(0)),
        channel,
        count: u16::try_from(all.len()).unwrap_or(u16::MAX),
        without_handle: 0,
        audiences: 0,
        sending: Sending::Sent,
        sent_at: builders::noon(),
        recorded_at: builders::noon(),
        digest: batch::digest(channel, Sending::Sent, None, &all),
    };
    let (item, payload) = revocation_aws::sizes::batch(&header, &all).map_err(|error| error.to_string())?;
    store.note_batch(&header, item.bytes, payload.map_or(0, |payload| payload.bytes));
    let written = async {
        store.insert_push(&push).await?;
        store.record(&header, &all).await
    };
    futures::executor::block_on(written).map_err(|error| error.to_string())?;
    Ok(())
}
