//! Counts what became of a revocation's deliveries, page by page, and settles it.
//!
//! A recount has ten seconds an invocation. One that needs longer goes on in a new job that carries what was counted
//! so far, so that it ends at any size and nothing has to be kept of it. It may be killed anywhere, and run twice at
//! once: it only reads until its last step, and that is a conditional write.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::progress::BatchProgress;
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::{Eagerness, Outstanding, Recount, Recounted, Settling, next_look};

use crate::ports::{
    BatchHeaders, Clock, Counters, Job, JobQueue, ProgressList, QueueError, RecountJob, RevocationStore, Saved, StoreError, WorkError,
};

/// How long one invocation counts.
const LONGEST: SignedDuration = SignedDuration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It settled now. The time from the request to here is what is published.
    Settled { after: jiff::SignedDuration },
    /// So many batches are outstanding.
    Outstanding { batches: usize },
    /// Time ran out; a new job goes on.
    HandedOn,
    /// Nothing new.
    Unchanged,
    /// Somebody else changed it meanwhile, or it does not exist.
    Overtaken,
}

/// Counts from where `job` has come to until `deadline`, and one page at least.
///
/// # Errors
/// When the store or the queue fails; the job is then delivered again, and the sweep comes again in any case.
pub async fn recount_revocation(
    store: &(impl RevocationStore + BatchHeaders + ProgressList + Counters),
    queue: &impl JobQueue,
    clock: &impl Clock,
    job: RecountJob,
    deadline: Timestamp,
) -> Result<Checked, WorkError> {
    let Some(revocation) = store.revocation(&job.push, &job.revocation).await? else {
        return Ok(Checked::Overtaken);
    };
    let recount = job.so_far.unwrap_or_else(|| Recount::start(&revocation, clock.now()));
    go_on(store, queue, clock, revocation, recount, job.eagerness, deadline).await
}

pub(crate) async fn go_on(
    store: &(impl RevocationStore + BatchHeaders + ProgressList + Counters),
    queue: &impl JobQueue,
    clock: &impl Clock,
    revocation: Revocation,
    mut recount: Recount,
    eagerness: Eagerness,
    deadline: Timestamp,
) -> Result<Checked, WorkError> {
    if !recount.is_of(&revocation) {
        return Ok(Checked::Overtaken);
    }
    let until = clock.now().saturating_add(LONGEST).unwrap_or(Timestamp::MAX).min(deadline);
    while let Some((shard, after)) = recount.next(&revocation) {
        let headers = store.headers(&revocation.push, shard, after).await?;
        let progresses = progresses(store, &revocation.push, shard, after.cloned(), headers.next.as_ref()).await?;
        let outstanding = recount.add_page(&revocation, headers.items, &progresses, headers.next);
        if eagerness == Eagerness::Redrive {
            redrive(queue, &revocation, &outstanding).await?;
        }
        if recount.next(&revocation).is_some() && clock.now() >= until {
            let job = RecountJob {
                push: revocation.push,
                revocation: revocation.id,
                eagerness,
                so_far: Some(recount),
            };
            queue.send(&[Job::Recount(Box::new(job))], Duration::ZERO).await?;
            return Ok(Checked::HandedOn);
        }
    }
    let counters = if recount.needs_counters(&revocation) {
        Some(store.counters(&revocation.push, &revocation.id).await?)
    } else {
        None
    };
    let count = recount.end(&revocation, counters.as_ref());
    if count.outstanding == 0 {
        settle(store, revocation, count, clock.now()).await
    } else {
        wait(store, queue, revocation, count.outstanding, eagerness, clock.now()).await
    }
}

/// Those that lie after one batch, and not after another.
async fn progresses(
    store: &impl ProgressList,
    push: &PushRef,
    shard: u16,
    mut after: Option<BatchId>,
    last: Option<&BatchId>,
) -> Result<Vec<BatchProgress>, StoreError> {
    let lies_on_page = |progress: &BatchProgress| last.is_none_or(|last| progress.batch.batch <= *last);
    let mut all = Vec::new();
    loop {
        let page = store.progresses(push, shard, after.as_ref()).await?;
        all.extend(page.items.into_iter().filter(lies_on_page));
        // One that ends where the headers do is the last: both are read 500 at a time.
        match page.next {
            Some(next) if last.is_none_or(|last| next < *last) => after = Some(next),
            Some(_) | None => return Ok(all),
        }
    }
}

async fn redrive(queue: &impl JobQueue, revocation: &Revocation, outstanding: &[Outstanding]) -> Result<(), QueueError> {
    let stuck = outstanding.iter().filter(|batch| batch.free);
    let jobs: Vec<Job> = stuck.map(|batch| Job::dispatch(revocation, &batch.header)).collect();
    if jobs.is_empty() {
        return Ok(());
    }
    tracing::info!(revocation.id = %revocation.id, batches = jobs.len(), "queued what nobody works on, of {}", revocation.id);
    queue.send(&jobs, Duration::ZERO).await
}

async fn settle(store: &impl RevocationStore, mut revocation: Revocation, count: Recounted, now: Timestamp) -> Result<Checked, WorkError> {
    let Ok(settling) = revocation.settle(count, now) else {
        return Ok(Checked::Overtaken);
    };
    Ok(match (store.save_revocation(&revocation).await?, settling) {
        (Saved::Yes, Settling::Still) => Checked::Unchanged,
        (Saved::Yes, Settling::New) => Checked::Settled {
            after: now.duration_since(revocation.requested_at),
        },
        (Saved::Outdated, Settling::Still | Settling::New) => Checked::Overtaken,
    })
}

/// Something is outstanding: the next look comes later.
async fn wait(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    mut revocation: Revocation,
    batches: usize,
    eagerness: Eagerness,
    now: Timestamp,
) -> Result<Checked, WorkError> {
    match eagerness {
        Eagerness::Look { nth } => look_again(queue, &revocation, nth).await?,
        Eagerness::Redrive => {
            if let State::Settled { .. } = revocation.state {
                revocation.reopened(now);
                if store.save_revocation(&revocation).await? == Saved::Outdated {
                    return Ok(Checked::Overtaken);
                }
            }
        }
    }
    Ok(Checked::Outstanding { batches })
}

pub(crate) async fn look_again(queue: &impl JobQueue, revocation: &Revocation, nth: u32) -> Result<(), QueueError> {
    match next_look(nth) {
        Some(wait) => queue.send(&[Job::check(revocation, nth + 1)], wait).await,
        None => Ok(()),
    }
}
