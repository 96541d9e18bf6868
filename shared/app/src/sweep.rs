//! Every minute: hands on every revocation that is due, to be walked or recounted.
//!
//! What it does for one is a read, a message and a write, whatever the size of its push: nobody's revocation holds up
//! another's. The message goes first and the next due time second, so that one that is lost in between comes again.

use std::collections::VecDeque;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::Eagerness;

use crate::facts;
use crate::ports::{Clock, DUE_PARTS, DuePlace, Job, JobQueue, QueueError, RecountJob, RevocationStore, Saved, StoreError, WorkError};

/// How many revocations are handed on in one message batch: what a queue takes in one call.
const TOGETHER: usize = 10;
/// How many such batches are under way at once, each of another part of the index.
const AT_ONCE: usize = 4;
/// No more revocations than these are held at a time, however many are due.
pub const SWEPT_AT_ONCE: usize = TOGETHER * AT_ONCE;

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

/// How far the sweep is in a part of the index.
struct Part {
    part: u8,
    after: Option<DuePlace>,
}

/// What became of one page of a part.
struct Page {
    swept: Swept,
    /// `None` when its part is done.
    next: Option<Part>,
}

/// Sweeps until nothing is due that was when it began, or `deadline` comes. The next sweep goes on: what was handed on
/// is not due any more. Parts take turns and each goes on where it was, so that what fails is passed and hides nothing.
///
/// # Errors
/// When a part of the index of due revocations cannot be read, once the others are swept. A revocation that cannot
/// be handed on is logged, counted, and does not hold up the others.
pub async fn sweep(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    deadline: Timestamp,
) -> Result<Swept, SweepError> {
    let began = clock.now();
    facts::sweeping();
    let mut waiting: VecDeque<Part> = (0..DUE_PARTS).map(|part| Part { part, after: None }).collect();
    let mut running = FuturesUnordered::new();
    let mut swept = Swept::default();
    let mut unreadable = None;
    loop {
        while running.len() < AT_ONCE && clock.now() < deadline {
            let Some(part) = waiting.pop_front() else { break };
            running.push(sweep_page(store, queue, clock, part, began));
        }
        match running.next().await {
            Some(Ok(page)) => {
                swept.handed_on += page.swept.handed_on;
                swept.failed += page.swept.failed;
                waiting.extend(page.next);
            }
            Some(Err(error)) => unreadable = Some(error),
            None => break,
        }
    }
    match unreadable {
        None => Ok(swept),
        Some(error) => {
            let Swept { handed_on, failed } = swept;
            tracing::error!(handed_on, failed, %error, "a part of the index of due revocations could not be read");
            Err(error.into())
        }
    }
}

async fn sweep_page(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    Part { part, after }: Part,
    began: Timestamp,
) -> Result<Page, StoreError> {
    let page = store.due(part, began, after.as_ref(), TOGETHER).await?;
    let mut swept = Swept::default();
    for (id, end) in hand_on(store, queue, clock, &page.due).await {
        match end {
            Ok(()) => swept.handed_on += 1,
            Err(error) => {
                swept.failed += 1;
                tracing::error!(revocation.id = %id, %error, "could not hand on {id}");
            }
        }
    }
    let next = page.next.map(|after| Part { part, after: Some(after) });
    Ok(Page { swept, next })
}

/// Read together, queued in one call, moved together; each has an end of its own.
async fn hand_on<'a>(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    due: &'a [(PushRef, RevocationId)],
) -> Vec<(&'a RevocationId, Result<(), WorkError>)> {
    let reads = due.iter().map(async |(push, id)| (id, store.revocation(push, id).await));
    let mut ends = Vec::with_capacity(due.len());
    let mut found = Vec::with_capacity(due.len());
    for (id, read) in join_all(reads).await {
        match read {
            Ok(Some(revocation)) => {
                facts::swept(&revocation, clock.now());
                found.push((id, revocation));
            }
            Ok(None) => ends.push((id, Ok(()))),
            Err(error) => ends.push((id, Err(error.into()))),
        }
    }
    let jobs: Vec<Job> = found.iter().map(|(_, revocation)| job_of(revocation)).collect();
    if jobs.is_empty() {
        return ends;
    }
    match queue.send(&jobs, Duration::ZERO).await {
        Ok(()) => {
            let saves = found
                .into_iter()
                .map(async |(id, revocation)| (id, moved(store, clock, revocation).await));
            ends.extend(join_all(saves).await);
        }
        // Some may have been queued: they are counted twice, which changes nothing.
        Err(error) => {
            let all = found.len();
            tracing::error!(%error, "could not queue {all} revocations");
            let not_sent = || WorkError::from(QueueError::NotSent { failed: all, all });
            ends.extend(found.into_iter().map(|(id, _)| (id, Err(not_sent()))));
        }
    }
    ends
}

fn job_of(revocation: &Revocation) -> Job {
    match revocation.state {
        // The fan-out's job was lost, or its walker died for good.
        State::Requested => Job::fanout(revocation),
        State::Dispatched { .. } | State::Settled { .. } => Job::Recount(Box::new(RecountJob {
            push: revocation.push.clone(),
            revocation: revocation.id.clone(),
            eagerness: Eagerness::Redrive,
            so_far: None,
        })),
    }
}

async fn moved(store: &impl RevocationStore, clock: &impl Clock, mut revocation: Revocation) -> Result<(), WorkError> {
    revocation.handed_on(clock.now());
    match store.save_revocation(&revocation).await? {
        // Whoever changed it has said when it is due.
        Saved::Yes | Saved::Outdated => Ok(()),
    }
}
