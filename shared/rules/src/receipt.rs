//! What devices, and vendors in their name, say of deliveries.
//!
//! Kept apart from outcomes: a receipt is what somebody else says, an outcome
//! is what we did. It names its delivery by batch and token, the token reduced
//! to a digest, so that a receipt costs one small write and reads no payload.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::batch::BatchHeader;
use crate::channel::Channel;
use crate::hex::hex;
use crate::ids::{BatchRef, DeviceToken, PushKind};
use crate::window;

/// Most receipts that one call takes.
pub const MAX_RECEIPTS: usize = 1_000;

/// Most receipts that are kept of a push before their batches are recorded. A
/// message goes to few devices; of a task's 100 million deliveries one in a
/// thousand may be opened before it is recorded.
pub const fn most_early(kind: PushKind) -> usize {
    match kind {
        PushKind::Message => 1_000,
        PushKind::Task => 100_000,
    }
}

/// What happened on the device. In the order in which later ones outweigh earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema))]
pub enum ReceiptEvent {
    /// The message is or was in the notification bar.
    Shown,
    /// The user took it off the bar.
    Cleared,
    /// The user opened it.
    Opened,
    /// The message is gone from the device, or was never shown.
    Revoked,
}

impl ReceiptEvent {
    pub const ALL: [Self; 4] = [Self::Shown, Self::Cleared, Self::Opened, Self::Revoked];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Cleared => "cleared",
            Self::Opened => "opened",
            Self::Revoked => "revoked",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }

    /// Does a dispatch do anything else when it knows of it?
    pub const fn bears_on_a_dispatch(self) -> bool {
        match self {
            Self::Shown => false,
            Self::Cleared | Self::Opened | Self::Revoked => true,
        }
    }
}

/// A token as receipts name it: half a SHA-256 as 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenDigest(String);

impl TokenDigest {
    /// Of the token as it is written.
    pub fn of(token: &DeviceToken) -> Self {
        Self::of_text(token.as_str())
    }

    /// Of a token of `channel`, however its channel allows to write it.
    pub fn on(channel: Channel, token: &DeviceToken) -> Self {
        Self::of_text(&token.canonical(channel))
    }

    /// By what a dispatch may look for a token whose channel is not known yet.
    pub fn on_any(token: &DeviceToken) -> Vec<Self> {
        let mut all = vec![Self::of(token)];
        // Apple's tokens are hexadecimal digits, and no other channel's are compared without their case.
        if token.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()) {
            all.push(Self::on(Channel::Apns, token));
        }
        all.dedup();
        all
    }

    fn of_text(token: &str) -> Self {
        Self(hex(&Sha256::digest(token.as_bytes())[..16]))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `None` for a text that [`TokenDigest::of`] does not make.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digest = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_digest.then(|| Self(text.to_owned()))
    }
}

/// One receipt, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt {
    pub batch: BatchRef,
    pub token: TokenDigest,
    pub event: ReceiptEvent,
    /// When it happened, as far as anybody said.
    pub at: Timestamp,
    pub came: Came,
}

/// Whether its batch was recorded when a receipt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Came {
    AfterBatch,
    /// From somebody who may speak of one channel only, or of all: of a batch of
    /// another channel it says nothing.
    BeforeBatch {
        about: Option<Channel>,
    },
}

impl Came {
    /// Does a receipt that came `at` this time speak of this recording of its batch?
    pub fn speaks_of(self, header: &BatchHeader, at: Timestamp) -> bool {
        match self {
            // What an earlier recording under this id was told is not this one's.
            Self::AfterBatch => window::is_after_recording(at, header.recorded_at),
            Self::BeforeBatch { about } => about.is_none_or(|about| about == header.channel) && header.recorded_at < window::kept_until(at),
        }
    }
}

/// What is known of a batch's deliveries: of each the event that outweighs the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipts(HashMap<TokenDigest, ReceiptEvent>);

