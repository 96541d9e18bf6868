//! The work on a batch: read, claim, finish.

use std::sync::Arc;

use jiff::Timestamp;
use revocation_app::ports::{
    BatchContents, BatchWork, BatchWorkStore, Claimed, Finished, Payload, ProgressList, ShardPage, StoreError, UnaskedWork,
};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId};
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::tally::Tally;
use revocation_rules::terms::Assignment;
use revocation_rules::walk::Reading;
use revocation_rules::window;

use super::{BatchItems, Items, ModelStore};

impl Items {
    fn version_of(&self, batch: &BatchRef) -> u64 {
        let progress = self.batch(batch).and_then(|batch| batch.progress.as_ref());
        progress.map_or(0, |progress| progress.version)
    }
}

impl Items {
    /// A batch that is there, its progress, and what an earlier recording left behind.
    fn state_of(&self, of: &BatchRef, now: Timestamp) -> Option<(BatchHeader, Option<BatchProgress>, Option<BatchProgress>)> {
        let batch = self.batch(of)?;
        let header = batch.header.as_ref().filter(|header| window::is_kept(header.sent_at, now))?;
        let (progress, earlier) = BatchProgress::sort(header, batch.progress.clone());
        Some((header.clone(), progress, earlier))
    }

    fn contents_of(&self, header: &BatchHeader) -> BatchContents {
        BatchContents {
            deliveries: self.payload_of(header),
            receipts: self.batch(&header.batch).map(|batch| batch.receipts_of(header)).unwrap_or_default(),
        }
    }
}

impl BatchWorkStore for ModelStore {
    async fn work(&self, of: &BatchRef, revocation: &RevocationId, replays: Option<u32>) -> Result<Option<BatchWork>, StoreError> {
        let now = self.now();
        let items = self.items();
        let Some((header, progress, earlier)) = items.state_of(of, now) else {
            return Ok(None);
        };
        let revocation = items.pushes.get(&of.push).and_then(|items| items.revocations.get(revocation));
        Ok(Some(BatchWork {
            header,
            progress,
            earlier,
            revocation: revocation.map(|revocation| Assignment {
                terms: Arc::new(revocation.into()),
                // What the job says, as a store does that has kept the terms.
                replays: replays.unwrap_or(revocation.replays),
            }),
            payload: Payload::Apart,
        }))
    }

    async fn contents(&self, header: &BatchHeader, payload: Payload) -> Result<BatchContents, StoreError> {
        let contents = self.items().contents_of(header);
        Ok(match payload {
            Payload::Inline(deliveries) => BatchContents {
                deliveries: Some(deliveries),
                ..contents
            },
            Payload::Apart => contents,
        })
    }

    async fn unasked_work(&self, of: &BatchRef) -> Result<Option<UnaskedWork>, StoreError> {
        let now = self.now();
        let items = self.items();
        Ok(items.state_of(of, now).map(|(header, progress, _)| {
            let BatchContents { deliveries, receipts } = items.contents_of(&header);
            UnaskedWork {
                header,
                deliveries,
                progress,
                receipts,
            }
        }))
    }

    async fn claim(&self, progress: &BatchProgress) -> Result<Claimed, StoreError> {
        let mut items = self.items();
        if items.version_of(&progress.batch) + 1 != progress.version {
            return Ok(Claimed::Lost);
        }
        items.batch_mut(&progress.batch).progress = Some(progress.clone());
        Ok(Claimed::Yes)
    }

    async fn finish(&self, progress: &BatchProgress, changes: &[(RevocationId, Change)]) -> Result<Finished, StoreError> {
        let mut items = self.items();
        if items.version_of(&progress.batch) != progress.version {
            return Ok(Finished::Lost);
        }
        let mut written = progress.clone();
        written.version += 1;
        items.batch_mut(&progress.batch).progress = Some(written);
        let counters = &mut items.pushes.entry(progress.batch.push.clone()).or_default().counters;
        for (revocation, change) in changes {
            let counted = counters.entry((revocation.clone(), progress.channel)).or_default();
            counted.suspected += change.suspected;
            for (outcome, by) in &change.outcomes {
                *counted.outcomes.entry(*outcome).or_default() += by;
            }
        }
        Ok(Finished::Yes)
    }
}

impl ProgressList for ModelStore {
    async fn progresses(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchProgress>, StoreError> {
        Ok(self.page(push, shard, after, |batch| batch.progress.clone()))
    }

    async fn progress(&self, of: &BatchRef) -> Result<Option<BatchProgress>, StoreError> {
        Ok(self.items().batch(of).and_then(|batch| batch.progress.clone()))
    }

    async fn tallies(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        revocation: &RevocationId,
        _: Reading,
    ) -> Result<ShardPage<Tally>, StoreError> {
        let tally = |batch: &BatchItems| batch.progress.as_ref().map(|progress| Tally::of(progress, revocation));
        Ok(self.page(push, shard, after, tally))
    }
}
