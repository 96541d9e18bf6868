//! What a dispatcher needs: read the work, take it, end it.

use revocation_app::ports::{BatchWork, BatchWorkStore, Claimed, Finished, StoreError};
use revocation_rules::ids::{BatchRef, RevocationId};
use revocation_rules::progress::{BatchProgress, Change};

use super::DynamoPushStore;

impl BatchWorkStore for DynamoPushStore {
    async fn work(&self, batch: &BatchRef, revocation: &RevocationId) -> Result<Option<BatchWork>, StoreError> {
        self.read_work(batch, Some(revocation)).await
    }

    async fn unasked_work(&self, batch: &BatchRef) -> Result<Option<BatchWork>, StoreError> {
        self.read_work(batch, None).await
    }

    async fn claim(&self, progress: &BatchProgress) -> Result<Claimed, StoreError> {
        self.claim_batch(progress).await
    }

    async fn finish(&self, progress: &BatchProgress, changes: &[(RevocationId, Change)]) -> Result<Finished, StoreError> {
        self.finish_batch(progress, changes).await
    }
}
