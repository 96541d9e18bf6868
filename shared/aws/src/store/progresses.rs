//! Pages through the progresses of a shard: the truth of how a push's deliveries ended.

use revocation_app::ports::{ProgressList, ShardPage, StoreError};
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::progress::BatchProgress;

use super::DynamoPushStore;
use super::shard_page::ShardQuery;
use crate::items::{key, progress};

impl ProgressList for DynamoPushStore {
    async fn progresses(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchProgress>, StoreError> {
        let query = ShardQuery {
            push,
            shard,
            after,
            prefix: key::OUTCOME,
            attributes: None,
        };
        self.shard_page(query, |item| progress::read(push, shard, item)).await
    }
}
