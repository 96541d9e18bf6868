//! What was delivered: up to 1,000 deliveries of one push on one channel.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::channel::{Channel, HandleKind, Tokens};
use crate::hex::hex;
use crate::ids::{BatchRef, DeviceToken, Locale, TargetId, VendorTaskId};
use crate::push::Registration;
use crate::web_push::{Endpoint, NotAllowed, PushHosts, Subscription};
use crate::window;

/// Most deliveries in one batch, which is what one record call takes.
pub const MAX_DELIVERIES: usize = 1_000;
/// Longest APNs collapse id, in bytes.
pub const MAX_COLLAPSE_ID_BYTES: usize = 64;
/// Longest tag, in bytes: as long as the `Topic` of a web push.
pub const MAX_TAG_BYTES: usize = 32;
/// Longest notify key, in bytes.
pub const MAX_NOTIFY_KEY_BYTES: usize = 8;
/// Notify ids fit every vendor between 1 and this.
pub const MAX_NOTIFY_ID: u32 = 2_147_483_647;

/// Names the shown notification on the device, so that it can be overwritten.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handle {
    /// The integer the push was sent with.
    NotifyId(u32),
    /// The `apns-collapse-id` the push was sent with.
    CollapseId(String),
    /// The tag the push was sent with.
    Tag(String),
    /// The `notifyKey` the push was sent with.
    NotifyKey(String),
}

impl Handle {
    pub const fn kind(&self) -> HandleKind {
        match self {
            Self::NotifyId(_) => HandleKind::NotifyId,
            Self::CollapseId(_) => HandleKind::CollapseId,
            Self::Tag(_) => HandleKind::Tag,
            Self::NotifyKey(_) => HandleKind::NotifyKey,
        }
    }

    pub const fn notify_id(&self) -> Option<u32> {
        match self {
            Self::NotifyId(id) => Some(*id),
            Self::CollapseId(_) | Self::Tag(_) | Self::NotifyKey(_) => None,
        }
    }
}

/// One delivery of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub target: TargetId,
    pub token: DeviceToken,
    /// Without one the delivery cannot be overwritten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<Handle>,
    /// The vendor's sending that it was part of; where a vendor recalls by it.
    /// A sending may cover many deliveries, all of one batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_task: Option<VendorTaskId>,
    /// Which of a notice's texts its user reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// What a message for its browser is encrypted with; only where tokens are endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Box<Subscription>>,
}

impl Delivery {
    /// One with nothing but where it went.
    pub fn new(target: TargetId, token: DeviceToken) -> Self {
        Self {
            target,
            token,
            handle: None,
            vendor_task: None,
            locale: None,
            subscription: None,
        }
    }
}

/// Did the batch leave the sender?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    Sent,
    /// The sender asked the gate and held the batch back.
    HeldBack,
}

/// What is known of a batch without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchHeader {
    pub batch: BatchRef,
    pub channel: Channel,
    pub count: u16,
    /// Deliveries without what the channel takes back by.
    pub without_handle: u16,
    /// Deliveries to an audience instead of a device.
    pub audiences: u16,
    pub sending: Sending,
    pub sent_at: Timestamp,
    pub recorded_at: Timestamp,
    /// Tells two batches of the same id apart.
    pub digest: String,
}

/// Why a list of deliveries is not a batch. `at` is the place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    #[error("must have 1 to {MAX_DELIVERIES} deliveries")]
    Size,
    #[error("has the same token twice")]
    TokenTwice { at: usize },
    #[error("is longer than {most} bytes")]
    TokenTooLong { at: usize, most: usize },
    #[error("{source}")]
    Endpoint { at: usize, source: NotAllowed },
    #[error("is missing: a message for a browser is encrypted with the keys of its subscription")]
    WithoutKeys { at: usize },
    #[error("is not taken on this channel: only a browser has keys")]
    Keys { at: usize },
    #[error("has an id that this channel does not overwrite by: {channel} takes {}", .channel.facts().handle.field())]
    WrongHandle { at: usize, channel: Channel },
    #[error("must be between 1 and {MAX_NOTIFY_ID}")]
    NotifyId { at: usize },
    #[error("must have 1 to {MAX_COLLAPSE_ID_BYTES} bytes")]
    CollapseId { at: usize },
    #[error("must have 1 to {MAX_TAG_BYTES} of the characters A-Z a-z 0-9 - _")]
    Tag { at: usize },
    #[error("must have 1 to {MAX_NOTIFY_KEY_BYTES} of the characters A-Z a-z 0-9 - _")]
    NotifyKey { at: usize },
}

