//! One job.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Job, WorkError};
use revocation_app::{Dispatcher, dispatch_batch};

use crate::deps::Deps;

/// What is left of an invocation when no vendor call starts any more: the longest call (15 s), the writing of its
/// outcomes however busy the table is ([`revocation_aws::PATIENCE`], 12 s), and a job for what is left.
pub const MARGIN: SignedDuration = SignedDuration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    #[error("a job of another kind is in the queue of dispatches")]
    WrongQueue,
    #[error(transparent)]
    Work(#[from] WorkError),
}

pub async fn handle(deps: &Deps, job: Job, deadline: Timestamp) -> Result<(), HandleError> {
    let job = match job {
        Job::Dispatch(job) => job,
        Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) | Job::Confirm { .. } => return Err(HandleError::WrongQueue),
    };
    let with = Dispatcher {
        store: &deps.store,
        queue: &deps.queue,
        clock: &deps.clock,
        dice: &deps.dice,
        channels: &deps.channels,
        client: Some(&*deps.client),
    };
    let end = dispatch_batch(&with, &job, deadline).await?;
    tracing::info!(revocation.id = %job.revocation, channel = %job.channel, ?end, "dispatched a batch on {}", job.channel);
    Ok(())
}
