//! All of what a shard has, page by page.

use std::future::Future;

use revocation_rules::ids::BatchId;

use crate::ports::{ShardPage, StoreError};

/// `page` reads the page that starts after a batch.
pub(crate) async fn whole_shard<T, F>(page: impl Fn(Option<BatchId>) -> F) -> Result<Vec<T>, StoreError>
where
    F: Future<Output = Result<ShardPage<T>, StoreError>>,
{
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = page(after).await?;
        all.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}
