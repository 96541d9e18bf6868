//! Has batches looked at for what their devices confirmed, one look for many receipts.
//!
//! The receipts are kept before, and the job is queued before that is noted: whoever is killed in between has caused a
//! look too many and never one too few.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use revocation_rules::ids::BatchRef;
use revocation_rules::looks::{Gathered, Look, Looks, Queued};
use revocation_rules::receipt::TokenDigest;

use crate::ports::{Clock, Job, JobQueue, ReceiptStore};
use crate::take_receipts::ReceiptError;

/// Notes that are written at once.
const AT_ONCE: usize = 16;

/// What devices confirmed, by batch.
#[derive(Debug, Default)]
pub(crate) struct Confirmations<'a> {
    /// Batches of one delivery, or of an unknown number: nothing is to be gathered, so nothing is noted.
    pub single: BTreeSet<&'a BatchRef>,
    /// Those of several, and a receipt of each.
    pub several: BTreeMap<&'a BatchRef, &'a TokenDigest>,
}

/// Queues what is not queued yet.
///
/// # Errors
/// When the store or the queue fails; asking again is safe.
pub(crate) async fn queue_looks(
    store: &impl ReceiptStore,
    queue: &impl JobQueue,
    clock: &impl Clock,
    confirmed: &Confirmations<'_>,
) -> Result<(), ReceiptError> {
    let at_once = confirmed.single.iter().map(|batch| job(batch, None));
    queue.send(&at_once.collect::<Vec<_>>(), Duration::ZERO).await?;
    if confirmed.several.is_empty() {
        return Ok(());
    }
    let named: BTreeSet<BatchRef> = confirmed.several.keys().map(|batch| (*batch).clone()).collect();
    let known = store.looks(&named).await?;
    let now = clock.now();
    let mut waiting: BTreeMap<Duration, Vec<Job>> = BTreeMap::new();
    let mut notes: Vec<(&BatchRef, Looks, Queued)> = Vec::new();
    for (batch, token) in &confirmed.several {
        let looks = known.get(*batch).copied().unwrap_or_default();
        if let Gathered::Queues(queued) = looks.gather(now) {
            let look = Look::asked_by(queued.nth, token, now);
            waiting.entry(queued.waits).or_default().push(job(batch, Some(look)));
            notes.push((batch, looks, queued));
        }
    }
    for (wait, jobs) in &waiting {
        queue.send(jobs, *wait).await?;
    }
    // A look that has begun meanwhile has seen the receipt, and so will the one that was queued here.
    stream::iter(notes)
        .map(|(batch, looks, queued)| async move { store.note_queued(batch, &looks, &queued).await })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(())
}

fn job(batch: &BatchRef, look: Option<Look>) -> Job {
    Job::Confirm {
        batch: batch.clone(),
        nth: 0,
        look,
    }
}
