//! Revokes one delivery batch: lease, vendor, outcomes.
//!
//! A dispatch may run twice at once, be killed anywhere, and be asked to do what is done already.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::Delivery;
use revocation_rules::channel::Channels;
use revocation_rules::ids::RevocationId;
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::plan::{self, Left};
use revocation_rules::progress::{BatchProgress, Change, Hold};
use revocation_rules::retry::{self, AttemptFailure};
use revocation_rules::revocation::Revocation;
use revocation_rules::terms::{Assignment, Terms};
use revocation_rules::window;

use crate::book::book_all;
use crate::facts;
use crate::judge_unknown::judge_unknown;
use crate::ports::{
    BatchWorkStore, ChannelClient, Claimed, Clock, Counters, Dice, DispatchJob, Finished, Job, JobQueue, Order, QueueError,
    RevocationStore, Saved, StoreError, WorkError,
};

/// How long a worker holds a batch. Longer than an invocation can last, so
/// that nobody works on what another still may write.
pub const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// Tries to have a settled revocation looked at while others write it, too.
const ROUNDS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispatched {
    /// Nothing of the batch is outstanding for this revocation.
    Finished,
    /// Something is; a new job comes back for it.
    ComesBack,
    /// Another worker has it; a new job looks again.
    Busy,
    /// No such batch or revocation, or the batch is not in its scope: nothing to do.
    NothingToDo,
}

/// What a worker works with.
pub struct Dispatcher<'a, S, Q, C, D> {
    pub store: &'a S,
    pub queue: &'a Q,
    pub clock: &'a C,
    pub dice: &'a D,
    /// The channels it can revoke on: its own, or none.
    pub channels: &'a Channels,
    /// Its vendor; `None` where every batch ends as unsupported.
    pub client: Option<&'a dyn ChannelClient>,
}

/// Works on one batch until `deadline`.
///
/// # Errors
/// When the store or the queue fails; the job is then delivered again.
pub async fn dispatch_batch<S, Q, C, D>(
    with: &Dispatcher<'_, S, Q, C, D>,
    job: &DispatchJob,
    deadline: Timestamp,
) -> Result<Dispatched, WorkError>
where
    S: BatchWorkStore + RevocationStore + Counters,
    Q: JobQueue,
    C: Clock,
    D: Dice,
{
    let Dispatcher {
        store,
        queue,
        clock,
        dice,
        channels,
        client,
    } = *with;
    let Some(work) = store.work(&job.batch, &job.revocation, job.replays).await? else {
        return Ok(Dispatched::NothingToDo);
    };
    let Some(mut assigned) = work.revocation else {
        return Ok(Dispatched::NothingToDo);
    };
    let mut progress = match work.progress {
        Some(progress) => progress,
        None => BatchProgress::start(&work.header, work.earlier),
    };
    assigned.learn(&progress);
    let Assignment { terms, replays } = &assigned;
    if !terms.may_cover(&work.header) || progress.is_finished(&terms.id, *replays) {
        return Ok(Dispatched::NothingToDo);
    }
    let now = clock.now();
    if !progress.is_free(now) {
        let free_in = progress.not_before.map_or(Duration::ZERO, |at| until(at, now));
        match progress.hold {
            // Its worker may be done in a moment, or lost for the whole lease.
            Hold::Taken => look_again(queue, job, free_in).await?,
            Hold::Free => come_back(queue, job, free_in).await?,
        }
        return Ok(Dispatched::Busy);
    }
    // Only now: most of what a job costs, and a job that was done already does not need it.
    let contents = store.contents(&work.header, work.payload).await?;
    let deliveries = contents.deliveries.as_deref();
    let slots = usize::from(work.header.count);
    progress.start_replay(
        &terms.id,
        *replays,
        &plan::slots_in_scope(work.header.channel, slots, deliveries, &terms.scope),
    );
    let todo = plan::plan(&work.header, deliveries, terms, &progress, &contents.receipts, channels, now);

    // Without a vendor call nothing can happen twice: one conditional write, no lease.
    let mut progress = if todo.calls.is_empty() {
        progress
    } else {
        let lost_before = progress.lost_workers;
        let claimed = progress.claimed(lease_end(now));
        if store.claim(&claimed).await? == Claimed::Lost {
            look_again(queue, job, Duration::MAX).await?;
            return Ok(Dispatched::Busy);
        }
        if claimed.lost_workers > lost_before {
            note_lost_worker(&terms.id, &claimed, todo.calls.len());
        }
        claimed
    };
    plan::end(&mut progress.slots, &todo.ends);
    let left = match (client, channels.strategy(work.header.channel)) {
        (Some(client), Some(strategy)) if !todo.calls.is_empty() => {
            let order = Order {
                push: &terms.push,
                revocation: &terms.id,
                batch: &work.header,
                requested_at: terms.requested_at,
                strategy,
                calls: &todo.calls,
                call_until: deadline.min(window::closes_at(work.header.sent_at)),
            };
            note_first_call(&progress, &assigned, clock.now());
            let answers = client.revoke(&order).await;
            facts::attempted(work.header.channel, &answers);
            let answers = judge_unknown(store, &progress, terms, answers).await;
            plan::apply(&mut progress, answers)
        }
        (Some(_) | None, _) => Left::Nothing,
    };
    let now = clock.now();
    let back_in = back_in(&left, &terms.id, &progress, dice);
    progress.not_before = back_in.map(|wait| later(now, wait));
    let mut changes = book_own(&mut progress, terms, deliveries, &todo.in_scope);
    progress.put_down(&terms.id);
    if *replays > 0 {
        changes.extend(book_others(store, &mut progress, &terms.id, deliveries, now).await?);
    }
    if store.finish(&progress, &changes).await? == Finished::Lost {
        if !todo.calls.is_empty() {
            facts::lease_lost(progress.channel);
        }
        look_again(queue, job, Duration::MAX).await?;
        return Ok(Dispatched::Busy);
    }
    facts::ended(progress.channel, &changes);
    match back_in {
        None => Ok(Dispatched::Finished),
        Some(wait) => {
            come_back(queue, job, wait).await?;
            Ok(Dispatched::ComesBack)
        }
    }
}

