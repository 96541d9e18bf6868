//! What was recorded of a push: how much, and over which time.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use revocation_rules::batch::{BatchHeader, Sending};
use revocation_rules::channel::Channel;
use revocation_rules::push::Push;

use crate::ports::{BatchHeaders, StoreError};

/// Shards read at once.
const AT_ONCE: usize = 8;

/// What was recorded so far and is still kept; a batch is for a week and two days after it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryCount {
    pub recorded: u64,
    /// Without those that their sender held back.
    pub sent: u64,
    /// Of those that were sent, the ones a vendor took: all but the self-built channel's.
    pub taken_by_vendors: u64,
    pub last_sent_at: Option<Timestamp>,
}

/// Reads the header of every batch.
///
/// # Errors
/// When the store fails.
pub async fn count_deliveries(store: &impl BatchHeaders, push: &Push) -> Result<DeliveryCount, StoreError> {
    let shards: Vec<DeliveryCount> = stream::iter(0..push.shards.get())
        .map(|shard| count_shard(store, push, shard))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(shards.iter().fold(DeliveryCount::default(), DeliveryCount::and))
}

async fn count_shard(store: &impl BatchHeaders, push: &Push, shard: u16) -> Result<DeliveryCount, StoreError> {
    let mut count = DeliveryCount::default();
    let mut after = None;
    loop {
        let page = store.headers(&push.registration.push, shard, after.as_ref()).await?;
        for header in &page.headers {
            count.add(header);
        }
        after = page.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}

impl DeliveryCount {
    fn add(&mut self, header: &BatchHeader) {
        let deliveries = u64::from(header.count);
        self.recorded += deliveries;
        if header.sending == Sending::Sent {
            self.sent += deliveries;
            self.last_sent_at = self.last_sent_at.max(Some(header.sent_at));
            if header.channel != Channel::SelfBuilt {
                self.taken_by_vendors += deliveries;
            }
        }
    }

    fn and(self, other: &Self) -> Self {
        Self {
            recorded: self.recorded + other.recorded,
            sent: self.sent + other.sent,
            taken_by_vendors: self.taken_by_vendors + other.taken_by_vendors,
            last_sent_at: self.last_sent_at.max(other.last_sent_at),
        }
    }
}
