//! One job.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{DispatchJob, Job, JobQueue, Ports, QueueError, WorkError};
use revocation_app::{Checked, Dispatcher, check_revocation, dispatch_batch, fan_out, recount_revocation};
use revocation_rules::channel::{Capability, Channels};
use revocation_rules::ids::RevocationId;

/// What the function works with.
pub struct Deps<P: Ports> {
    pub store: P::Store,
    pub queue: P::Queue,
    /// The channels with a dispatcher.
    pub channels: Channels,
    pub clock: P::Clock,
    pub dice: P::Dice,
}

/// What is left of an invocation when the walk hands on: one more page and the queue.
pub const MARGIN: SignedDuration = SignedDuration::from_secs(15);

#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    #[error("a job of another kind is in the queue of fan-outs")]
    WrongQueue,
    #[error(transparent)]
    Work(#[from] WorkError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

pub async fn handle<P: Ports>(deps: &Deps<P>, job: Job, deadline: Timestamp) -> Result<(), HandleError> {
    match job {
        Job::Fanout { push, revocation } => {
            let end = fan_out(&deps.store, &deps.queue, &deps.clock, &push, &revocation, deadline).await?;
            tracing::info!(revocation.id = %revocation, ?end, "fan-out of {revocation}");
        }
        Job::Check { push, revocation, nth } => {
            let checked = check_revocation(&deps.store, &deps.queue, &deps.clock, &push, &revocation, nth, deadline).await?;
            say(&revocation, checked);
        }
        Job::Recount(job) => {
            let revocation = job.revocation.clone();
            let checked = recount_revocation(&deps.store, &deps.queue, &deps.clock, *job, deadline).await?;
            say(&revocation, checked);
        }
        // On the heap: it holds all that a batch is worked on with.
        Job::Dispatch(job) => Box::pin(dispatch(deps, job, deadline)).await?,
        Job::Confirm { .. } => return Err(HandleError::WrongQueue),
    }
    Ok(())
}

fn say(revocation: &RevocationId, checked: Checked) {
    match checked {
        Checked::Settled { after } => {
            tracing::info!(revocation.id = %revocation, time_to_settle_ms = after.as_millis(), "{revocation} settled");
        }
        Checked::Outstanding { batches } => {
            tracing::info!(revocation.id = %revocation, batches, "{revocation} waits for {batches} batches");
        }
        Checked::HandedOn => tracing::info!(revocation.id = %revocation, "the recount of {revocation} goes on"),
        Checked::Unchanged | Checked::Overtaken => {}
    }
}

/// Ends a batch that no dispatcher takes. A channel that got one since then gets its job.
async fn dispatch<P: Ports>(deps: &Deps<P>, job: DispatchJob, deadline: Timestamp) -> Result<(), HandleError> {
    if deps.channels.capability(job.channel) == Capability::Able {
        deps.queue.send(&[Job::Dispatch(job)], Duration::ZERO).await?;
        return Ok(());
    }
    let with = Dispatcher {
        store: &deps.store,
        queue: &deps.queue,
        clock: &deps.clock,
        dice: &deps.dice,
        channels: &deps.channels,
        client: None,
    };
    dispatch_batch(&with, &job, deadline).await?;
    Ok(())
}
