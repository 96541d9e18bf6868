//! The work on a batch: read, claim, finish.

use revocation_app::ports::{BatchWork, BatchWorkStore, Claimed, Finished, ProgressList, ShardPage, StoreError};
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId};
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::window;

use super::{Items, ModelStore};

impl Items {
    fn version_of(&self, batch: &BatchRef) -> u64 {
        let progress = self.batch(batch).and_then(|batch| batch.progress.as_ref());
        progress.map_or(0, |progress| progress.version)
    }
}

impl ModelStore {
    fn read_work(&self, of: &BatchRef, revocation: Option<&RevocationId>) -> Option<BatchWork> {
        let now = self.now();
        let items = self.items();
        let batch = items.batch(of)?;
        let header = batch.header.as_ref().filter(|header| window::is_kept(header.sent_at, now))?;
        let (progress, earlier) = BatchProgress::sort(header, batch.progress.clone());
        let revocations = items.pushes.get(&of.push).map(|items| &items.revocations);
        Some(BatchWork {
            header: header.clone(),
            deliveries: items.payload_of(header),
            progress,
            earlier,
            revocation: revocation.and_then(|id| revocations?.get(id).cloned()),
            receipts: batch.receipts_of(header),
        })
    }
}

impl BatchWorkStore for ModelStore {
    async fn work(&self, batch: &BatchRef, revocation: &RevocationId) -> Result<Option<BatchWork>, StoreError> {
        Ok(self.read_work(batch, Some(revocation)))
    }

    async fn unasked_work(&self, batch: &BatchRef) -> Result<Option<BatchWork>, StoreError> {
        Ok(self.read_work(batch, None))
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
}