/// Checks a whole batch before anything of it is stored.
pub fn check(channel: Channel, hosts: &PushHosts, deliveries: &[Delivery]) -> Result<(), BatchError> {
    if deliveries.is_empty() || deliveries.len() > MAX_DELIVERIES {
        return Err(BatchError::Size);
    }
    let mut seen = HashSet::with_capacity(deliveries.len());
    for (at, delivery) in deliveries.iter().enumerate() {
        if !seen.insert(delivery.token.canonical(channel)) {
            return Err(BatchError::TokenTwice { at });
        }
        check_token(channel, hosts, at, delivery)?;
        match &delivery.handle {
            Some(handle) if handle.kind() != channel.facts().handle => return Err(BatchError::WrongHandle { at, channel }),
            Some(Handle::NotifyId(id)) if *id == 0 || *id > MAX_NOTIFY_ID => return Err(BatchError::NotifyId { at }),
            Some(Handle::CollapseId(id)) if id.is_empty() || id.len() > MAX_COLLAPSE_ID_BYTES => {
                return Err(BatchError::CollapseId { at });
            }
            Some(Handle::Tag(tag)) if !is_name(tag, MAX_TAG_BYTES) => return Err(BatchError::Tag { at }),
            Some(Handle::NotifyKey(key)) if !is_name(key, MAX_NOTIFY_KEY_BYTES) => return Err(BatchError::NotifyKey { at }),
            Some(Handle::NotifyId(_) | Handle::CollapseId(_) | Handle::Tag(_) | Handle::NotifyKey(_)) | None => {}
        }
    }
    Ok(())
}

fn check_token(channel: Channel, hosts: &PushHosts, at: usize, delivery: &Delivery) -> Result<(), BatchError> {
    let (tokens, token) = (channel.facts().tokens, delivery.token.as_str());
    if token.len() > tokens.longest() {
        return Err(BatchError::TokenTooLong {
            at,
            most: tokens.longest(),
        });
    }
    match (tokens, &delivery.subscription) {
        (Tokens::Endpoints, None) => Err(BatchError::WithoutKeys { at }),
        (Tokens::Endpoints, Some(_)) => match Endpoint::parse(token, hosts) {
            Ok(_) => Ok(()),
            Err(source) => Err(BatchError::Endpoint { at, source }),
        },
        (Tokens::AsTheyAre | Tokens::Hexadecimal | Tokens::DevicesOrAudiences, Some(_)) => Err(BatchError::Keys { at }),
        (Tokens::AsTheyAre | Tokens::Hexadecimal | Tokens::DevicesOrAudiences, None) => Ok(()),
    }
}

/// Is it one of the alphabet of URL-safe Base64?
fn is_name(text: &str, longest: usize) -> bool {
    let is_of_the_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=longest).contains(&text.len()) && text.bytes().all(is_of_the_alphabet)
}

/// Why a batch's `sent_at` is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SentAtError {
    #[error("lies in the future")]
    InTheFuture,
    #[error("is before the push's own sent_at")]
    BeforeThePush,
    #[error("is after the last moment the push was registered to be sent until; register it with send_until")]
    AfterThePush,
    #[error("is more than 7 days ago: these deliveries could no longer be revoked")]
    TooLongAgo,
}

/// When these deliveries count as sent: as said, else now, within what the push was registered for.
pub fn sent_at(said: Option<Timestamp>, push: &Registration, now: Timestamp) -> Result<Timestamp, SentAtError> {
    let latest = push.latest_sending();
    let Some(said) = said else {
        return Ok(now.clamp(push.sent_at, latest));
    };
    if said.duration_since(now) > window::MAX_CLOCK_AHEAD {
        Err(SentAtError::InTheFuture)
    } else if !window::is_open(said, now) {
        Err(SentAtError::TooLongAgo)
    } else if said < push.sent_at {
        Err(SentAtError::BeforeThePush)
    } else if said > latest {
        Err(SentAtError::AfterThePush)
    } else {
        Ok(said)
    }
}

/// The digest of a batch: equal exactly when the sender sent the same batch again.
pub fn digest(channel: Channel, sending: Sending, said: Option<Timestamp>, deliveries: &[Delivery]) -> String {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    field(channel.as_str().as_bytes());
    field(match sending {
        Sending::Sent => b"sent",
        Sending::HeldBack => b"held_back",
    });
    field(&said.map_or([0; 8], |at| at.as_millisecond().to_be_bytes()));
    for delivery in deliveries {
        // One without a target is known by its token, as it was when the token stood for the target.
        if delivery.is_named_by_its_token() {
            field(delivery.token.as_str().as_bytes());
        } else {
            field(delivery.target.as_str().as_bytes());
        }
        field(delivery.token.as_str().as_bytes());
        match &delivery.handle {
            None => field(b""),
            Some(Handle::NotifyId(id)) => field(&id.to_be_bytes()),
            Some(Handle::CollapseId(id)) => field(id.as_bytes()),
            // Named, so that neither is taken for a collapse id.
            Some(Handle::Tag(tag)) => {
                field(b"tag");
                field(tag.as_bytes());
            }
            Some(Handle::NotifyKey(key)) => {
                field(b"notify_key");
                field(key.as_bytes());
            }
        }
        // Named, because most have neither, and then the digest is what it was before there were any.
        if let Some(task) = &delivery.vendor_task {
            field(b"vendor_task");
            field(task.as_str().as_bytes());
        }
        if let Some(locale) = &delivery.locale {
            field(b"locale");
            field(locale.as_str().as_bytes());
        }
        if let Some(subscription) = &delivery.subscription {
            field(b"subscription");
            field(subscription.p256dh.bytes());
            field(&subscription.auth);
            field(subscription.vapid_key.as_ref().map_or(&[], |key| &key.bytes()[..]));
        }
    }
    hex(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests;
