//! Reads what one dispatch needs: first what says whether there is anything to do, and only then the rest.
//!
//! Header and progress come in one `BatchGetItem`: a read unit each, for most. Beside them the revocation, if this
//! process has not kept its terms or the job does not say how often it was replayed. A job that was done already needs
//! no more. The payload is most of what a batch costs: it lies under its digest, which the header knows, and is asked
//! for together with the receipts, which most batches have none of.

use std::collections::HashMap;

use futures::future::try_join;
use revocation_app::ports::{BatchContents, BatchWork, Payload, StoreError, UnaskedWork};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::ids::{BatchRef, RevocationId};
use revocation_rules::progress::BatchProgress;
use revocation_rules::terms::Assignment;
use revocation_rules::window;

use super::DynamoPushStore;
use crate::items::{Item, at, batch, key, progress};

/// A batch that is there, and what was done with it.
struct Found {
    header: BatchHeader,
    payload: Payload,
    progress: Option<BatchProgress>,
    earlier: Option<BatchProgress>,
}

impl DynamoPushStore {
    pub(super) async fn read_work(&self, of: &BatchRef, by: &RevocationId, replays: Option<u32>) -> Result<Option<BatchWork>, StoreError> {
        let kept = replays.and_then(|replays| {
            let terms = self.terms.get(&of.push, by, self.now())?;
            Some(Assignment { terms, replays })
        });
        let revocation_key = (key::push(&of.push), key::revocation(by));
        let [header_key, progress_key] = keys(of);
        let mut asked = vec![header_key, progress_key];
        if kept.is_none() {
            asked.push(revocation_key.clone());
        }
        let mut items = self.table.get_all(&asked, None).await?;
        let Some(found) = self.found(of, &items)? else {
            return Ok(None);
        };
        let revocation = match (kept, items.remove(&revocation_key)) {
            (Some(kept), _) => Some(kept),
            (None, Some(item)) => self.assignment(&of.push, &item).await?.map(|read| Assignment {
                replays: replays.unwrap_or(read.replays),
                ..read
            }),
            (None, None) => None,
        };
        Ok(Some(BatchWork {
            header: found.header,
            progress: found.progress,
            earlier: found.earlier,
            revocation,
            payload: found.payload,
        }))
    }

    pub(super) async fn read_unasked_work(&self, of: &BatchRef) -> Result<Option<UnaskedWork>, StoreError> {
        let items = self.table.get_all(&keys(of), None).await?;
        let Some(found) = self.found(of, &items)? else {
            return Ok(None);
        };
        let contents = self.read_contents(&found.header, found.payload).await?;
        Ok(Some(UnaskedWork {
            header: found.header,
            deliveries: contents.deliveries,
            progress: found.progress,
            receipts: contents.receipts,
        }))
    }

    pub(super) async fn read_contents(&self, header: &BatchHeader, payload: Payload) -> Result<BatchContents, StoreError> {
        let (deliveries, receipts) = try_join(self.deliveries(header, payload), self.receipts(&header.batch)).await?;
        let of_this_one = receipts.into_iter().filter(|said| said.came.speaks_of(header, said.at));
        Ok(BatchContents {
            deliveries,
            receipts: of_this_one.map(|said| (said.token, said.event)).collect(),
        })
    }

    fn found(&self, of: &BatchRef, items: &HashMap<(String, String), Item>) -> Result<Option<Found>, StoreError> {
        let [header_key, progress_key] = keys(of);
        let Some(header_item) = items.get(&header_key) else {
            return Ok(None);
        };
        let header = batch::read(&of.push, of.shard, header_item)?;
        if !window::is_kept(header.sent_at, self.now()) {
            return Ok(None);
        }
        let payload = if batch::is_inline(header_item) {
            Payload::Inline(batch::read_deliveries(header_item, &header)?)
        } else {
            Payload::Apart
        };
        let progress = items.get(&progress_key).map(|item| progress::read(&of.push, of.shard, item));
        // What an earlier recording under this id left behind is not this one's.
        let (progress, earlier) = BatchProgress::sort(&header, progress.transpose()?);
        if let Some(progress) = &progress
            && progress.slots.len() != usize::from(header.count)
        {
            return Err(StoreError::Damaged {
                item: "batch progress",
                attribute: "count",
            });
        }
        Ok(Some(Found {
            header,
            payload,
            progress,
            earlier,
        }))
    }

    async fn deliveries(&self, header: &BatchHeader, payload: Payload) -> Result<Option<Vec<Delivery>>, StoreError> {
        if let Payload::Inline(deliveries) = payload {
            return Ok(Some(deliveries));
        }
        let key = at(key::payloads(&header.batch), key::payload(&header.digest));
        let item = self.table.get_unchanging(key).await?;
        item.map(|item| batch::read_deliveries(&item, header)).transpose()
    }
}

/// Of the header and of the progress.
fn keys(of: &BatchRef) -> [(String, String); 2] {
    let shard = key::shard(&of.push, of.shard);
    [(shard.clone(), key::header(&of.batch)), (shard, key::progress(&of.batch))]
}