/// Whether nobody asked the vendor for this batch and this revocation before, as far as anybody has written.
fn note_first_call(progress: &BatchProgress, assigned: &Assignment, now: Timestamp) {
    let terms = &assigned.terms;
    let none_before = progress.attempts == 1 && progress.pauses == 0 && progress.lost_workers == 0;
    if none_before && assigned.replays == 0 && !progress.counted.contains_key(&terms.id) {
        facts::first_call(progress.channel, now.duration_since(terms.requested_at));
    }
}

/// How long what is left waits; `None` when nothing is.
fn back_in(left: &Left, revocation: &RevocationId, progress: &BatchProgress, dice: &impl Dice) -> Option<Duration> {
    match left {
        Left::Nothing => None,
        Left::HandBack => Some(Duration::ZERO),
        Left::Retry(failures) => {
            let reasons: Vec<_> = failures.iter().map(AttemptFailure::reason).collect();
            tracing::warn!(
                revocation.id = %revocation, channel = %progress.channel, attempt.number = progress.attempts,
                pauses = progress.pauses, reasons = reasons.join(","),
                "attempt {} on {} left something to do", progress.attempts, progress.channel
            );
            Some(retry::wait(failures, progress.attempts.max(progress.pauses), dice.spread()))
        }
    }
}

/// What this revocation reached, and whom it met.
fn book_own(
    progress: &mut BatchProgress,
    revocation: &Terms,
    deliveries: Option<&[Delivery]>,
    in_scope: &[usize],
) -> Vec<(RevocationId, Change)> {
    progress.meet(revocation, deliveries);
    if plan::is_scope_known(deliveries, &revocation.scope) {
        vec![(revocation.id.clone(), progress.book(&revocation.id, in_scope))]
    } else {
        progress.leave(&revocation.id);
        Vec::new()
    }
}

/// Between a vendor's answer and our write there is no transaction: these may be asked twice.
fn note_lost_worker(revocation: &RevocationId, claimed: &BatchProgress, deliveries: usize) {
    facts::lease_lost(claimed.channel);
    tracing::warn!(
        revocation.id = %revocation, channel = %claimed.channel, lost_workers = claimed.lost_workers, deliveries,
        "a worker on {} was lost; its deliveries are asked for again", claimed.channel
    );
}

/// Another revocation that covers the same deliveries counted them as failed:
/// tells its counters, too, what became of them, and has it looked at if it had settled with that.
async fn book_others(
    store: &impl RevocationStore,
    progress: &mut BatchProgress,
    except: &RevocationId,
    deliveries: Option<&[Delivery]>,
    now: Timestamp,
) -> Result<Vec<(RevocationId, Change)>, StoreError> {
    let failed_once = |(id, counts): (&RevocationId, &Counts)| (id != except && counts.get(Outcome::Failed) > 0).then(|| id.clone());
    let others: Vec<RevocationId> = progress.counted.iter().filter_map(failed_once).collect();
    let mut changes = Vec::with_capacity(others.len());
    for (mut revocation, change) in book_all(store, progress, others, deliveries).await? {
        if !change.is_empty() {
            disturb(store, &mut revocation, now).await?;
        }
        changes.push((revocation.id, change));
    }
    Ok(changes)
}

/// Before the outcomes are written, so that a worker that is killed between the two has caused a look too many and
/// not one too few.
async fn disturb(store: &impl RevocationStore, revocation: &mut Revocation, now: Timestamp) -> Result<(), StoreError> {
    for _ in 0..ROUNDS {
        if !revocation.disturbed(now) || store.save_revocation(revocation).await? == Saved::Yes {
            return Ok(());
        }
        // Whoever changed it may have counted before this.
        let Some(newer) = store.revocation(&revocation.push, &revocation.id).await? else {
            return Ok(());
        };
        *revocation = newer;
    }
    Ok(())
}

/// When the wait between two attempts is over.
async fn come_back(queue: &impl JobQueue, job: &DispatchJob, wait: Duration) -> Result<(), QueueError> {
    let job = DispatchJob { nth: 0, ..job.clone() };
    queue.send(&[Job::Dispatch(job)], wait).await
}

/// Somebody else is at it: looks again soon, later each time, and at the latest when its lease is over.
async fn look_again(queue: &impl JobQueue, job: &DispatchJob, free_in: Duration) -> Result<(), QueueError> {
    let wait = retry::look(job.nth).min(free_in);
    let job = DispatchJob {
        nth: job.nth.saturating_add(1),
        ..job.clone()
    };
    queue.send(&[Job::Dispatch(job)], wait).await
}

fn lease_end(now: Timestamp) -> Timestamp {
    now.saturating_add(LEASE).unwrap_or(Timestamp::MAX)
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait)
        .ok()
        .and_then(|wait| now.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    at.duration_since(now).try_into().unwrap_or_default()
}
