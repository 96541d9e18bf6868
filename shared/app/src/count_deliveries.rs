//! What was recorded of a push: how much, on which channel, and over which time.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use revocation_rules::batch::{BatchHeader, Sending};
use revocation_rules::channel::{Channel, Peer};
use revocation_rules::push::Push;

use crate::ports::{BatchHeaders, StoreError};
use crate::whole_shard::whole_shard;

/// Shards read at once.
const AT_ONCE: usize = 8;

/// What was recorded so far on one channel and is still kept; a batch is for a week and two days after it was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChannelTotals {
    pub deliveries: u64,
    /// Never sent.
    pub held_back: u64,
    /// Sent without the id that taking back needs.
    pub without_id: u64,
    pub last_sent_at: Option<Timestamp>,
}

/// The same over all channels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryCount {
    pub recorded: u64,
    /// Without those that their sender held back.
    pub sent: u64,
    /// Of those that were sent, the ones a vendor took: all but those that devices fetch from us.
    pub taken_by_vendors: u64,
    pub last_sent_at: Option<Timestamp>,
}

/// Reads the header of every batch.
///
/// # Errors
/// When the store fails.
pub async fn count_deliveries(store: &impl BatchHeaders, push: &Push) -> Result<DeliveryCount, StoreError> {
    let channels = count_by_channel(store, push).await?;
    Ok(channels
        .into_iter()
        .fold(DeliveryCount::default(), |count, (channel, totals)| count.and(channel, totals)))
}

/// Reads the header of every batch.
///
/// # Errors
/// When the store fails.
pub async fn count_by_channel(store: &impl BatchHeaders, push: &Push) -> Result<BTreeMap<Channel, ChannelTotals>, StoreError> {
    let shards: Vec<BTreeMap<Channel, ChannelTotals>> = stream::iter(0..push.shards.get())
        .map(|shard| count_shard(store, push, shard))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let mut all: BTreeMap<Channel, ChannelTotals> = BTreeMap::new();
    for (channel, totals) in shards.into_iter().flatten() {
        all.entry(channel).or_default().and(totals);
    }
    Ok(all)
}

async fn count_shard(store: &impl BatchHeaders, push: &Push, shard: u16) -> Result<BTreeMap<Channel, ChannelTotals>, StoreError> {
    let push = &push.registration.push;
    let mut found: BTreeMap<Channel, ChannelTotals> = BTreeMap::new();
    for header in &whole_shard(|after| async move { store.headers(push, shard, after.as_ref()).await }).await? {
        found.entry(header.channel).or_default().and(header.into());
    }
    Ok(found)
}

impl From<&BatchHeader> for ChannelTotals {
    fn from(header: &BatchHeader) -> Self {
        let deliveries = u64::from(header.count);
        match header.sending {
            Sending::Sent => Self {
                deliveries,
                held_back: 0,
                without_id: u64::from(header.without_handle),
                last_sent_at: Some(header.sent_at),
            },
            Sending::HeldBack => Self {
                deliveries,
                held_back: deliveries,
                ..Self::default()
            },
        }
    }
}

impl ChannelTotals {
    fn and(&mut self, other: Self) {
        self.deliveries += other.deliveries;
        self.held_back += other.held_back;
        self.without_id += other.without_id;
        self.last_sent_at = self.last_sent_at.max(other.last_sent_at);
    }
}

impl DeliveryCount {
    fn and(self, channel: Channel, totals: ChannelTotals) -> Self {
        let sent = totals.deliveries - totals.held_back;
        let by_vendor = match channel.facts().peer {
            Peer::Vendor => sent,
            Peer::Device => 0,
        };
        Self {
            recorded: self.recorded + totals.deliveries,
            sent: self.sent + sent,
            taken_by_vendors: self.taken_by_vendors + by_vendor,
            last_sent_at: self.last_sent_at.max(totals.last_sent_at),
        }
    }
}
