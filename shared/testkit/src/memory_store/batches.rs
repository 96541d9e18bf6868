//! Recording batches, and reading their headers.

use revocation_app::ports::{BatchHeaders, BatchPayloads, BatchRecorder, Recorded, ShardPage, StoreError};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::tally::{BatchCount, BatchOutline};
use revocation_rules::walk::Reading;
use revocation_rules::window;

use super::{CommittedBatch, MemoryStore, page};

impl BatchRecorder for MemoryStore {
    /// Two writes: a crash in between leaves a payload that nothing names.
    async fn record(&self, header: &BatchHeader, deliveries: &[Delivery]) -> Result<Recorded, StoreError> {
        self.weather.before().await?;
        let key = (header.batch.clone(), header.digest.clone());
        let payload = (deliveries.to_vec(), window::kept_until(header.sent_at));
        self.items().payloads.insert(key, payload);
        self.weather.after().await?;
        let recorded = {
            let mut items = self.items();
            let now = self.now();
            match items.headers.get(&header.batch).filter(|known| window::is_kept(known.sent_at, now)) {
                Some(known) if known.digest == header.digest => Recorded::Same,
                Some(_) => Recorded::Conflict,
                None => {
                    items.headers.insert(header.batch.clone(), header.clone());
                    items.written.insert(header.batch.clone(), now);
                    items.commit(CommittedBatch {
                        header: header.clone(),
                        deliveries: deliveries.to_vec(),
                    });
                    Recorded::New
                }
            }
        };
        self.weather.after().await?;
        Ok(recorded)
    }
}

impl BatchHeaders for MemoryStore {
    async fn headers(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<ShardPage<BatchHeader>, StoreError> {
        self.weather.before().await?;
        let (mut headers, next) = page(&self.items().headers, push, shard, after, self.page);
        headers.retain(|header| window::is_kept(header.sent_at, self.now()));
        self.weather.after().await?;
        Ok(ShardPage { items: headers, next })
    }

    async fn outlines(
        &self,
        push: &PushRef,
        shard: u16,
        after: Option<&BatchId>,
        reading: Reading,
    ) -> Result<ShardPage<BatchOutline>, StoreError> {
        let page = self.headers(push, shard, after).await?;
        let at = self.seen_at(reading);
        let items = self.items();
        let was_there = |header: &&BatchHeader| items.written.get(&header.batch).is_none_or(|written| *written <= at);
        Ok(ShardPage {
            items: page.items.iter().filter(was_there).map(BatchOutline::from).collect(),
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

impl BatchPayloads for MemoryStore {
    async fn payloads(&self, headers: &[BatchHeader]) -> Result<Vec<Option<Vec<Delivery>>>, StoreError> {
        self.weather.before().await?;
        let payloads = {
            let items = self.items();
            headers.iter().map(|header| items.payload_of(header)).collect()
        };
        self.weather.after().await?;
        Ok(payloads)
    }
}
