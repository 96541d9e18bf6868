//! What is sent, and taken back: batches of 1,000 deliveries, made from their numbers whenever they are needed.

use revocation_rules::channel::{Channel, HandleKind, Tokens};
use serde_json::{Value, json};

/// Deliveries of a batch.
pub const PER_BATCH: u64 = 1_000;
/// Of those, the last so many are for devices that are gone, as they are in life.
pub const GONE_PER_BATCH: u64 = 10;

pub const NOTIFY_ID: u32 = 730_021;
pub const COLLAPSE_ID: &str = "half-price";
const TAG: &str = "half-price";
const NOTIFY_KEY: &str = "halfprc1";
pub const TITLE: &str = "50% off everyting";
/// What takes its place.
pub const NOTICE: &str = "Message revoked";

/// Which channels a push goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    Huawei,
    /// Every channel that a vendor stands behind.
    All,
}

/// One channel's part of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub channel: Channel,
    pub batches: u64,
}

impl Share {
    pub const fn deliveries(self) -> u64 {
        self.batches * PER_BATCH
    }

    /// What its deliveries must come to.
    pub const fn ends(self) -> [(&'static str, u64); 2] {
        let gone = self.batches * GONE_PER_BATCH;
        [("overwritten", self.deliveries() - gone), ("target_gone", gone)]
    }
}

impl Mix {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Huawei => "huawei",
            Self::All => "all vendors",
        }
    }

    /// So many batches, in tenths: Huawei 4, Apple and Xiaomi 2 each, OPPO and vivo 1 each; what does not divide is
    /// Huawei's.
    pub fn shares(self, batches: u64) -> Vec<Share> {
        let tenths = |channel, tenths| Share {
            channel,
            batches: batches * tenths / 10,
        };
        let others = match self {
            Self::Huawei => Vec::new(),
            Self::All => vec![
                tenths(Channel::Apns, 2),
                tenths(Channel::Xiaomi, 2),
                tenths(Channel::Oppo, 1),
                tenths(Channel::Vivo, 1),
            ],
        };
        let left = batches - others.iter().map(|share| share.batches).sum::<u64>();
        let huawei = Share {
            channel: Channel::Huawei,
            batches: left,
        };
        [huawei].into_iter().chain(others).filter(|share| share.batches > 0).collect()
    }
}

/// One batch of one push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    pub channel: Channel,
    /// From 0 within its channel.
    pub nth: u64,
    /// Deliveries; [`PER_BATCH`], but where workers are killed.
    pub size: u64,
}

impl Batch {
    pub fn id(self) -> String {
        format!("{}-{:06}", self.channel, self.nth)
    }

    pub fn tokens(self) -> Vec<String> {
        let from = self.nth * self.size;
        (from..from + self.size).map(|n| token(self.channel, n)).collect()
    }

    /// How many of its last devices are gone.
    pub fn gone(self) -> usize {
        usize::try_from(self.size * GONE_PER_BATCH / PER_BATCH).unwrap_or_default()
    }

    /// The notification's key at the vendor.
    pub fn key(self) -> String {
        match self.channel.facts().handle {
            HandleKind::NotifyId => NOTIFY_ID.to_string(),
            HandleKind::CollapseId => COLLAPSE_ID.to_owned(),
            HandleKind::Tag => TAG.to_owned(),
            HandleKind::NotifyKey => NOTIFY_KEY.to_owned(),
        }
    }

    /// As a sender records it.
    pub fn recording(self) -> Value {
        let from = self.nth * self.size;
        let deliveries: Vec<Value> = (from..)
            .zip(self.tokens())
            .map(|(n, token)| json!({"token": token, "target": format!("user-{n:08}")}))
            .collect();
        let mut batch = json!({"batch_id": self.id(), "channel": self.channel, "deliveries": deliveries});
        let kind = self.channel.facts().handle;
        batch[kind.field()] = match kind {
            HandleKind::NotifyId => NOTIFY_ID.into(),
            HandleKind::CollapseId | HandleKind::Tag | HandleKind::NotifyKey => self.key().into(),
        };
        batch
    }
}

/// As long and as random as the vendor's own: they are most of what is stored and sent, and hardly compress.
fn token(channel: Channel, n: u64) -> String {
    let mut bits = Bits(n ^ (u64::from(channel.as_str().as_bytes()[0]) << 56));
    match channel.facts().tokens {
        Tokens::Hexadecimal => {
            let [first, second, third, fourth] = [bits.next(), bits.next(), bits.next(), bits.next()];
            format!("{first:016x}{second:016x}{third:016x}{fourth:016x}")
        }
        Tokens::Endpoints => format!("https://fcm.googleapis.com/fcm/send/{}", letters(&mut bits, 152)),
        Tokens::AsTheyAre => {
            let length = match channel {
                Channel::Huawei => 130,
                Channel::Xiaomi => 64,
                Channel::Oppo => 40,
                Channel::Apns | Channel::WebPush | Channel::Vivo | Channel::SelfBuilt | Channel::Sms => 23,
            };
            letters(&mut bits, length)
        }
    }
}

fn letters(bits: &mut Bits, length: usize) -> String {
    let mut letters = String::with_capacity(length + 10);
    while letters.len() < length {
        let mut eight = bits.next();
        for _ in 0..8 {
            letters.push(char::from(LETTERS[(eight & 63) as usize]));
            eight >>= 6;
        }
    }
    letters.truncate(length);
    letters
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// `SplitMix64`: of one start always the same.
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_shares_of_a_push_are_the_whole_of_it() {
        for (mix, batches) in [
            (Mix::Huawei, 1),
            (Mix::Huawei, 1_000),
            (Mix::All, 1),
            (Mix::All, 10),
            (Mix::All, 1_013),
        ] {
            let shares = mix.shares(batches);
            assert_eq!(shares.iter().map(|share| share.batches).sum::<u64>(), batches, "{mix:?}");
        }
        assert_eq!(Mix::All.shares(10).len(), 5);
        assert_eq!(Mix::All.shares(9)[0].batches, 7);
    }

    #[test]
    fn all_deliveries_of_a_share_come_to_an_end() {
        let share = Share {
            channel: Channel::Huawei,
            batches: 7,
        };
        assert_eq!(share.ends().iter().map(|(_, count)| count).sum::<u64>(), share.deliveries());
        assert_eq!(share.ends()[1].1, 70);
    }

    #[test]
    fn tokens_are_different_and_the_same_again() {
        for channel in [Channel::Huawei, Channel::Apns, Channel::Vivo] {
            let batch = |nth| Batch {
                channel,
                nth,
                size: PER_BATCH,
            };
            let all: BTreeSet<String> = (0..3).flat_map(|nth| batch(nth).tokens()).collect();
            assert_eq!(all.len(), 3_000);
            assert_eq!(batch(1).tokens(), batch(1).tokens());
        }
        let length = |channel| token(channel, 1).len();
        assert_eq!((length(Channel::Huawei), length(Channel::Apns)), (130, 64));
        assert!(token(Channel::Apns, 7).bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_recording_has_a_target_for_each_token() {
        let batch = Batch {
            channel: Channel::Apns,
            nth: 2,
            size: 100,
        };
        let recording = batch.recording();
        assert_eq!(recording["deliveries"].as_array().unwrap().len(), 100);
        assert_eq!(recording["deliveries"][0]["target"], "user-00000200");
        assert_eq!((recording["collapse_id"].as_str(), batch.gone()), (Some(COLLAPSE_ID), 1));
    }
}
