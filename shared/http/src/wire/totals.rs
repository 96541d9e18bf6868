//! `GET /v1/tasks/{id}/totals`.

use std::collections::BTreeMap;

use revocation_app::ChannelTotals;
use revocation_rules::channel::Channel;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct TotalsAnswer {
    deliveries: u64,
    channels: BTreeMap<Channel, ChannelTotalsAnswer>,
}

#[derive(Debug, Serialize)]
struct ChannelTotalsAnswer {
    deliveries: u64,
    held_back: u64,
    without_id: u64,
}

impl From<BTreeMap<Channel, ChannelTotals>> for TotalsAnswer {
    fn from(totals: BTreeMap<Channel, ChannelTotals>) -> Self {
        Self {
            deliveries: totals.values().map(|one| one.deliveries).sum(),
            channels: totals
                .into_iter()
                .map(|(channel, one)| {
                    let answer = ChannelTotalsAnswer {
                        deliveries: one.deliveries,
                        held_back: one.held_back,
                        without_id: one.without_id,
                    };
                    (channel, answer)
                })
                .collect(),
        }
    }
}
