//! Pages through the headers of a shard. Payloads are never read here, not even small ones.

use revocation_app::ports::{BatchHeaders, HeaderPage, StoreError};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::window;

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
        let now = self.now();
        let headers = page.items.iter().map(|item| batch::read(push, shard, item));
        let is_kept = |header: &Result<BatchHeader, _>| header.as_ref().map_or(true, |header| window::is_kept(header.sent_at, now));
        Ok(HeaderPage {
            headers: headers.filter(is_kept).collect::<Result<_, _>>()?,
            next: page.next,
        })
    }
}
