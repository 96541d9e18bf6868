//! The push channels and how each takes a message back.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A push channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Huawei,
    Xiaomi,
    Oppo,
    Vivo,
    Apns,
    SelfBuilt,
    Sms,
}

/// How a channel takes a message back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A second notification with the first one's id takes its place.
    Overwrite,
    /// The vendor removes it.
    Recall,
    /// The channel has no way to take anything back.
    None,
}

impl Channel {
    pub const ALL: [Self; 7] = [
        Self::Huawei,
        Self::Xiaomi,
        Self::Oppo,
        Self::Vivo,
        Self::Apns,
        Self::SelfBuilt,
        Self::Sms,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Huawei => "huawei",
            Self::Xiaomi => "xiaomi",
            Self::Oppo => "oppo",
            Self::Vivo => "vivo",
            Self::Apns => "apns",
            Self::SelfBuilt => "self_built",
            Self::Sms => "sms",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }

    /// How the product's table of channels says a message is taken back here.
    pub const fn method(self) -> Method {
        match self {
            Self::Huawei | Self::Xiaomi | Self::Oppo | Self::Apns | Self::SelfBuilt => Method::Overwrite,
            Self::Vivo => Method::Recall,
            Self::Sms => Method::None,
        }
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

/// The channels this deployment has dispatchers for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels(Vec<Channel>);

impl Channels {
    pub fn new(configured: impl IntoIterator<Item = Channel>) -> Self {
        Self(configured.into_iter().collect())
    }

    /// Reads a list such as `huawei,apns`. `None` for an unknown channel.
    pub fn parse(list: &str) -> Option<Self> {
        list.split(',')
            .map(|name| Channel::parse(name.trim()))
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    pub fn capability(&self, channel: Channel) -> Capability {
        match channel.method() {
            Method::None => Capability::Impossible,
            Method::Overwrite | Method::Recall if self.0.contains(&channel) => Capability::Able,
            Method::Overwrite | Method::Recall => Capability::NotConfigured,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Channel> + '_ {
        self.0.iter().copied()
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
    fn sms_is_impossible_even_when_configured() {
        let channels = Channels::new([Channel::Sms, Channel::Huawei]);
        assert_eq!(channels.capability(Channel::Sms), Capability::Impossible);
        assert_eq!(channels.capability(Channel::Huawei), Capability::Able);
        assert_eq!(channels.capability(Channel::Vivo), Capability::NotConfigured);
    }
}
