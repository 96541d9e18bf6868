//! Reads all that one dispatch needs, as a rule in one trip.
//!
//! The receipts lie under a key of their own and are read at the same time; most
//! batches have none. Header, progress and revocation come in one `BatchGetItem`. The payload's key
//! holds its digest, which only the header knows; so beside it the first
//! payload of the batch is read, which is the right one unless another batch
//! was sent under the same id. Only then is a second trip needed.

use futures::future::try_join3;
use revocation_app::ports::{BatchWork, StoreError};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::ids::{BatchRef, RevocationId};
use revocation_rules::progress::BatchProgress;
use revocation_rules::window;

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::{Item, at, batch, key, progress, revocation, text};

impl DynamoPushStore {
    pub(super) async fn read_work(&self, of: &BatchRef, by: Option<&RevocationId>) -> Result<Option<BatchWork>, StoreError> {
        let shard = key::shard(&of.push, of.shard);
        let header_key = (shard.clone(), key::header(&of.batch));
        let progress_key = (shard, key::progress(&of.batch));
        let revocation_key = by.map(|by| (key::push(&of.push), key::revocation(by)));
        let keys: Vec<_> = [header_key.clone(), progress_key.clone()]
            .into_iter()
            .chain(revocation_key.clone())
            .collect();
        let (items, first_payload, receipts) =
            try_join3(self.table.get_all(&keys, None), self.first_payload(of), self.receipts(of)).await?;
        let Some(header_item) = items.get(&header_key) else {
            return Ok(None);
        };
        let header = batch::read(&of.push, of.shard, header_item)?;
        if !window::is_kept(header.sent_at, self.now()) {
            return Ok(None);
        }
        let deliveries = self.deliveries(&header, header_item, first_payload).await?;
        let progress = items.get(&progress_key).map(|item| progress::read(&of.push, of.shard, item));
        // What an earlier recording under this id left behind is not this one's.
        let (progress, earlier) = BatchProgress::sort(&header, progress.transpose()?);
        let of_this_one = receipts.into_iter().filter(|said| said.came.speaks_of(&header, said.at));
        let receipts = of_this_one.map(|said| (said.token, said.event)).collect();
        if let Some(progress) = &progress
            && progress.slots.len() != usize::from(header.count)
        {
            return Err(StoreError::Damaged {
                item: "batch progress",
                attribute: "count",
            });
        }
        let revocation = revocation_key
            .and_then(|key| items.get(&key))
            .map(|item| revocation::read(&of.push, item));
        Ok(Some(BatchWork {
            deliveries,
            progress,
            earlier,
            revocation: revocation.transpose()?,
            receipts,
            header,
        }))
    }

    async fn deliveries(
        &self,
        header: &BatchHeader,
        header_item: &Item,
        first_payload: Option<Item>,
    ) -> Result<Option<Vec<Delivery>>, StoreError> {
        if batch::is_inline(header_item) {
            return batch::read_deliveries(header_item, header).map(Some);
        }
        let sk = key::payload(&header.digest);
        let payload = match first_payload {
            Some(payload) if payload.get("sk") == Some(&text(sk.as_str())) => Some(payload),
            Some(_) => self.table.get(at(key::payloads(&header.batch), sk)).await?,
            None => None,
        };
        payload.map(|payload| batch::read_deliveries(&payload, header)).transpose()
    }

    async fn first_payload(&self, of: &BatchRef) -> Result<Option<Item>, StoreError> {
        let page = self
            .table
            .query()
            .consistent_read(true)
            .limit(1)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(key::payloads(of)))
            .expression_attribute_values(":prefix", text(key::PAYLOAD))
            .send()
            .await
            .map_err(|error| unavailable("Query", &error))?;
        Ok(page.items.unwrap_or_default().into_iter().next())
    }
}
