//! Pages through the headers of a shard. Payloads are never read here, not even small ones.

use jiff::Timestamp;
use revocation_app::ports::{BatchHeaders, ShardPage, StoreError};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::tally::{BatchCount, BatchOutline};
use revocation_rules::walk::Reading;
use revocation_rules::window;

use super::DynamoPushStore;
use super::shard_page::ShardQuery;
use crate::items::{Item, batch, key};

impl BatchHeaders for DynamoPushStore {
    async fn headers(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchHeader>, StoreError> {
        let query = query(push, shard, after, Reading::Consistent, &batch::HEADER_ATTRIBUTES);
        self.kept(query, |item| batch::read(push, shard, item), |header| header.sent_at)
            .await
    }

    async fn outlines(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        reading: Reading,
    ) -> Result<ShardPage<BatchOutline>, StoreError> {
        let query = query(push, shard, after, reading, &batch::OUTLINE_ATTRIBUTES);
        self.kept(query, batch::read_outline, |outline| outline.sent_at).await
    }

    async fn counts(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchCount>, StoreError> {
        let query = query(push, shard, after, Reading::Consistent, &batch::COUNT_ATTRIBUTES);
        self.kept(query, batch::read_count, |count| count.sent_at).await
    }
}

fn query<'a>(
    push: &'a PushRef,
    shard: u16,
    after: Option<&'a BatchId>,
    reading: Reading,
    attributes: &'a [&'static str],
) -> ShardQuery<'a> {
    ShardQuery {
        push,
        shard,
        after,
        prefix: key::BATCH,
        reading,
        attributes: Some(attributes),
    }
}

impl DynamoPushStore {
    /// A page without the headers that are past their time.
    async fn kept<T>(
        &self,
        query: ShardQuery<'_>,
        read: impl Fn(&Item) -> Result<T, StoreError>,
        sent_at: impl Fn(&T) -> Timestamp,
    ) -> Result<ShardPage<T>, StoreError> {
        let mut page = self.shard_page(query, read).await?;
        let now = self.now();
        page.items.retain(|header| window::is_kept(sent_at(header), now));
        Ok(page)
    }
}
