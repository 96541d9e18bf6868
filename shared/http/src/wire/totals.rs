//! `GET /v1/tasks/{id}/totals`.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use revocation_app::Totals;
use revocation_rules::channel::Channel;
use serde::{Deserialize, Serialize};

use super::bounded::is_false;
use super::word::Word;

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Totals"))]
pub struct TotalsAnswer {
    pub deliveries: u64,
    /// True where there was more than could be counted in 7 seconds: the numbers are lower bounds.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(feature = "description", schemars(extend("const" = true)))]
    pub at_least: bool,
    pub channels: BTreeMap<Word<Channel>, ChannelTotalsAnswer>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "ChannelTotals"))]
pub struct ChannelTotalsAnswer {
    /// All that is recorded.
    pub deliveries: u64,
    /// Never sent, because the gate was closed.
    pub held_back: u64,
    /// Sent without the id that taking back needs.
    pub without_id: u64,
    /// Deliveries to a topic or a condition, which are no devices: the vendor says of nobody that it was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audiences: Option<NonZeroU64>,
}

impl From<Totals> for TotalsAnswer {
    fn from(totals: Totals) -> Self {
        Self {
            deliveries: totals.channels.values().map(|one| one.deliveries).sum(),
            at_least: totals.at_least,
            channels: totals
                .channels
                .into_iter()
                .map(|(channel, one)| {
                    let answer = ChannelTotalsAnswer {
                        deliveries: one.deliveries,
                        held_back: one.held_back,
                        without_id: one.without_id,
                        audiences: NonZeroU64::new(one.audiences),
                    };
                    (channel.into(), answer)
                })
                .collect(),
        }
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use serde_json::json;

    use super::TotalsAnswer;
    use crate::description::example::examples;
    use crate::description::{Operation, Tag};

    pub(crate) fn totals() -> Operation {
        Operation::new(
            "count{Kind}Deliveries",
            Tag::Revoking,
            "How much is recorded as delivered, per channel",
            "Counted anew for each call, for people: a big push takes a second. Deliveries are deleted 9 days after they were sent.",
        )
        .answer::<TotalsAnswer>(200, "The totals.", |_| {
            examples([(
                "two_channels",
                json!({
                    "deliveries": 1251,
                    "channels": {
                        "fcm": { "deliveries": 1, "held_back": 0, "without_id": 0, "audiences": 1 },
                        "huawei": { "deliveries": 1000, "held_back": 40, "without_id": 3 },
                        "sms": { "deliveries": 250, "held_back": 0, "without_id": 0 }
                    }
                }),
            )])
        })
    }
}
