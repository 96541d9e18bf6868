//! What was recorded of a push: how much, on which channel, and over which time.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::Sending;
use revocation_rules::channel::{Channel, Peer};
use revocation_rules::push::Push;
use revocation_rules::tally::BatchCount;
use revocation_rules::walk::SIDE_BY_SIDE;

use crate::ports::{BatchHeaders, Clock, StoreError};

/// How long is counted. A function that answers somebody has 10 seconds.
const PATIENCE: SignedDuration = SignedDuration::from_secs(7);

/// What was recorded so far on one channel and is still kept; a batch is for a week and two days after it was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChannelTotals {
    pub deliveries: u64,
    /// Never sent.
    pub held_back: u64,
    /// Sent without the id that taking back needs.
    pub without_id: u64,
    /// To an audience instead of a device: a topic's subscribers are not known and not counted.
    pub audiences: u64,
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

/// What there was time to count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    pub channels: BTreeMap<Channel, ChannelTotals>,
    /// There is more: the numbers are lower bounds.
    pub at_least: bool,
}

/// Reads of the header of every batch how much it is, for as long as somebody waits.
///
/// # Errors
/// When the store fails.
pub async fn count_deliveries(store: &impl BatchHeaders, clock: &impl Clock, push: &Push) -> Result<DeliveryCount, StoreError> {
    let totals = count_by_channel(store, clock, push).await?;
    let channels = totals.channels.into_iter();
    Ok(channels.fold(DeliveryCount::default(), |count, (channel, totals)| count.and(channel, totals)))
}

/// Reads of the header of every batch how much it is, for as long as somebody waits.
///
/// # Errors
/// When the store fails.
pub async fn count_by_channel(store: &impl BatchHeaders, clock: &impl Clock, push: &Push) -> Result<Totals, StoreError> {
    let until = clock.now().saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
    let mut shards = stream::iter(0..push.shards.get())
        .map(|shard| count_shard(store, clock, push, shard, until))
        .buffer_unordered(SIDE_BY_SIDE);
    let mut all = Totals::default();
    while let Some(shard) = shards.try_next().await? {
        all.at_least |= shard.at_least;
        for (channel, totals) in shard.channels {
            all.channels.entry(channel).or_default().and(totals);
        }
    }
    Ok(all)
}

/// Page by page, and nothing of a page is kept but its sums.
async fn count_shard(
    store: &impl BatchHeaders,
    clock: &impl Clock,
    push: &Push,
    shard: u16,
    until: Timestamp,
) -> Result<Totals, StoreError> {
    let mut found = Totals::default();
    let mut after = None;
    loop {
        if clock.now() >= until {
            found.at_least = true;
            return Ok(found);
        }
        let page = store.counts(&push.registration.push, shard, after.as_ref()).await?;
        for count in &page.items {
            found.channels.entry(count.channel).or_default().and(count.into());
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

impl From<&BatchCount> for ChannelTotals {
    fn from(batch: &BatchCount) -> Self {
        let deliveries = u64::from(batch.count);
        match batch.sending {
            Sending::Sent => Self {
                deliveries,
                held_back: 0,
                without_id: u64::from(batch.without_handle),
                audiences: u64::from(batch.audiences),
                last_sent_at: Some(batch.sent_at),
            },
            Sending::HeldBack => Self {
                deliveries,
                held_back: deliveries,
                audiences: u64::from(batch.audiences),
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
        self.audiences += other.audiences;
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
