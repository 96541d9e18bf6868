//! How much was delivered of a push, per channel. Reads headers only.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use revocation_rules::batch::Sending;
use revocation_rules::channel::Channel;
use revocation_rules::ids::PushRef;

use crate::look_up::LookUpError;
use crate::ports::{BatchHeaders, PushStore, StoreError};

/// Shards that are read at once.
const SHARDS_AT_ONCE: usize = 8;

/// What is recorded on one channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChannelTotals {
    pub deliveries: u64,
    /// Held back by the sender: never sent.
    pub held_back: u64,
    /// Sent without the id that taking back needs.
    pub without_id: u64,
}

type Totals = BTreeMap<Channel, ChannelTotals>;

/// Counts what is recorded of a push and not deleted yet.
///
/// # Errors
/// When the push is unknown or the store fails.
pub async fn count_deliveries(store: &(impl PushStore + BatchHeaders), push: &PushRef) -> Result<Totals, LookUpError> {
    let known = store.push(push).await?.ok_or(LookUpError::PushNotFound)?;
    let shards = stream::iter(0..known.shards.get()).map(|shard| count_shard(store, push, shard));
    let totals = shards
        .buffer_unordered(SHARDS_AT_ONCE)
        .try_fold(Totals::new(), async |mut all, shard| {
            for (channel, one) in shard {
                let sum: &mut ChannelTotals = all.entry(channel).or_default();
                sum.deliveries += one.deliveries;
                sum.held_back += one.held_back;
                sum.without_id += one.without_id;
            }
            Ok(all)
        })
        .await?;
    Ok(totals)
}

async fn count_shard(store: &impl BatchHeaders, push: &PushRef, shard: u16) -> Result<Totals, StoreError> {
    let mut totals = Totals::new();
    let mut after = None;
    loop {
        let page = store.headers(push, shard, after.as_ref()).await?;
        for header in &page.headers {
            let sum = totals.entry(header.channel).or_default();
            let count = u64::from(header.count);
            sum.deliveries += count;
            if header.sending == Sending::HeldBack {
                sum.held_back += count;
            } else {
                sum.without_id += u64::from(header.without_handle);
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(totals),
        }
    }
}
