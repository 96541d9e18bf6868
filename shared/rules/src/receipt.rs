//! What devices, and vendors in their name, say of deliveries.
//!
//! Kept apart from outcomes: a receipt is what somebody else says, an outcome
//! is what we did. It names its delivery by batch and token, the token reduced
//! to a digest, so that a receipt costs one small write and reads no payload.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{BatchRef, DeviceToken};
use crate::scope::hex;

/// Most receipts that one call takes.
pub const MAX_RECEIPTS: usize = 1_000;

/// What happened on the device. In the order in which later ones outweigh earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptEvent {
    /// The message is or was in the notification bar.
    Shown,
    /// The user took it off the bar.
    Cleared,
    /// The user opened it.
    Opened,
    /// The message is gone from the device, or was never shown: revoked.
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
}

/// A token as receipts name it: half a SHA-256 as 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenDigest(String);

impl TokenDigest {
    pub fn of(token: &DeviceToken) -> Self {
        Self(hex(&Sha256::digest(token.as_str().as_bytes())[..16]))
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
}

/// What is known of a batch's deliveries: of each the event that outweighs the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipts(HashMap<TokenDigest, ReceiptEvent>);

impl Receipts {
    pub fn of(&self, token: &DeviceToken) -> Option<ReceiptEvent> {
        // Most batches have none; then nothing is hashed.
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&TokenDigest::of(token)).copied()
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
            all.collect::<Receipts>().of(&token)
        };
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[Shown, Opened]), Some(Opened));
        assert_eq!(told(&[Opened, Shown]), Some(Opened));
        assert_eq!(told(&[Opened, Cleared]), Some(Opened));
        assert_eq!(told(&[Revoked, Cleared]), Some(Revoked));
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
        }
    }
}
