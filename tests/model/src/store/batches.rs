//! Recording batches, and reading their headers and payloads.

use std::ops::Bound;
use std::sync::Arc;

use revocation_app::ports::{BatchHeaders, BatchPayloads, BatchRecorder, Recorded, ShardPage, StoreError};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::tally::{BatchCount, BatchOutline};
use revocation_rules::walk::Reading;
use revocation_rules::window;

use super::{BatchItems, ModelStore};

impl BatchRecorder for ModelStore {
    async fn record(&self, header: &BatchHeader, deliveries: &[Delivery]) -> Result<Recorded, StoreError> {
        let now = self.now();
        let mut items = self.items();
        items
            .payloads
            .entry(header.digest.clone())
            .or_insert_with(|| Arc::new(deliveries.to_vec()));
        let batch = items.batch_mut(&header.batch);
        if !batch.payloads.contains(&header.digest) {
            batch.payloads.push(header.digest.clone());
        }
        let known = batch.header.as_ref().filter(|known| window::is_kept(known.sent_at, now));
        Ok(match known {
            Some(known) if known.digest == header.digest => Recorded::Same,
            Some(_) => Recorded::Conflict,
            None => {
                batch.header = Some(header.clone());
                Recorded::New
            }
        })
    }
}

impl ModelStore {
    /// What `of` finds in a shard behind `after`.
    pub(super) fn page<T>(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        of: impl Fn(&BatchItems) -> Option<T>,
    ) -> ShardPage<T> {
        let mut page = ShardPage {
            items: Vec::new(),
            next: None,
        };
        let items = self.items();
        let Some(batches) = items.pushes.get(push).and_then(|push| push.shards.get(&shard)) else {
            return page;
        };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut last: Option<&BatchId> = None;
        for (id, batch) in batches.range::<BatchId, _>((from, Bound::Unbounded)) {
            let Some(item) = of(batch) else { continue };
            if page.items.len() == self.page {
                page.next = last.cloned();
                break;
            }
            page.items.push(item);
            last = Some(id);
        }
        page
    }
}

impl BatchHeaders for ModelStore {
    async fn headers(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchHeader>, StoreError> {
        let mut page = self.page(push, shard, after, |batch| batch.header.clone());
        page.items.retain(|header| window::is_kept(header.sent_at, self.now()));
        Ok(page)
    }

    /// What was written a moment ago is seen here, too: the model's walks read nothing that is just being written.
    async fn outlines(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        _: Reading,
    ) -> Result<ShardPage<BatchOutline>, StoreError> {
        let page = self.headers(push, shard, after).await?;
        Ok(ShardPage {
            items: page.items.iter().map(BatchOutline::from).collect(),
            next: page.next,
        })
    }

    async fn counts(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchCount>, StoreError> {
        let page = self.headers(push, shard, after).await?;
        Ok(ShardPage {
            items: page.items.iter().map(BatchCount::from).collect(),
            next: page.next,
        })
    }
}

impl BatchPayloads for ModelStore {
    async fn payloads(&self, headers: &[BatchHeader]) -> Result<Vec<Option<Vec<Delivery>>>, StoreError> {
        let items = self.items();
        Ok(headers.iter().map(|header| items.payload_of(header)).collect())
    }
}

impl ModelStore {
    /// Keeps a batch whose deliveries are known by their digest.
    ///
    /// # Errors
    /// As [`BatchRecorder::record`].
    pub async fn record_shared(&self, header: &BatchHeader) -> Result<Recorded, StoreError> {
        let known = self.items().payloads.get(&header.digest).cloned();
        self.record(header, known.as_deref().map_or(&[], Vec::as_slice)).await
    }
}
