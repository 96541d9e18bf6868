//! What a revocation would do on one channel.

use revocation_rules::channel::{Capability, Channel, Channels, Strategy};

/// What would become of the deliveries of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelPreview {
    pub capability: Capability,
    /// How the channel takes back here; `None` when it cannot.
    pub strategy: Option<Strategy>,
    pub deliveries: u64,
    /// Would be asked of the vendor.
    pub revocable: u64,
    /// Sent without the id that overwriting needs.
    pub not_revocable: u64,
    /// Their own 7 days are over.
    pub too_late: u64,
    /// Held back by the sender.
    pub stopped: u64,
}

impl ChannelPreview {
    pub(crate) fn none(channel: Channel, channels: &Channels) -> Self {
        Self {
            capability: channels.capability(channel),
            strategy: channels.strategy(channel),
            deliveries: 0,
            revocable: 0,
            not_revocable: 0,
            too_late: 0,
            stopped: 0,
        }
    }

    pub(crate) fn add(&mut self, more: &Self) {
        self.deliveries += more.deliveries;
        self.revocable += more.revocable;
        self.not_revocable += more.not_revocable;
        self.too_late += more.too_late;
        self.stopped += more.stopped;
    }
}
