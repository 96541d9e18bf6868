//! A delivery batch: its header, and its payload, which travels inside the
//! header when it is small.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use revocation_app::ports::{KnownBatch, StoreError};
use revocation_rules::batch::{BatchHeader, Delivery, Sending};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, PushRef};
use revocation_rules::tally::{BatchCount, BatchOutline};
use revocation_rules::window;

use super::{Item, MAX_BYTES, Reader, Writer, expires_at, key, payload};

const HEADER: &str = "batch header";
const PAYLOAD: &str = "batch payload";
/// A payload smaller than this travels inside its header.
const INLINE_BYTES: usize = 1024;

/// What a header is read from; everything but the payload.
pub const HEADER_ATTRIBUTES: [&str; 11] = [
    "v",
    "pk",
    "sk",
    "channel",
    "count",
    "without_handle",
    "audiences",
    "sending",
    "sent_at",
    "recorded_at",
    "digest",
];

/// What a [`BatchOutline`] is read from.
pub const OUTLINE_ATTRIBUTES: [&str; 6] = ["v", "sk", "channel", "count", "sent_at", "recorded_at"];

/// What a [`BatchCount`] is read from.
pub const COUNT_ATTRIBUTES: [&str; 7] = ["v", "channel", "count", "without_handle", "audiences", "sending", "sent_at"];

/// What [`read_known`] and [`read_sent_at`] need.
pub const KNOWN_BY: &str = "pk, sk, v, channel, count, sent_at";

/// What a receipt has to know, of a header that may be read in part.
pub fn read_known(item: &Item) -> Result<KnownBatch, StoreError> {
    let reader = Reader::new(HEADER, item)?;
    Ok(KnownBatch {
        channel: reader.known("channel", Channel::parse)?,
        count: reader.number("count")?,
    })
}

/// The items of a batch.
pub struct Written {
    /// The payload, when it does not travel inside the header.
    pub payload: Option<Item>,
    pub header: Item,
}

pub fn write(header: &BatchHeader, deliveries: &[Delivery]) -> Result<Written, StoreError> {
    let packed = fitting(deliveries).ok_or_else(|| StoreError::TooLarge {
        item: "batch",
        fits: Some(how_many_fit(deliveries)),
    })?;
    let expires_at = expires_at(window::kept_until(header.sent_at));
    let item = Writer::at(
        key::shard(&header.batch.push, header.batch.shard),
        &key::header(&header.batch.batch),
    )
    .text("channel", header.channel.as_str())
    .number("count", header.count)
    .number("without_handle", header.without_handle)
    .text("sending", sending_name(header.sending))
    .time("sent_at", header.sent_at)
    .time("recorded_at", header.recorded_at)
    .text("digest", header.digest.as_str())
    .number("expires_at", expires_at);
    let item = if header.audiences > 0 {
        item.number("audiences", header.audiences)
    } else {
        item
    };
    if packed.len() < INLINE_BYTES {
        return Ok(Written {
            payload: None,
            header: item.bytes("payload", packed).finish(),
        });
    }
    let payload = Writer::at(key::payloads(&header.batch), &key::payload(&header.digest))
        .bytes("payload", packed)
        .number("expires_at", expires_at)
        .finish();
    Ok(Written {
        payload: Some(payload),
        header: item.finish(),
    })
}

fn fitting(deliveries: &[Delivery]) -> Option<Vec<u8>> {
    payload::pack(deliveries).filter(|packed| packed.len() <= MAX_BYTES)
}

/// How many of them fit, from the first on: what a sender who is refused has to know.
fn how_many_fit(deliveries: &[Delivery]) -> usize {
    let (mut fit, mut too_many) = (0, deliveries.len());
    while too_many - fit > 1 {
        let half = fit.midpoint(too_many);
        match fitting(&deliveries[..half]) {
            Some(_) => fit = half,
            None => too_many = half,
        }
    }
    fit
}

pub fn read(push: &PushRef, shard: u16, item: &Item) -> Result<BatchHeader, StoreError> {
    let reader = Reader::new(HEADER, item)?;
    Ok(BatchHeader {
        batch: BatchRef {
            push: push.clone(),
            shard,
            batch: reader.known("sk", |sk| sk.strip_prefix(key::BATCH)?.parse().ok())?,
        },
        channel: reader.known("channel", Channel::parse)?,
        count: reader.number("count")?,
        without_handle: reader.number("without_handle")?,
        audiences: audiences(&reader)?,
        sending: reader.known("sending", sending_of)?,
        sent_at: reader.time("sent_at")?,
        recorded_at: reader.time("recorded_at")?,
        digest: reader.text("digest")?.to_owned(),
    })
}

pub fn read_outline(item: &Item) -> Result<BatchOutline, StoreError> {
    let reader = Reader::new(HEADER, item)?;
    Ok(BatchOutline {
        batch: reader.known("sk", |sk| sk.strip_prefix(key::BATCH)?.parse().ok())?,
        channel: reader.known("channel", Channel::parse)?,
        count: reader.number("count")?,
        sent_at: reader.time("sent_at")?,
        recorded_at: reader.time("recorded_at")?,
    })
}

pub fn read_count(item: &Item) -> Result<BatchCount, StoreError> {
    let reader = Reader::new(HEADER, item)?;
    Ok(BatchCount {
        channel: reader.known("channel", Channel::parse)?,
        count: reader.number("count")?,
        without_handle: reader.number("without_handle")?,
        audiences: audiences(&reader)?,
        sending: reader.known("sending", sending_of)?,
        sent_at: reader.time("sent_at")?,
    })
}

/// Most batches have none and do not say so.
fn audiences(reader: &Reader<'_>) -> Result<u16, StoreError> {
    Ok(reader.if_there("audiences", Reader::number)?.unwrap_or_default())
}

/// When a batch was sent, read from no more than that attribute of its header.
pub fn read_sent_at(item: &Item) -> Result<Timestamp, StoreError> {
    match item.get("sent_at") {
        Some(AttributeValue::N(ms)) => ms.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        _ => None,
    }
    .ok_or(StoreError::Damaged {
        item: HEADER,
        attribute: "sent_at",
    })
}

/// The digest of a header, when nothing else of it is wanted.
pub fn read_digest(item: &Item) -> Result<&str, StoreError> {
    Reader::new(HEADER, item)?.text("digest")
}

/// Does the payload travel inside this header?
pub fn is_inline(header: &Item) -> bool {
    header.contains_key("payload")
}

/// The deliveries out of the item that holds them.
pub fn read_deliveries(item: &Item, header: &BatchHeader) -> Result<Vec<Delivery>, StoreError> {
    let reader = Reader::new(PAYLOAD, item)?;
    payload::unpack(reader.bytes("payload")?)
        .filter(|deliveries| deliveries.len() == usize::from(header.count))
        .ok_or_else(|| reader.damaged("payload"))
}

const fn sending_name(sending: Sending) -> &'static str {
    match sending {
        Sending::Sent => "sent",
        Sending::HeldBack => "held_back",
    }
}

fn sending_of(name: &str) -> Option<Sending> {
    [Sending::Sent, Sending::HeldBack]
        .into_iter()
        .find(|sending| sending_name(*sending) == name)
}
