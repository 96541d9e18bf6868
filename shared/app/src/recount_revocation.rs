//! Counts what became of a revocation's deliveries, page by page and several shards side by side, and settles it.
//!
//! A recount has ten seconds an invocation. One that needs longer goes on in a new job that carries what was counted
//! so far, so that it ends at any size and nothing has to be kept of it. It may be killed anywhere, and run twice at
//! once: it only reads until its last step, and that is a conditional write.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use revocation_rules::channel::Channel;
use revocation_rules::redrive::{Mark, Redrive};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::{Eagerness, Outstanding, Page, Recount, Recounted, Settling, next_look};
use revocation_rules::tally::Tally;
use revocation_rules::walk::{Place, Reading};

use crate::facts;
use crate::ports::{
    BatchHeaders, Clock, Counters, Job, JobQueue, ProgressList, QueueError, RecountJob, RevocationStore, Saved, StoreError, WorkError,
};

/// How long one invocation counts.
const LONGEST: SignedDuration = SignedDuration::from_secs(10);
/// How often a mark is written while others write the revocation, too.
const ROUNDS: usize = 5;
/// Shards whose pages are read at once: as many pages are in memory, of 500 headers and their tallies each.
const AT_ONCE: usize = 4;

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

/// Counts from where `job` has come to until `deadline`, and one page of a few shards at least.
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
    let recount = match (job.so_far, job.eagerness) {
        (Some(so_far), _) => so_far,
        (None, Eagerness::Redrive) => {
            let versions = versions_of_marks(store, &revocation).await?;
            let now = clock.now();
            Recount::start(&revocation, Redrive::start(&revocation, &versions, now), now)
        }
        (None, Eagerness::Look { .. }) => Recount::start(&revocation, Redrive::default(), clock.now()),
    };
    go_on(store, queue, clock, revocation, recount, job.eagerness, deadline).await
}

/// A few reads at most: one batch of a channel is marked.
async fn versions_of_marks(store: &impl ProgressList, revocation: &Revocation) -> Result<BTreeMap<Channel, u64>, StoreError> {
    let reads = revocation.marked().map(async |(channel, batch)| {
        let progress = store.progress(&batch).await?;
        Ok::<_, StoreError>((channel, progress.map_or(0, |progress| progress.version)))
    });
    Ok(try_join_all(reads).await?.into_iter().collect())
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
    loop {
        count(store, queue, clock, &revocation, &mut recount, eagerness, until).await?;
        if !recount.ahead(&revocation, 1).is_empty() {
            return hand_on(queue, revocation, recount, eagerness).await;
        }
        let counters = if recount.needs_counters(&revocation) {
            Some(store.counters(&revocation.push, &revocation.id).await?)
        } else {
            None
        };
        if !recount.is_in_doubt(&revocation, counters.as_ref()) {
            let marks = recount.redrive.marks(&revocation);
            let count = recount.end(&revocation, counters.as_ref());
            return match (count.outstanding, eagerness) {
                (0, _) => settle(store, revocation, count, clock.now()).await,
                (batches, Eagerness::Look { nth }) => {
                    look_again(queue, &revocation, nth).await?;
                    Ok(Checked::Outstanding { batches })
                }
                (batches, Eagerness::Redrive) => wait(store, queue, revocation, batches, marks, clock.now()).await,
            };
        }
        recount = recount.again(&revocation, clock.now());
    }
}

/// Counts until all is counted or the time is over, and one page of each of [`AT_ONCE`] shards at least.
async fn count(
    store: &(impl BatchHeaders + ProgressList),
    queue: &impl JobQueue,
    clock: &impl Clock,
    revocation: &Revocation,
    recount: &mut Recount,
    eagerness: Eagerness,
    until: Timestamp,
) -> Result<(), WorkError> {
    loop {
        let places = recount.ahead(revocation, AT_ONCE);
        let reads = places.into_iter().map(|place| read(store, revocation, place, recount.reading()));
        for (shard, page) in try_join_all(reads).await? {
            let outstanding = recount.add_page(revocation, shard, page);
            match eagerness {
                Eagerness::Redrive => queue_again(queue, revocation, &recount.lost(revocation, outstanding)).await?,
                Eagerness::Look { .. } => {}
            }
        }
        if recount.ahead(revocation, 1).is_empty() || clock.now() >= until {
            return Ok(());
        }
    }
}

