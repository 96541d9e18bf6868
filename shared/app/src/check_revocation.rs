//! Can a revocation settle? Recounts from the truth: headers and progresses.
//!
//! Counters are for people; a revocation settles only when every batch found
//! in its scope is finished for it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use revocation_rules::batch::BatchHeader;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, PushRef, RevocationId};
use revocation_rules::marks::TargetMarks;
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::progress::BatchProgress;
use revocation_rules::revocation::{Revocation, State};

use crate::ports::{
    BatchHeaders, ChannelCounters, Clock, Counters, DispatchJob, Job, JobQueue, ProgressList, QueueError, RevocationStore, Saved,
    StoreError,
};

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

/// After this many looks it is left to the sweep.
const LOOKS: u32 = 12;

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
        if revocation.state == State::Requested || !looks_done(&revocation, &counters) {
            look_again(queue, push, id, nth).await?;
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
            look_again(queue, push, id, nth).await?;
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

async fn settle(store: &impl RevocationStore, mut revocation: Revocation, count: Recount, now: Timestamp) -> Result<Checked, CheckError> {
    let still_settled = match &revocation.state {
        State::Settled { totals, .. } => differ_by_confirmations_only(totals, &count.totals),
        State::Requested | State::Dispatched { .. } => false,
    };
    if still_settled {
        revocation.recounted(count.totals);
        revocation.settled_for(count.met);
        revocation.checked(now);
    } else {
        revocation.reopened(now);
        if revocation.settled(now, count.totals).is_err() {
            return Ok(Checked::Overtaken);
        }
        revocation.settled_for(count.met);
    }
    Ok(match store.save_revocation(&revocation).await? {
        Saved::Yes if still_settled => Checked::Unchanged,
        Saved::Yes => Checked::Settled {
            after: now.duration_since(revocation.requested_at),
        },
        Saved::Outdated => Checked::Overtaken,
    })
}

/// Are these the same deliveries, of which devices confirmed some meanwhile?
fn differ_by_confirmations_only(before: &BTreeMap<Channel, Counts>, now: &BTreeMap<Channel, Counts>) -> bool {
    let unconfirmed = |totals: &BTreeMap<Channel, Counts>, channel, outcome| match totals.get(&channel) {
        None => 0,
        Some(counts) => match outcome {
            Outcome::Overwritten | Outcome::Recalled | Outcome::Confirmed => {
                counts.get(Outcome::Overwritten) + counts.get(Outcome::Recalled) + counts.get(Outcome::Confirmed)
            }
            other => counts.get(other),
        },
    };
    Channel::ALL.into_iter().all(|channel| {
        let same = |outcome| unconfirmed(before, channel, outcome) == unconfirmed(now, channel, outcome);
        Outcome::ALL.into_iter().all(same)
    })
}

/// The fan-out's job was lost, or its walker died for good.
async fn restart_fan_out(
    store: &impl RevocationStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    mut revocation: Revocation,
) -> Result<Checked, CheckError> {
    let job = Job::Fanout {
        push: revocation.push.clone(),
        revocation: revocation.id.clone(),
    };
    queue.send(&[job], Duration::ZERO).await?;
    revocation.checked(clock.now());
    Ok(match store.save_revocation(&revocation).await? {
        Saved::Yes => Checked::Unchanged,
        Saved::Outdated => Checked::Overtaken,
    })
}

async fn look_again(queue: &impl JobQueue, push: &PushRef, id: &RevocationId, nth: u32) -> Result<(), QueueError> {
    if nth >= LOOKS {
        return Ok(());
    }
    let job = Job::Check {
        push: push.clone(),
        revocation: id.clone(),
        nth: nth + 1,
    };
    queue.send(&[job], Duration::from_secs(1 << nth.min(6))).await
}

fn looks_done(revocation: &Revocation, counters: &BTreeMap<Channel, ChannelCounters>) -> bool {
    if revocation.scope.targets.is_some() {
        // How many deliveries a list of targets has is known from the recount only.
        return true;
    }
    let found: u64 = revocation.fanout.found.values().sum();
    let late: u64 = counters.values().map(|counters| counters.late).sum();
    let ended: u64 = counters.values().map(|counters| counters.outcomes.total()).sum();
    ended >= found + late
}

async fn redrive(queue: &impl JobQueue, revocation: &Revocation, count: &Recount) -> Result<usize, QueueError> {
    let jobs: Vec<Job> = count
        .outstanding
        .iter()
        .filter(|batch| batch.free)
        .map(|batch| {
            Job::Dispatch(DispatchJob {
                batch: batch.header.batch.clone(),
                channel: batch.header.channel,
                revocation: revocation.id.clone(),
            })
        })
        .collect();
    queue.send(&jobs, Duration::ZERO).await?;
    Ok(jobs.len())
}

struct Outstanding {
    header: BatchHeader,
    /// Nobody holds it and no wait is running: its job may be lost.
    free: bool,
}

struct Recount {
    totals: BTreeMap<Channel, Counts>,
    outstanding: Vec<Outstanding>,
    /// Which of the targets that the scope names have a delivery, if it names
    /// any and every batch has said so.
    met: Option<TargetMarks>,
}

async fn recount(
    store: &(impl BatchHeaders + ProgressList + Counters),
    revocation: &Revocation,
    now: Timestamp,
) -> Result<Recount, StoreError> {
    let mut count = Recount {
        totals: BTreeMap::new(),
        outstanding: Vec::new(),
        met: revocation.scope.targets.is_some().then(TargetMarks::default),
    };
    let mut asked = 0;
    // Headers first: what is recorded after that is reopened by its recorder.
    let shards = u16::try_from(revocation.fanout.cursors.len()).unwrap_or(u16::MAX);
    for shard in 0..shards {
        let headers = headers(store, revocation, shard).await?;
        let progresses = progresses(store, revocation, shard).await?;
        for progress in &progresses {
            match (&mut count.met, progress.met.get(&revocation.id)) {
                (Some(all), Some(met)) => {
                    asked += progress.slots.len() as u64;
                    all.add_all(met);
                }
                // It ended before it could say so, its payload gone or its worker of an older version.
                (met, None) if progress.finished.contains(&revocation.id) => *met = None,
                (_, _) => {}
            }
            if let Some(counts) = progress.counted_in_all(&revocation.id) {
                count.totals.entry(progress.channel).or_default().add_all(&counts);
            }
        }
        let of_batch: BTreeMap<&BatchId, &BatchProgress> = progresses.iter().map(|progress| (&progress.batch.batch, progress)).collect();
        for header in headers {
            // An earlier recording's says nothing of this one.
            let progress = of_batch.get(&header.batch.batch).filter(|progress| progress.belongs_to(&header));
            if !progress.is_some_and(|progress| progress.is_finished(revocation)) {
                count.outstanding.push(Outstanding {
                    free: progress.is_none_or(|progress| progress.is_free(now)),
                    header,
                });
            }
        }
    }
    add_expired(store, revocation, now, &mut count, asked).await?;
    Ok(count)
}

/// After the window, TTL may have deleted a header before anybody could end its
/// deliveries. They were found, so they are accounted for: too late. Where targets
/// are named, nobody can say any more whom they were for; `asked` deliveries have said it.
async fn add_expired(
    store: &impl Counters,
    revocation: &Revocation,
    now: Timestamp,
    count: &mut Recount,
    asked: u64,
) -> Result<(), StoreError> {
    if now < revocation.closes_at || (revocation.scope.targets.is_some() && count.met.is_none()) {
        return Ok(());
    }
    let counters = store.counters(&revocation.push, &revocation.id).await?;
    if revocation.scope.targets.is_some() {
        let found: u64 = revocation.fanout.found.values().sum();
        let late: u64 = counters.values().map(|counters| counters.late).sum();
        if asked < found + late {
            count.met = None;
        }
        return Ok(());
    }
    for channel in Channel::ALL {
        let found =
            revocation.fanout.found.get(&channel).copied().unwrap_or(0) + counters.get(&channel).map_or(0, |counters| counters.late);
        let outstanding: u64 = count
            .outstanding
            .iter()
            .filter(|batch| batch.header.channel == channel)
            .map(|batch| u64::from(batch.header.count))
            .sum();
        let ended = count.totals.get(&channel).map_or(0, Counts::total);
        let expired = found.saturating_sub(ended + outstanding);
        if expired > 0 {
            count.totals.entry(channel).or_default().add(Outcome::TooLate, expired);
        }
    }
    Ok(())
}

async fn headers(store: &impl BatchHeaders, revocation: &Revocation, shard: u16) -> Result<Vec<BatchHeader>, StoreError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.headers(&revocation.push, shard, after.as_ref()).await?;
        all.extend(page.headers.into_iter().filter(|header| revocation.may_cover(header)));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

async fn progresses(store: &impl ProgressList, revocation: &Revocation, shard: u16) -> Result<Vec<BatchProgress>, StoreError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.progresses(&revocation.push, shard, after.as_ref()).await?;
        all.extend(page.progresses);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}
