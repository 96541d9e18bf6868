//! Every minute: hands on every revocation that is due, to be walked or recounted.
//!
//! What it does for one is a read, a message and a write, whatever the size of its push: nobody's revocation holds up
//! another's. The message goes first and the next due time second, so that one that is lost in between comes again.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::ready;
use futures::{StreamExt, stream};
use jiff::Timestamp;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::revocation::State;
use revocation_rules::settling::Eagerness;

use crate::ports::{Clock, Job, JobQueue, RecountJob, RevocationStore, Saved, StoreError, WorkError};

/// How many revocations one sweep takes from the index at a time.
const AT_A_TIME: usize = 500;
/// How many it hands on at once.
const AT_ONCE: usize = 16;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    pub handed_on: usize,
    /// In vain; they stay due.
    pub failed: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sweeps until nothing is due or `deadline` comes.
///
/// # Errors
/// When the index of due revocations cannot be read. A revocation that cannot
/// be handed on is logged, counted, and does not hold up the others.
pub async fn sweep(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    deadline: Timestamp,
) -> Result<Swept, SweepError> {
    let mut swept = Swept::default();
    // The index shows a moment later what was moved.
    let mut seen = BTreeSet::new();
    while clock.now() < deadline {
        let mut due = store.due(clock.now(), AT_A_TIME).await?;
        due.retain(|one| seen.insert(one.clone()));
        if due.is_empty() {
            break;
        }
        let mut ends = stream::iter(&due)
            .take_while(|_| ready(clock.now() < deadline))
            .map(async |(push, id)| (id, hand_on(store, queue, clock, push, id).await))
            .buffer_unordered(AT_ONCE);
        while let Some((id, end)) = ends.next().await {
            match end {
                Ok(()) => swept.handed_on += 1,
                Err(error) => {
                    swept.failed += 1;
                    tracing::error!(revocation.id = %id, %error, "could not hand on {id}");
                }
            }
        }
    }
    Ok(swept)
}

async fn hand_on(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    push: &PushRef,
    id: &RevocationId,
) -> Result<(), WorkError> {
    let Some(mut revocation) = store.revocation(push, id).await? else {
        return Ok(());
    };
    let job = match revocation.state {
        // The fan-out's job was lost, or its walker died for good.
        State::Requested => Job::fanout(&revocation),
        State::Dispatched { .. } | State::Settled { .. } => Job::Recount(Box::new(RecountJob {
            push: push.clone(),
            revocation: id.clone(),
            eagerness: Eagerness::Redrive,
            so_far: None,
        })),
    };
    queue.send(&[job], Duration::ZERO).await?;
    revocation.handed_on(clock.now());
    match store.save_revocation(&revocation).await? {
        // Whoever changed it has said when it is due.
        Saved::Yes | Saved::Outdated => Ok(()),
    }
}
