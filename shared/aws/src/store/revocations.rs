//! Revocations: kept with their push's closure, read, moved on, found when due.

use jiff::Timestamp;
use revocation_app::ports::{RevocationStore, Saved, StoreError};
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;

use super::DynamoPushStore;
use crate::items::{key, revocation};

impl RevocationStore for DynamoPushStore {
    async fn insert_revocation(&self, push: &Push, revocation: &Revocation) -> Result<Saved, StoreError> {
        self.insert(push, revocation).await
    }

    async fn revocation(&self, push: &PushRef, id: &RevocationId) -> Result<Option<Revocation>, StoreError> {
        let item = self.get(key::push(push), key::revocation(id)).await?;
        item.as_ref().map(|item| revocation::read(push, item)).transpose()
    }

    async fn save_revocation(&self, revocation: &Revocation) -> Result<Saved, StoreError> {
        self.save(revocation).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<(PushRef, RevocationId)>, StoreError> {
        self.due_revocations(now, limit).await
    }
}
