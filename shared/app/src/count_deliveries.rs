//! What was recorded of a push: how much, and over which time.

use jiff::Timestamp;
use revocation_rules::batch::Sending;
use revocation_rules::channel::Channel;
use revocation_rules::push::Push;

use crate::ports::{BatchHeaders, StoreError};

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
    let mut count = DeliveryCount::default();
    for shard in 0..push.shards.get() {
        let mut after = None;
        loop {
            let page = store.headers(&push.registration.push, shard, after.as_ref()).await?;
            for header in &page.headers {
                let deliveries = u64::from(header.count);
                count.recorded += deliveries;
                if header.sending == Sending::Sent {
                    count.sent += deliveries;
                    count.last_sent_at = count.last_sent_at.max(Some(header.sent_at));
                    if header.channel != Channel::SelfBuilt {
                        count.taken_by_vendors += deliveries;
                    }
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(count)
}
