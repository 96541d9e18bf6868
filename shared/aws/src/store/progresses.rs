//! Pages through the progresses of a shard: the truth of how a push's deliveries ended.

use revocation_app::ports::{ProgressList, ShardPage, StoreError};
use revocation_rules::ids::{BatchId, BatchRef, PushRef, RevocationId};
use revocation_rules::progress::BatchProgress;
use revocation_rules::tally::Tally;
use revocation_rules::walk::Reading;

use super::DynamoPushStore;
use super::shard_page::ShardQuery;
use crate::items::{at, key, progress};

impl ProgressList for DynamoPushStore {
    async fn progresses(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchProgress>, StoreError> {
        let query = ShardQuery {
            push,
            shard,
            after,
            prefix: key::OUTCOME,
            reading: Reading::Consistent,
            attributes: None,
        };
        self.shard_page(query, |item| progress::read(push, shard, item)).await
    }

    async fn progress(&self, batch: &BatchRef) -> Result<Option<BatchProgress>, StoreError> {
        let key = at(key::shard(&batch.push, batch.shard), key::progress(&batch.batch));
        let item = self.table.get(key).await?;
        item.map(|item| progress::read(&batch.push, batch.shard, &item)).transpose()
    }

    async fn tallies(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        revocation: &RevocationId,
        reading: Reading,
    ) -> Result<ShardPage<Tally>, StoreError> {
        let query = ShardQuery {
            push,
            shard,
            after,
            prefix: key::OUTCOME,
            reading,
            attributes: Some(&progress::TALLY_ATTRIBUTES),
        };
        self.shard_page(query, |item| progress::read_tally(item, revocation)).await
    }
}
