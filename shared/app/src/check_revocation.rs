//! Looks whether a revocation can settle, and re-drives what is stuck.

use std::time::Duration;

use jiff::Timestamp;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::{Recount, Recounted, Settling, may_be_done, next_look};

use crate::ports::{BatchHeaders, Clock, Counters, Job, JobQueue, ProgressList, QueueError, RevocationStore, Saved, StoreError};
use crate::whole_shard::whole_shard;

/// Who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eagerness {
    /// A look soon after the fan-out: settles if it can, and else looks again later.
    Look { nth: u32 },
    /// The sweep: also re-drives what is stuck.
    Redrive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It settled now. The time from the request to here is what is published.
    Settled { after: jiff::SignedDuration },
    /// Something is outstanding.
    Outstanding { batches: usize, redriven: usize },
    /// Nothing new.
    Unchanged,
    /// Somebody else changed it meanwhile, or it does not exist.
    Overtaken,
}

#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Looks at one revocation.
///
/// # Errors
/// When the store or the queue fails; the revocation stays due.
pub async fn check_revocation(
    store: &(impl RevocationStore + BatchHeaders + ProgressList + Counters),
    queue: &impl JobQueue,
    clock: &impl Clock,
    push: &PushRef,
    id: &RevocationId,
    eagerness: Eagerness,
) -> Result<Checked, CheckError> {
    let Some(mut revocation) = store.revocation(push, id).await? else {
        return Ok(Checked::Overtaken);
    };
    if let Eagerness::Look { nth } = eagerness {
        match revocation.state {
            State::Settled { .. } => return Ok(Checked::Unchanged),
            State::Requested | State::Dispatched { .. } => {}
        }
        // The counters tell cheaply that there is no point in recounting yet.
        let counters = store.counters(push, id).await?;
        if revocation.state == State::Requested || !may_be_done(&revocation, &counters) {
            look_again(queue, &revocation, nth).await?;
            return Ok(Checked::Unchanged);
        }
    }
    if revocation.state == State::Requested {
        return restart_fan_out(store, queue, clock, revocation).await;
    }

    let count = recount(store, &revocation, clock.now()).await?;
    let now = clock.now();
    if count.outstanding.is_empty() {
        return settle(store, revocation, count, now).await;
    }
    let redriven = match eagerness {
        Eagerness::Look { nth } => {
            look_again(queue, &revocation, nth).await?;
            return Ok(Checked::Outstanding {
                batches: count.outstanding.len(),
                redriven: 0,
            });
        }
        Eagerness::Redrive => redrive(queue, &revocation, &count).await?,
    };
    revocation.reopened(now);
    revocation.checked(now);
    Ok(match store.save_revocation(&revocation).await? {
        Saved::Yes => Checked::Outstanding {
            batches: count.outstanding.len(),
            redriven,
        },
        Saved::Outdated => Checked::Overtaken,
    })
}

async fn settle(store: &impl RevocationStore, mut revocation: Revocation, count: Recounted, now: Timestamp) -> Result<Checked, CheckError> {
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

/// The fan-out's job was lost, or its walker died for good.
async fn restart_fan_out(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    mut revocation: Revocation,
) -> Result<Checked, CheckError> {
    queue.send(&[Job::fanout(&revocation)], Duration::ZERO).await?;
    revocation.checked(clock.now());
    Ok(match store.save_revocation(&revocation).await? {
        Saved::Yes => Checked::Unchanged,
        Saved::Outdated => Checked::Overtaken,
    })
}

async fn look_again(queue: &impl JobQueue, revocation: &Revocation, nth: u32) -> Result<(), QueueError> {
    match next_look(nth) {
        Some(wait) => queue.send(&[Job::check(revocation, nth + 1)], wait).await,
        None => Ok(()),
    }
}

async fn redrive(queue: &impl JobQueue, revocation: &Revocation, count: &Recounted) -> Result<usize, QueueError> {
    let stuck = count.outstanding.iter().filter(|batch| batch.free);
    let jobs: Vec<Job> = stuck.map(|batch| Job::dispatch(revocation, &batch.header)).collect();
    queue.send(&jobs, Duration::ZERO).await?;
    Ok(jobs.len())
}

async fn recount(
    store: &(impl BatchHeaders + ProgressList + Counters),
    revocation: &Revocation,
    now: Timestamp,
) -> Result<Recounted, StoreError> {
    let mut recount = Recount::start(revocation, now);
    for shard in revocation.fanout.shards() {
        // Headers first: what is recorded after that is reopened by its recorder.
        let push = &revocation.push;
        let headers = whole_shard(|after| async move { store.headers(push, shard, after.as_ref()).await }).await?;
        let progresses = whole_shard(|after| async move { store.progresses(push, shard, after.as_ref()).await }).await?;
        recount.add_shard(headers, &progresses);
    }
    let counters = if recount.needs_counters() {
        Some(store.counters(&revocation.push, &revocation.id).await?)
    } else {
        None
    };
    Ok(recount.end(counters.as_ref()))
}
