//! What became of every single delivery of a revocation.

use futures::future::{join_all, try_join_all};
use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::Delivery;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId, TargetId};
use revocation_rules::outcome::Outcome;
use revocation_rules::plan;
use revocation_rules::progress::BatchProgress;
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::Scope;
use revocation_rules::tally::Tally;
use revocation_rules::walk::{Place, Reading, SIDE_BY_SIDE, Walk};

use crate::look_up::LookUpError;
use crate::ports::{BatchWorkStore, Clock, ProgressList, PushStore, RevocationStore, ShardPage, StoreError};

/// Only these, where given.
#[derive(Debug, Clone, Copy, Default)]
pub struct OutcomeFilter {
    pub channel: Option<Channel>,
    pub outcome: Option<Outcome>,
}

impl OutcomeFilter {
    /// By what was counted of the batch.
    fn may_fit(self, tally: &Tally) -> bool {
        let counted = tally.told.counted.as_ref();
        self.channel.is_none_or(|channel| channel == tally.channel)
            && counted.is_some_and(|counts| self.outcome.is_none_or(|outcome| counts.get(outcome) > 0))
    }
}

/// Where the page before ended: shards below `next` are done, but for those in `open`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomesCursor {
    pub next: u16,
    pub open: Vec<Place>,
}

impl From<&Walk> for OutcomesCursor {
    fn from(walk: &Walk) -> Self {
        let (next, open) = walk.places();
        Self { next, open: open.to_vec() }
    }
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
/// Batches whose payloads are read for one page, and how many of them at once.
const BATCHES: usize = 50;
const PAYLOADS_AT_ONCE: usize = 8;
/// Pages of tallies read for one page, of up to 500 each: as many as a push of a hundred thousand batches has.
const LOOKED_AT: usize = 240;
/// From then on no further one is read, so that a filter that fits nothing still answers in time.
const PATIENCE: SignedDuration = SignedDuration::from_secs(2);

/// A page of outcomes. It may be empty and not the last: what was counted of a batch says whether
/// the filter can fit anything in it, and only then its payload is read. Where nothing fits, more and more shards are
/// looked through side by side.
///
/// # Errors
/// When the revocation is unknown, the cursor is not ours, or the store fails.
pub async fn list_outcomes(
    store: &(impl PushStore + RevocationStore + ProgressList + BatchWorkStore),
    clock: &impl Clock,
    push: &PushRef,
    id: &RevocationId,
    filter: OutcomeFilter,
    cursor: Option<OutcomesCursor>,
) -> Result<OutcomePage, LookUpError> {
    let until = clock.now().saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
    let kept = store.push(push).await?.filter(|kept| kept.has_revocation(id));
    let revocation = match kept {
        Some(_) => store.revocation(push, id).await?,
        // It is of an earlier life of the push, if there was one.
        None => None,
    };
    let revocation = revocation.ok_or(LookUpError::RevocationNotFound)?;
    let shards = revocation.fanout.shards().end;
    let mut walk = match cursor {
        Some(OutcomesCursor { next, open }) => Walk::of_places(next, open, shards).ok_or(LookUpError::BadCursor)?,
        None => Walk::default(),
    };
    let mut page = Filling {
        outcomes: Vec::new(),
        batches: 0,
    };
    let (mut looked_at, mut at_once) = (0, 1);
    while !walk.is_over(shards) {
        if page.is_full() || looked_at >= LOOKED_AT || (looked_at > 0 && clock.now() >= until) {
            return Ok(OutcomePage {
                outcomes: page.outcomes,
                next: Some((&walk).into()),
            });
        }
        let round = read(store, &revocation, walk.ahead(shards, at_once)).await?;
        looked_at += round.len();
        at_once = (at_once * 2).min(SIDE_BY_SIDE);
        for (shard, tallies) in round {
            let fitting: Vec<BatchRef> = tallies
                .items
                .iter()
                .filter(|tally| filter.may_fit(tally))
                .map(|tally| revocation.locate(shard, &tally.batch))
                .collect();
            if !fitting.is_empty() {
                at_once = 1;
            }
            let last = page.fill(store, &revocation.scope, filter, &fitting).await?;
            // What lies behind a batch that filled the page is for the next one, and so are the other shards.
            walk.went(shard, if page.is_full() { last } else { tallies.next });
            if page.is_full() {
                break;
            }
        }
    }
    Ok(OutcomePage {
        outcomes: page.outcomes,
        next: None,
    })
}

async fn read(store: &impl ProgressList, revocation: &Revocation, places: Vec<Place>) -> Result<Vec<(u16, ShardPage<Tally>)>, StoreError> {
    let reads = places.into_iter().map(async |Place { shard, after }| {
        let page = store
            .tallies(&revocation.push, shard, after.as_ref(), &revocation.id, Reading::Consistent)
            .await?;
        Ok::<_, StoreError>((shard, page))
    });
    try_join_all(reads).await
}

/// A page that is being filled.
struct Filling {
    outcomes: Vec<DeliveryOutcome>,
    batches: usize,
}

impl Filling {
    fn is_full(&self) -> bool {
        self.outcomes.len() >= PAGE || self.batches >= BATCHES
    }

    /// Adds batches until the page is full. Returns the last one that was added.
    async fn fill(
        &mut self,
        store: &(impl ProgressList + BatchWorkStore),
        scope: &Scope,
        filter: OutcomeFilter,
        batches: &[BatchRef],
    ) -> Result<Option<BatchId>, StoreError> {
        let mut last = None;
        for some in batches.chunks(PAYLOADS_AT_ONCE) {
            for (batch, known) in some.iter().zip(join_all(some.iter().map(|batch| known(store, batch))).await) {
                if self.is_full() {
                    return Ok(last);
                }
                self.batches += 1;
                last = Some(batch.batch.clone());
                if let Some((progress, deliveries)) = known? {
                    self.add(scope, filter, &progress, deliveries.as_deref());
                }
            }
        }
        Ok(last)
    }

    fn add(&mut self, scope: &Scope, filter: OutcomeFilter, progress: &BatchProgress, deliveries: Option<&[Delivery]>) {
        for slot in plan::slots_in_scope(progress.channel, progress.slots.len(), deliveries, scope) {
            let Some((outcome, reason)) = progress.slots.get(slot) else {
                continue;
            };
            if filter.outcome.is_some_and(|wanted| wanted != outcome) {
                continue;
            }
            self.outcomes.push(DeliveryOutcome {
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
}

/// How the deliveries of a batch ended, and who they were. Under the batch's id there may be another recording by now,
/// with other deliveries; or none at all.
async fn known(
    store: &(impl ProgressList + BatchWorkStore),
    batch: &BatchRef,
) -> Result<Option<(BatchProgress, Option<Vec<Delivery>>)>, StoreError> {
    let work = store.unasked_work(batch).await?;
    match work.map(|work| (work.progress, work.deliveries)) {
        Some((Some(progress), deliveries)) => Ok(Some((progress, deliveries))),
        Some((None, _)) | None => Ok(store.progress(batch).await?.map(|progress| (progress, None))),
    }
}