impl Receipts {
    /// What is known of a token of `channel`.
    pub fn of(&self, channel: Channel, token: &DeviceToken) -> Option<ReceiptEvent> {
        // Most batches have none; then nothing is hashed.
        if self.0.is_empty() {
            return None;
        }
        let said = self.0.get(&TokenDigest::on(channel, token)).copied();
        // Versions before this one kept receipts by the letters of the token.
        let by_letters = match token.canonical(channel) {
            Cow::Borrowed(_) => None,
            Cow::Owned(_) => self.0.get(&TokenDigest::of(token)).copied(),
        };
        said.max(by_letters)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, token: TokenDigest, event: ReceiptEvent) {
        let known = self.0.entry(token).or_insert(event);
        *known = event.max(*known);
    }
}

impl FromIterator<(TokenDigest, ReceiptEvent)> for Receipts {
    fn from_iter<I: IntoIterator<Item = (TokenDigest, ReceiptEvent)>>(all: I) -> Self {
        let mut receipts = Self::default();
        for (token, event) in all {
            receipts.add(token, event);
        }
        receipts
    }
}

#[cfg(test)]
mod tests {
    use ReceiptEvent::{Cleared, Opened, Revoked, Shown};

    use super::*;

    #[test]
    fn what_outweighs_does_not_depend_on_the_order() {
        let token: DeviceToken = "t".parse().unwrap();
        let told = |events: &[ReceiptEvent]| {
            let all = events.iter().map(|event| (TokenDigest::of(&token), *event));
            all.collect::<Receipts>().of(Channel::Huawei, &token)
        };
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[Shown, Opened]), Some(Opened));
        assert_eq!(told(&[Opened, Shown]), Some(Opened));
        assert_eq!(told(&[Opened, Cleared]), Some(Opened));
        assert_eq!(told(&[Revoked, Cleared]), Some(Revoked));
    }

    #[test]
    fn an_apple_token_in_other_letters_is_the_same_phone_and_no_other_channel_s_is() {
        let (upper, lower): (DeviceToken, DeviceToken) = ("00FC13ADFF785122".parse().unwrap(), "00fc13adff785122".parse().unwrap());
        for (told, recorded) in [(&upper, &lower), (&lower, &upper), (&upper, &upper)] {
            // Known of its batch's channel, early without it, and kept by an older version.
            let known = Receipts::from_iter([(TokenDigest::on(Channel::Apns, told), Opened)]);
            assert_eq!(known.of(Channel::Apns, recorded), Some(Opened));
            let early = TokenDigest::on_any(told).into_iter().map(|digest| (digest, Cleared));
            assert_eq!(early.collect::<Receipts>().of(Channel::Apns, recorded), Some(Cleared));
        }
        let older = Receipts::from_iter([(TokenDigest::of(&upper), Opened)]);
        assert_eq!(older.of(Channel::Apns, &upper), Some(Opened));
        for channel in Channel::ALL.into_iter().filter(|channel| *channel != Channel::Apns) {
            let known = Receipts::from_iter([(TokenDigest::on(channel, &upper), Opened)]);
            assert_eq!((known.of(channel, &upper), known.of(channel, &lower)), (Some(Opened), None));
        }
        // What was kept of a token in small letters is found as before.
        assert_eq!(TokenDigest::on(Channel::Apns, &lower), TokenDigest::of(&lower));
        assert_eq!(TokenDigest::on_any(&"R1x".parse().unwrap()).len(), 1);
    }

    #[test]
    fn a_digest_is_read_back_and_shows_no_token() {
        let digest = TokenDigest::of(&"planted".parse().unwrap());
        assert_eq!(TokenDigest::parse(digest.as_str()), Some(digest.clone()));
        assert!(!format!("{digest:?}").contains("planted"));
        for bad in ["", "xyz", &"A".repeat(32), &"0".repeat(33)] {
            assert_eq!(TokenDigest::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_event_is_found_by_its_name() {
        for event in ReceiptEvent::ALL {
            assert_eq!(ReceiptEvent::parse(event.as_str()), Some(event));
            assert_eq!(serde_json::to_value(event).unwrap(), event.as_str());
            assert_eq!(event.bears_on_a_dispatch(), event != Shown);
        }
    }
}
