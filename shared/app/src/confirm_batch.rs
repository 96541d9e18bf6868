//! Works in what devices confirmed after their batch was revoked.
//!
//! Every revocation that counted a delivery hears in the same transaction that
//! it is confirmed. This may run twice at once, be killed anywhere, and be asked
//! to do what is done already. If a dispatcher is at work on the batch, the job
//! comes back later.

use revocation_rules::batch::Delivery;
use revocation_rules::confirming::{confirmed_slots, next_look};
use revocation_rules::ids::{BatchRef, RevocationId};
use revocation_rules::looks::{Look, Turn};
use revocation_rules::progress::BatchProgress;
use revocation_rules::revocation::{Revocation, State};

use crate::book::book_all;
use crate::facts;
use crate::ports::{BatchWorkStore, Clock, Finished, Job, JobQueue, PushStore, ReceiptStore, RevocationStore, StoreError, WorkError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// Nothing is left to confirm.
    Done { deliveries: usize },
    /// A worker is on the batch, or may be; a new job looks again.
    ComesBack,
    /// The same, too often: left to whoever works on the batch next.
    GivenUp,
    /// No such batch, or nobody revokes it.
    NothingToDo,
    /// Another look has begun that sees all that this one was to see.
    SeenByAnother,
}

/// Looks at one batch for the `nth` time. A look that receipts were gathered for begins before anything is read.
///
/// # Errors
/// When the store or the queue fails; the job is then delivered again.
pub async fn confirm_batch(
    store: &(impl BatchWorkStore + RevocationStore + PushStore + ReceiptStore),
    queue: &impl JobQueue,
    clock: &impl Clock,
    batch: &BatchRef,
    nth: u32,
    look: Option<Look>,
) -> Result<Confirmed, WorkError> {
    if let Some(look) = look
        && store.begin_look(batch, look, clock.now()).await? == Turn::Anothers
    {
        return Ok(Confirmed::SeenByAnother);
    }
    let Some(work) = store.unasked_work(batch).await? else {
        return Ok(Confirmed::NothingToDo);
    };
    let Some(mut progress) = work.progress else {
        // Nobody has written yet, but somebody may be about to who read the
        // receipts before this one was there.
        let push = store.push(&batch.push).await?;
        let revoked = push.is_some_and(|push| push.revocations_of(work.header.channel).next().is_some());
        return if revoked {
            come_back(queue, batch, nth).await
        } else {
            Ok(Confirmed::NothingToDo)
        };
    };
    let deliveries = work.deliveries.as_deref().unwrap_or_default();
    let confirmed = confirmed_slots(work.header.channel, deliveries, &work.receipts);
    let outstanding = confirmed.iter().any(|slot| progress.slots.get(*slot).is_none());
    if progress.is_held(clock.now()) {
        // Also for what has ended: to write now would take the batch from its worker.
        return come_back(queue, batch, nth).await;
    }
    // A worker may be about to ask for these again that read the receipts too early.
    let asked_again = confirmed.iter().any(|slot| progress.has_failed(*slot)) && is_replayed(store, &progress).await?;
    let ended = progress.confirm(&confirmed);
    if ended > 0 && write(store, progress, work.deliveries.as_deref()).await? == Finished::Lost {
        return come_back(queue, batch, nth).await;
    }
    if outstanding || asked_again {
        come_back(queue, batch, nth).await
    } else {
        Ok(Confirmed::Done { deliveries: ended })
    }
}

/// Is one of the batch's revocations trying again what failed?
async fn is_replayed(store: &impl RevocationStore, progress: &BatchProgress) -> Result<bool, StoreError> {
    for id in progress.counted.keys() {
        let revocation = store.revocation(&progress.batch.push, id).await?;
        let under_way = |revocation: &Revocation| match revocation.state {
            State::Requested | State::Dispatched { .. } => revocation.replays > 0,
            State::Settled { .. } => false,
        };
        if revocation.is_some_and(|revocation| under_way(&revocation)) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn write(
    store: &(impl BatchWorkStore + RevocationStore),
    mut progress: BatchProgress,
    deliveries: Option<&[Delivery]>,
) -> Result<Finished, StoreError> {
    // This is no attempt: what is known of lost workers stays.
    let hold = progress.hold;
    let counted: Vec<RevocationId> = progress.counted.keys().cloned().collect();
    let changes = book_all(store, &mut progress, counted, deliveries).await?;
    progress.hold = hold;
    let changes: Vec<_> = changes.into_iter().map(|(revocation, change)| (revocation.id, change)).collect();
    let finished = store.finish(&progress, &changes).await?;
    if finished != Finished::Lost {
        facts::ended(progress.channel, &changes);
    }
    Ok(finished)
}

async fn come_back(queue: &impl JobQueue, batch: &BatchRef, nth: u32) -> Result<Confirmed, WorkError> {
    let Some(wait) = next_look(nth) else {
        return Ok(Confirmed::GivenUp);
    };
    let job = Job::Confirm {
        batch: batch.clone(),
        nth: nth + 1,
        // Nobody waits for this one: who comes later queues a look of its own.
        look: None,
    };
    queue.send(&[job], wait).await?;
    Ok(Confirmed::ComesBack)
}
