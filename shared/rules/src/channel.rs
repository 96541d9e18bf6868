//! The push channels and how each takes a message back.

mod audience;
mod facts;
mod table;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use audience::Audience;
pub use facts::{Counting, Facts, HandleKind, NoticeLimits, Peer, RecalledBy, Tokens};
pub use table::Channel;

use crate::web_push::PushHosts;

/// How a deployment takes messages back on a channel. Configuration; the
/// default is the product's table of channels.
#[cfg_attr(feature = "description", derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// A second notification with the first one's id takes its place.
    Overwrite,
    /// The vendor removes it; what the vendor cannot remove ends as such.
    Recall,
    /// The vendor removes it; what the vendor cannot remove is overwritten.
    RecallThenOverwrite,
}

impl Strategy {
    pub const ALL: [Self; 3] = [Self::Overwrite, Self::Recall, Self::RecallThenOverwrite];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overwrite => "overwrite",
            Self::Recall => "recall",
            Self::RecallThenOverwrite => "recall_then_overwrite",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.as_str() == text)
    }
}

impl Channel {
    /// The channels that messages can be taken back on.
    pub fn dispatched() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|channel| !channel.facts().strategies.is_empty())
    }

    pub const fn as_str(self) -> &'static str {
        self.facts().name
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Can this deployment take a message back over a channel, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    Able,
    /// Nobody can: a text message that was sent stays sent.
    Impossible,
    /// The channel could, but this deployment has no dispatcher for it.
    NotConfigured,
}

impl Capability {
    /// The reason code that outcomes and refusals carry.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Able => "able",
            Self::Impossible => "channel_cannot_revoke",
            Self::NotConfigured => "channel_not_configured",
        }
    }
}

/// The channels this deployment has dispatchers for, how each takes messages back, and which push services of browsers it
/// knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels {
    strategies: BTreeMap<Channel, Strategy>,
    push_hosts: PushHosts,
}

impl Channels {
    /// Each with its default strategy; what can take nothing back is left out.
    pub fn new(configured: impl IntoIterator<Item = Channel>) -> Self {
        let with_default = |channel: Channel| Some((channel, *channel.facts().strategies.first()?));
        Self {
            strategies: configured.into_iter().filter_map(with_default).collect(),
            push_hosts: PushHosts::default(),
        }
    }

    /// What [`Channels::parse`] reads.
    pub const FORMAT: &str = "a list such as huawei,xiaomi=recall";

    /// Reads a list such as `huawei,xiaomi=recall`; without a strategy it is the
    /// channel's default. `None` for an unknown channel, or a strategy it does not have.
    pub fn parse(list: &str) -> Option<Self> {
        let entry = |entry: &str| {
            let (name, strategy) = match entry.trim().split_once('=') {
                Some((name, strategy)) => (name, Some(Strategy::parse(strategy)?)),
                None => (entry.trim(), None),
            };
            let channel = Channel::parse(name)?;
            let strategy = strategy.or_else(|| channel.facts().strategies.first().copied())?;
            channel.facts().strategies.contains(&strategy).then_some((channel, strategy))
        };
        Some(Self {
            strategies: list.split(',').map(entry).collect::<Option<_>>()?,
            push_hosts: PushHosts::default(),
        })
    }

    /// With the push services that a deployment adds to those of today's browsers.
    #[must_use]
    pub fn with_push_hosts(self, push_hosts: PushHosts) -> Self {
        Self { push_hosts, ..self }
    }

    pub const fn push_hosts(&self) -> &PushHosts {
        &self.push_hosts
    }

    /// `None` when the channel can take nothing back here.
    pub fn strategy(&self, channel: Channel) -> Option<Strategy> {
        self.strategies.get(&channel).copied()
    }

    pub fn capability(&self, channel: Channel) -> Capability {
        if channel.facts().strategies.is_empty() {
            Capability::Impossible
        } else if self.strategies.contains_key(&channel) {
            Capability::Able
        } else {
            Capability::NotConfigured
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Channel> + '_ {
        self.strategies.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_is_parsed_from_its_own_name() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.as_str()), Some(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.as_str());
        }
        assert_eq!(Channel::parse("fax"), None);
    }

    #[test]
    fn the_facts_of_a_channel_agree() {
        for channel in Channel::ALL {
            let Facts {
                strategies, recalled_by, ..
            } = channel.facts();
            let may_recall = strategies.iter().any(|strategy| *strategy != Strategy::Overwrite);
            assert_eq!(recalled_by.is_some(), may_recall, "{channel}");
        }
    }

    #[test]
    fn sms_is_impossible_even_when_configured() {
        let channels = Channels::new([Channel::Sms, Channel::Huawei]);
        assert_eq!(channels.capability(Channel::Sms), Capability::Impossible);
        assert_eq!(channels.capability(Channel::Huawei), Capability::Able);
        assert_eq!(channels.capability(Channel::Vivo), Capability::NotConfigured);
    }

    #[test]
    fn a_strategy_is_the_default_or_one_that_the_channel_has() {
        let channels = Channels::parse("huawei, xiaomi=recall,vivo").unwrap();
        assert_eq!(channels.strategy(Channel::Huawei), Some(Strategy::Overwrite));
        assert_eq!(channels.strategy(Channel::Xiaomi), Some(Strategy::Recall));
        assert_eq!(channels.strategy(Channel::Vivo), Some(Strategy::RecallThenOverwrite));
        assert_eq!(channels.strategy(Channel::Oppo), None);
        for bad in ["", "fax", "huawei=recall", "xiaomi=", "xiaomi=vanish", "sms"] {
            assert_eq!(Channels::parse(bad), None, "{bad}");
        }
    }
}
