//! Pages through the headers of a shard. Payloads are never read here, not even small ones.

use revocation_app::ports::{BatchHeaders, ShardPage, StoreError};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::tally::{BatchCount, BatchOutline};
use revocation_rules::walk::Reading;
use revocation_rules::window;

use super::DynamoPushStore;
use super::shard_page::ShardQuery;
use crate::items::{batch, key};

impl BatchHeaders for DynamoPushStore {
    async fn headers(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchHeader>, StoreError> {
        let query = ShardQuery {
            push,
            shard,
            after,
            prefix: key::BATCH,
            reading: Reading::Consistent,
            attributes: Some(&batch::HEADER_ATTRIBUTES),
        };
        let mut page = self.shard_page(query, |item| batch::read(push, shard, item)).await?;
        let now = self.now();
        page.items.retain(|header| window::is_kept(header.sent_at, now));
        Ok(page)
    }

    async fn outlines(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        reading: Reading,
    ) -> Result<ShardPage<BatchOutline>, StoreError> {
        let query = ShardQuery {
            push,
            shard,
            after,
            prefix: key::BATCH,
            reading,
            attributes: Some(&batch::OUTLINE_ATTRIBUTES),
        };
        let mut page = self.shard_page(query, batch::read_outline).await?;
        let now = self.now();
        page.items.retain(|outline| window::is_kept(outline.sent_at, now));
        Ok(page)
    }

    async fn counts(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchCount>, StoreError> {
        let query = ShardQuery {
            push,
            shard,
            after,
            prefix: key::BATCH,
            reading: Reading::Consistent,
            attributes: Some(&batch::COUNT_ATTRIBUTES),
        };
        let mut page = self.shard_page(query, batch::read_count).await?;
        let now = self.now();
        page.items.retain(|count| window::is_kept(count.sent_at, now));
        Ok(page)
    }
}
