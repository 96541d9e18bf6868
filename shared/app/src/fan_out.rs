//! Walks the shards of a push, a few side by side, from stored cursors and queues one job per
//! delivery batch on its channel's queue.
//!
//! May be killed anywhere and run twice at once: each round of pages is queued first and
//! the cursors saved second, under the version that was read, so a walker that
//! was overtaken stops. What is queued twice, the dispatcher's lease absorbs.

use std::time::Duration;

use futures::future::{join, try_join_all};
use jiff::Timestamp;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::tally::BatchOutline;
use revocation_rules::walk::{Place, Reading};

use crate::ports::{BatchHeaders, Clock, Job, JobQueue, RevocationStore, Saved, ShardPage, StoreError, WorkError};

/// How long after the walk somebody first looks whether it can settle.
pub(crate) const FIRST_LOOK: Duration = Duration::from_secs(1);

/// Shards walked at once: as many pages of 500 headers are queued while as many are read.
const AT_ONCE: usize = 4;

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

/// Walks until everything is queued or `deadline` comes, and one page of a few shards at least. While a round of pages
/// is queued, the next one is read.
///
/// # Errors
/// When the store or the queue fails; the job is then delivered again and goes on from the cursors.
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
    let mut round = read(store, push, revocation.fanout.ahead(AT_ONCE)).await?;
    loop {
        let mut jobs = Vec::new();
        for (shard, page) in round {
            jobs.extend(jobs_of(&revocation, shard, &page.items));
            revocation.found(&page.items);
            revocation.fanout.went(shard, page.next);
        }
        let (queued, next) = join(
            queue.send(&jobs, Duration::ZERO),
            read(store, push, revocation.fanout.ahead(AT_ONCE)),
        )
        .await;
        queued?;
        // The last round and the end of the walk are one write.
        let walked = revocation.fanout.is_over();
        if walked && revocation.dispatched(clock.now()).is_err() {
            return Ok(FannedOut::Overtaken);
        }
        match store.save_revocation(&revocation).await? {
            Saved::Yes => revocation.version += 1,
            Saved::Outdated => return Ok(FannedOut::Overtaken),
        }
        if walked {
            queue.send(&[Job::check(&revocation, 0)], FIRST_LOOK).await?;
            return Ok(FannedOut::Whole);
        }
        if clock.now() >= deadline {
            queue.send(&[Job::fanout(&revocation)], Duration::ZERO).await?;
            return Ok(FannedOut::HandedOn);
        }
        round = next?;
    }
}

/// Consistent: law L1 hangs on it.
async fn read(store: &impl BatchHeaders, push: &PushRef, places: Vec<Place>) -> Result<Vec<(u16, ShardPage<BatchOutline>)>, StoreError> {
    let reads = places.into_iter().map(async |Place { shard, after }| {
        let page = store.outlines(push, shard, after.as_ref(), Reading::Consistent).await?;
        Ok::<_, StoreError>((shard, page))
    });
    try_join_all(reads).await
}

fn jobs_of(revocation: &Revocation, shard: u16, batches: &[BatchOutline]) -> impl Iterator<Item = Job> {
    let covered = batches
        .iter()
        .filter(move |batch| revocation.may_cover_sent(batch.channel, batch.sent_at));
    covered.map(move |batch| Job::dispatch(revocation, revocation.locate(shard, &batch.batch), batch.channel))
}
