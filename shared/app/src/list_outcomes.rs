//! What became of every single delivery of a revocation.

use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, PushRef, RevocationId, TargetId};
use revocation_rules::outcome::Outcome;
use revocation_rules::plan;
use revocation_rules::progress::BatchProgress;

use crate::look_up::LookUpError;
use crate::ports::{BatchWorkStore, ProgressList, PushStore, RevocationStore};

/// Only these, where given.
#[derive(Debug, Clone, Copy, Default)]
pub struct OutcomeFilter {
    pub channel: Option<Channel>,
    pub outcome: Option<Outcome>,
}

impl OutcomeFilter {
    /// By what was counted of the batch.
    fn may_fit(self, id: &RevocationId, progress: &BatchProgress) -> bool {
        let counted = progress.counted.get(id);
        self.channel.is_none_or(|channel| channel == progress.channel)
            && counted.is_some_and(|counts| self.outcome.is_none_or(|outcome| counts.get(outcome) > 0))
    }
}

/// Where the page before ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomesCursor {
    pub shard: u16,
    pub after: Option<BatchId>,
}

/// One delivery and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOutcome {
    pub batch: BatchId,
    /// Its place in the batch.
    pub slot: usize,
    pub channel: Channel,
    /// `None` once the payload is past its 7 days.
    pub target: Option<TargetId>,
    pub outcome: Outcome,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomePage {
    pub outcomes: Vec<DeliveryOutcome>,
    pub next: Option<OutcomesCursor>,
}

/// A page ends with the batch that fills it: at most this and 999 more.
const PAGE: usize = 1_000;
/// Batches whose payloads are read for one page.
const BATCHES: usize = 50;
/// Pages of progresses read for one page, of up to 500 each, so that a filter that fits nothing still answers in time.
const LOOKED_AT: usize = 40;

/// A page of outcomes, by shard and batch. It may be empty and not the last: what was counted of a batch says whether
/// the filter can fit anything in it, and only then its payload is read.
///
/// # Errors
/// When the revocation is unknown, the cursor is not ours, or the store fails.
pub async fn list_outcomes(
    store: &(impl PushStore + RevocationStore + ProgressList + BatchWorkStore),
    push: &PushRef,
    id: &RevocationId,
    filter: OutcomeFilter,
    cursor: Option<OutcomesCursor>,
) -> Result<OutcomePage, LookUpError> {
    let kept = store.push(push).await?.filter(|kept| kept.has_revocation(id));
    let revocation = match kept {
        Some(_) => store.revocation(push, id).await?,
        // It is of an earlier life of the push, if there was one.
        None => None,
    };
    let revocation = revocation.ok_or(LookUpError::RevocationNotFound)?;
    let shards = revocation.fanout.shards();
    let start = cursor.unwrap_or(OutcomesCursor { shard: 0, after: None });
    if !shards.contains(&start.shard) {
        return Err(LookUpError::BadCursor);
    }
    let mut outcomes = Vec::new();
    let (mut batches, mut pages) = (0, 0);
    let mut after = start.after;
    for shard in start.shard..shards.end {
        loop {
            if pages >= LOOKED_AT {
                return Ok(OutcomePage {
                    outcomes,
                    next: Some(OutcomesCursor { shard, after }),
                });
            }
            pages += 1;
            let page = store.progresses(push, shard, after.as_ref()).await?;
            for progress in page.items {
                let batch = progress.batch.batch.clone();
                if filter.may_fit(id, &progress) {
                    batches += 1;
                    let work = store.unasked_work(&progress.batch).await?;
                    add_batch(&mut outcomes, &revocation.scope, filter, &progress, work.as_ref());
                }
                if outcomes.len() >= PAGE || batches >= BATCHES {
                    return Ok(OutcomePage {
                        outcomes,
                        next: Some(OutcomesCursor { shard, after: Some(batch) }),
                    });
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(OutcomePage { outcomes, next: None })
}

fn add_batch(
    outcomes: &mut Vec<DeliveryOutcome>,
    scope: &revocation_rules::scope::Scope,
    filter: OutcomeFilter,
    progress: &BatchProgress,
    work: Option<&crate::ports::UnaskedWork>,
) {
    // Under the batch's id there may be another recording by now, with other deliveries.
    let work = work.filter(|work| progress.belongs_to(&work.header));
    let deliveries = work.and_then(|work| work.deliveries.as_deref());
    for slot in plan::slots_in_scope(progress.channel, progress.slots.len(), deliveries, scope) {
        let Some((outcome, reason)) = progress.slots.get(slot) else {
            continue;
        };
        if filter.outcome.is_some_and(|wanted| wanted != outcome) {
            continue;
        }
        outcomes.push(DeliveryOutcome {
            batch: progress.batch.batch.clone(),
            slot,
            channel: progress.channel,
            target: deliveries
                .and_then(|deliveries| deliveries.get(slot))
                .map(|delivery| delivery.target.clone()),
            outcome,
            reason: reason.to_owned(),
        });
    }
}
