//! What every implementation of a port must do: one list of assertions per
//! port, run on the fakes here and on the real adapters where they live.
//!
//! Every assertion makes its own ids, so the lists may run on a store that
//! holds anything else, and again on the same store. A failed assertion panics
//! and its name is the sentence that does not hold.

mod batches;
mod counters;
mod devices;
mod keys;
mod lists;
mod lives;
mod nonces;
mod notices;
mod pushes;
mod queue;
mod receipts;
mod revocations;
mod senders;
mod sessions;
mod work;

use std::hash::{BuildHasher, Hasher, RandomState};

use jiff::SignedDuration;
use revocation_app::ports::{
    AppNotices, BatchHeaders, BatchPayloads, BatchRecorder, BatchWorkStore, Counters, ProgressList, PushList, PushOverview, PushStore,
    ReceiptStore, Recorded, RevocationStore, Saved, TargetIndex, TaskNumbers,
};
use revocation_rules::actor::{Act, Actor};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;

use crate::builders::{self, BatchBuilder, a_batch, a_push, a_revocation};

pub use batches::{batch_headers, batch_payloads, batch_recorder};
pub use counters::counters;
pub use devices::devices;
pub use keys::{access_keys, secret_seal};
pub use lists::{push_list, push_overview};
pub use lives::lives;
pub use nonces::nonces;
pub use notices::app_notices;
pub use pushes::push_store;
pub use queue::{QueueUnderTest, job_queue};
pub use receipts::receipt_store;
pub use revocations::revocation_store;
pub use senders::queue_senders;
pub use sessions::session_store;
pub use work::{batch_work_store, progress_list};

/// Everything a store must do.
pub async fn all_store_ports<S>(store: &S)
where
    S: PushStore
        + TaskNumbers
        + PushList
        + PushOverview
        + BatchRecorder
        + BatchHeaders
        + BatchPayloads
        + BatchWorkStore
        + ProgressList
        + RevocationStore
        + Counters
        + AppNotices
        + ReceiptStore
        + TargetIndex,
{
    push_store(store).await;
    push_list(store).await;
    push_overview(store).await;
    batch_recorder(store).await;
    batch_headers(store).await;
    batch_payloads(store).await;
    batch_work_store(store).await;
    progress_list(store).await;
    revocation_store(store).await;
    counters(store).await;
    app_notices(store).await;
    receipt_store(store).await;
}

/// A name nobody used before, in this process or another.
fn fresh() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// Somebody with a label, an hour after noon.
fn an_act() -> Act {
    Act {
        by: an_actor(),
        at: builders::noon() + SignedDuration::from_hours(1),
    }
}

fn an_actor() -> Actor {
    Actor {
        key: "key-7".parse().unwrap(),
        label: Some("夜班 Night shift".parse().unwrap()),
    }
}

/// A push of a tenant of its own, kept.
async fn a_kept_push(store: &impl PushStore) -> Push {
    let push = an_unknown_push();
    store.insert_push(&push).await.unwrap();
    push
}

fn an_unknown_push() -> Push {
    let name = fresh();
    a_push()
        .named(builders::task(&builders::tenant(&format!("APP{name}")), &name))
        .build()
}

/// A push with one more revocation than it had, kept.
async fn a_kept_revocation(store: &(impl PushStore + RevocationStore)) -> (Push, Revocation) {
    let push = a_kept_push(store).await;
    let revocation = a_revocation().of(&push).named(&format!("rvk_{}", fresh())).build();
    assert_eq!(store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
    (push, revocation)
}

async fn a_recorded_batch(store: &impl BatchRecorder, batch: BatchBuilder) -> (BatchHeader, Vec<Delivery>) {
    let (header, deliveries) = batch.build();
    assert_eq!(store.record(&header, &deliveries).await.unwrap(), Recorded::New);
    (header, deliveries)
}

/// A batch with a revocation to work on it for.
async fn a_batch_to_revoke(store: &(impl PushStore + RevocationStore + BatchRecorder)) -> (BatchHeader, Revocation) {
    let (push, revocation) = a_kept_revocation(store).await;
    let (header, _) = a_recorded_batch(store, a_batch().of(&push).to(&["u1", "u2", "u3"])).await;
    (header, revocation)
}
