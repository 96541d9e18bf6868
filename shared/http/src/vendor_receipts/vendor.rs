//! Which vendors call back, and how each does.

use revocation_rules::channel::Channel;
use serde_json::Value;

use super::document::document;
use super::told::Told;
use super::{huawei, meizu, oppo, vivo, xiaomi};
use crate::body;
use crate::problem::Problem;

/// A vendor that calls back. Each one's file declares its own.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    pub channel: Channel,
    pub signature: Signature,
    /// What it takes for a yes.
    pub(super) yes: &'static [(&'static str, &'static str)],
    pub(super) told: fn(&str) -> Option<Told>,
}

/// How a vendor's callbacks may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    None,
    Huawei,
}

impl PartialEq for Vendor {
    fn eq(&self, other: &Self) -> bool {
        self.channel == other.channel
    }
}

impl Eq for Vendor {}

impl Vendor {
    pub const fn of(channel: Channel) -> Option<Self> {
        match channel {
            Channel::Huawei => Some(huawei::VENDOR),
            Channel::Harmony => Some(huawei::HARMONY),
            Channel::Xiaomi => Some(xiaomi::VENDOR),
            Channel::Oppo => Some(oppo::VENDOR),
            Channel::Vivo => Some(vivo::VENDOR),
            Channel::Meizu => Some(meizu::VENDOR),
            // Nobody calls back for these, or in no way that is known.
            Channel::Honor | Channel::Apns | Channel::Fcm | Channel::WebPush | Channel::SelfBuilt | Channel::Sms => None,
        }
    }

    pub fn all() -> impl Iterator<Item = Self> {
        Channel::ALL.into_iter().filter_map(Self::of)
    }

    pub fn parse(channel: &str) -> Option<Self> {
        Channel::parse(channel).and_then(Self::of)
    }

    /// What a callback says of our deliveries; nothing if it speaks of others.
    ///
    /// # Errors
    /// 413 when the body is too large, 400 when it is not in the vendor's format
    /// at all. An entry that is not in it is passed over.
    pub fn told(self, body: &[u8]) -> Result<Told, Problem> {
        body::small_enough(body)?;
        // The parser's own words are not passed on: they quote what they stumble over.
        let not_a_callback = || Problem::invalid("", "is not a callback of this vendor");
        let document = document(body).ok_or_else(not_a_callback)?;
        (self.told)(&document).ok_or_else(not_a_callback)
    }

    /// The body of the answer.
    pub fn answer(self) -> Value {
        self.yes.iter().map(|(name, value)| (*name, Value::from(*value))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_calls_back_has_a_reader_and_no_other_has() {
        for channel in Channel::ALL {
            let vendor = Vendor::of(channel);
            assert_eq!(vendor.is_some(), channel.facts().calls_back, "{channel}");
            assert_eq!(vendor.map(|vendor| vendor.channel), vendor.map(|_| channel));
            assert_eq!(Vendor::parse(channel.as_str()), vendor);
        }
    }
}