async fn hand_on(queue: &impl JobQueue, revocation: Revocation, recount: Recount, eagerness: Eagerness) -> Result<Checked, WorkError> {
    let job = RecountJob {
        push: revocation.push,
        revocation: revocation.id,
        eagerness,
        so_far: Some(recount),
    };
    queue.send(&[Job::Recount(Box::new(job))], Duration::ZERO).await?;
    Ok(Checked::HandedOn)
}

/// A page of headers, and then the tallies that lie between its ends.
async fn read(
    store: &(impl BatchHeaders + ProgressList),
    revocation: &Revocation,
    place: Place,
    reading: Reading,
) -> Result<(u16, Page), StoreError> {
    let Place { shard, mut after } = place;
    let headers = store.outlines(&revocation.push, shard, after.as_ref(), reading).await?;
    let last = headers.next.as_ref();
    let lies_on_page = |tally: &Tally| last.is_none_or(|last| tally.batch <= *last);
    let mut tallies = Vec::new();
    loop {
        let page = store
            .tallies(&revocation.push, shard, after.as_ref(), &revocation.id, reading)
            .await?;
        tallies.extend(page.items.into_iter().filter(lies_on_page));
        // One that ends where the headers do is the last: both pages are as long.
        match page.next {
            Some(next) if last.is_none_or(|last| next < *last) => after = Some(next),
            Some(_) | None => break,
        }
    }
    let page = Page {
        outlines: headers.items,
        tallies,
        next: headers.next,
    };
    Ok((shard, page))
}

async fn queue_again(queue: &impl JobQueue, revocation: &Revocation, lost: &[Outstanding]) -> Result<(), QueueError> {
    if lost.is_empty() {
        return Ok(());
    }
    let job = |batch: &Outstanding| Job::dispatch(revocation, revocation.locate(batch.shard, &batch.batch), batch.channel);
    tracing::info!(revocation.id = %revocation.id, batches = lost.len(), "queued what nobody works on, of {}", revocation.id);
    queue.send(&lost.iter().map(job).collect::<Vec<_>>(), Duration::ZERO).await
}

async fn settle(store: &impl RevocationStore, mut revocation: Revocation, count: Recounted, now: Timestamp) -> Result<Checked, WorkError> {
    let Ok(settling) = revocation.settle(count, now) else {
        return Ok(Checked::Overtaken);
    };
    Ok(match (store.save_revocation(&revocation).await?, settling) {
        (Saved::Yes, Settling::Still) => Checked::Unchanged,
        (Saved::Yes, Settling::New) => {
            facts::settled(&revocation, now);
            Checked::Settled {
                after: now.duration_since(revocation.requested_at),
            }
        }
        (Saved::Outdated, Settling::Still | Settling::New) => Checked::Overtaken,
    })
}

/// Something is outstanding, as the sweep found: the next look comes later, and knows what this one has marked. The
/// marked batches are queued again each time, since their own jobs may be what was lost.
async fn wait(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    mut revocation: Revocation,
    batches: usize,
    marks: BTreeMap<Channel, Mark>,
    now: Timestamp,
) -> Result<Checked, WorkError> {
    let was_settled = matches!(revocation.state, State::Settled { .. });
    let jobs: Vec<Job> = marks
        .iter()
        .map(|(channel, mark)| Job::dispatch(&revocation, revocation.locate(mark.shard, &mark.batch), *channel))
        .collect();
    if !jobs.is_empty() {
        queue.send(&jobs, Duration::ZERO).await?;
    }
    for _ in 0..ROUNDS {
        revocation.reopened(now);
        if !was_settled && revocation.fanout.marks == marks {
            break;
        }
        revocation.fanout.marks.clone_from(&marks);
        if store.save_revocation(&revocation).await? == Saved::Yes {
            break;
        }
        // The sweep that asked for this look has moved its due time, most likely. Without a mark the next look queues
        // no less.
        let replays = revocation.replays;
        match store.revocation(&revocation.push, &revocation.id).await? {
            Some(newer) if !was_settled && newer.replays == replays && matches!(newer.state, State::Dispatched { .. }) => {
                revocation = newer;
            }
            Some(_) | None => return Ok(Checked::Overtaken),
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
