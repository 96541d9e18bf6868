//! Pages through the progresses of a shard: the truth of how a push's deliveries ended.

use revocation_app::ports::{ProgressList, ProgressPage, StoreError};
use revocation_rules::ids::{BatchId, PushRef};

use super::DynamoPushStore;
use super::shard_page::ShardQuery;
use crate::items::{key, progress};

impl ProgressList for DynamoPushStore {
    async fn progresses(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ProgressPage, StoreError> {
        let query = ShardQuery {
            push,
            shard,
            after,
            prefix: key::OUTCOME,
            attributes: None,
        };
        let page = self.shard_page(query).await?;
        let progresses = page.items.iter().map(|item| progress::read(push, shard, item));
        Ok(ProgressPage {
            progresses: progresses.collect::<Result<_, _>>()?,
            next: page.next,
        })
    }
}
