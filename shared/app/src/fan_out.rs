//! Walks the shards of a push from a stored cursor and queues one job per
//! delivery batch on its channel's queue.
//!
//! May be killed anywhere and run twice at once: each page is queued first and
//! the cursor saved second, under the version that was read, so a walker that
//! was overtaken stops. What is queued twice, the dispatcher's lease absorbs.

use std::time::Duration;

use jiff::Timestamp;
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchId, PushRef, RevocationId};
use revocation_rules::revocation::{Cursor, Revocation, State};

use crate::ports::{BatchHeaders, Clock, Job, JobQueue, RevocationStore, Saved, WorkError};

/// How long after the walk somebody first looks whether it can settle.
pub(crate) const FIRST_LOOK: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FannedOut {
    /// Every shard was walked.
    Whole,
    /// Time ran out; a new job goes on from the cursor.
    HandedOn,
    /// Another walker does it, or did.
    Overtaken,
    /// There is no such revocation.
    Unknown,
}

/// Walks until everything is queued or `deadline` comes.
///
/// # Errors
/// When the store or the queue fails; the job is then delivered again and goes on from the cursor.
pub async fn fan_out(
    store: &(impl RevocationStore + BatchHeaders),
    queue: &impl JobQueue,
    clock: &impl Clock,
    push: &PushRef,
    id: &RevocationId,
    deadline: Timestamp,
) -> Result<FannedOut, WorkError> {
    let Some(mut revocation) = store.revocation(push, id).await? else {
        return Ok(FannedOut::Unknown);
    };
    if revocation.state != State::Requested {
        return Ok(FannedOut::Overtaken);
    }
    while let Some((shard, after)) = revocation.fanout.next() {
        if clock.now() >= deadline {
            queue.send(&[Job::fanout(&revocation)], Duration::ZERO).await?;
            return Ok(FannedOut::HandedOn);
        }
        let page = store.headers(push, shard, after).await?;
        queue.send(&jobs(&revocation, &page.items), Duration::ZERO).await?;
        revocation.found(&page.items);
        revocation.fanout.cursors[usize::from(shard)] = cursor(page.next);
        // The last page and the end of the walk are one write.
        let walked = revocation.fanout.next().is_none();
        if walked && revocation.dispatched(clock.now()).is_err() {
            return Ok(FannedOut::Overtaken);
        }
        match store.save_revocation(&revocation).await? {
            Saved::Yes => revocation.version += 1,
            Saved::Outdated => return Ok(FannedOut::Overtaken),
        }
    }
    queue.send(&[Job::check(&revocation, 0)], FIRST_LOOK).await?;
    Ok(FannedOut::Whole)
}

fn cursor(next: Option<BatchId>) -> Cursor {
    next.map_or(Cursor::Done, Cursor::After)
}

fn jobs(revocation: &Revocation, headers: &[BatchHeader]) -> Vec<Job> {
    let covered = headers.iter().filter(|header| revocation.may_cover(header));
    covered.map(|header| Job::dispatch(revocation, header)).collect()
}
