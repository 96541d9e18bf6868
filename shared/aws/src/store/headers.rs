//! Pages through the headers of a shard. Payloads are never read here, not even small ones.

use revocation_app::ports::{BatchHeaders, HeaderPage, StoreError};
use revocation_rules::ids::{BatchId, PushRef};

use super::DynamoPushStore;
use super::shard_page::ShardQuery;
use crate::items::{batch, key};

impl BatchHeaders for DynamoPushStore {
    async fn headers(&self, push: &PushRef, shard: u16, after: Option<&BatchId>) -> Result<HeaderPage, StoreError> {
        let query = ShardQuery {
            push,
            shard,
            after,
            prefix: key::BATCH,
            attributes: Some(&batch::HEADER_ATTRIBUTES),
        };
        let page = self.shard_page(query).await?;
        let headers = page.items.iter().map(|item| batch::read(push, shard, item));
        Ok(HeaderPage {
            headers: headers.collect::<Result<_, _>>()?,
            next: page.next,
        })
    }
}
