//! Has a revocation's batches walked.

use std::time::Duration;

use revocation_rules::revocation::Revocation;

use crate::ports::{Job, JobQueue};

/// The revocation is durable and due: if the queue does not take the job, the sweep finds it.
pub(crate) async fn start_fan_out(queue: &impl JobQueue, revocation: &Revocation) {
    if let Err(error) = queue.send(&[Job::fanout(revocation)], Duration::ZERO).await {
        tracing::warn!(revocation.id = %revocation.id, %error, "fan-out of {} waits for the sweep", revocation.id);
    }
}
