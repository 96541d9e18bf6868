//! Where items lie and how large they are, by the writers that write them. For tests and models: nothing deployed asks.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, PushRef, RevocationId, TargetId, Tenant};
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::push::Push;
use revocation_rules::receipt::Receipt;
use revocation_rules::revocation::Revocation;

use crate::items::update::Update;
use crate::items::{self, Item, counters, key, text, written_by};

/// As long as the names that writes are given.
const WRITE_NAME: &str = "00000000000000000000000000000000";

/// One item: its key, its bytes as `DynamoDB` counts them, and where the indexes hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub pk: String,
    pub sk: String,
    /// Names and values. A number takes a byte for two digits and one more.
    pub bytes: usize,
    /// Name of the index, and its partition key.
    pub indexes: Vec<(&'static str, String)>,
}

impl Stored {
    fn of(item: &Item) -> Self {
        let string = |name: &str| match item.get(name) {
            Some(AttributeValue::S(text)) => Some(text.clone()),
            _ => None,
        };
        let index = |name, pk| string(pk).map(|pk| (name, pk));
        Self {
            pk: string("pk").unwrap_or_default(),
            sk: string("sk").unwrap_or_default(),
            bytes: item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum(),
            indexes: [index("open", "open_pk"), index("listed", "listed_pk")]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    fn of_named(mut item: Item) -> Self {
        item.insert(written_by::ATTRIBUTE.to_owned(), text(WRITE_NAME));
        Self::of(&item)
    }
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        // None of our items has another kind of attribute.
        _ => 1,
    }
}

pub fn push(push: &Push) -> Stored {
    Stored::of(&items::push::write(push))
}

/// # Errors
/// When its scope is larger than an item may be.
pub fn revocation(revocation: &Revocation) -> Result<Stored, StoreError> {
    Ok(Stored::of_named(items::revocation::write(revocation)?.revocation))
}

/// The targets of a revocation's scope, where they are so many that they lie by themselves.
///
/// # Errors
/// When they are larger than an item may be.
pub fn targets(revocation: &Revocation) -> Result<Option<Stored>, StoreError> {
    Ok(items::revocation::write(revocation)?.targets.as_ref().map(Stored::of))
}

/// A batch's header, and its payload unless that travels inside the header.
///
/// # Errors
/// When the payload is larger than an item may be.
pub fn batch(header: &BatchHeader, deliveries: &[Delivery]) -> Result<(Stored, Option<Stored>), StoreError> {
    let written = items::batch::write(header, deliveries)?;
    Ok((Stored::of(&written.header), written.payload.as_ref().map(Stored::of)))
}

/// # Errors
/// When the outcomes are larger than an item may be.
pub fn progress(progress: &BatchProgress, now: Timestamp) -> Result<Stored, StoreError> {
    Ok(Stored::of(&items::progress::write(progress, progress.version, WRITE_NAME, now)?))
}

/// What says which task goes by a number, if the push has one that is made of its id.
pub fn number(push: &Push) -> Option<Stored> {
    let number = push.registration.push.task_number().filter(|number| number.is_made())?;
    Some(Stored::of(&items::task_number::write(push, number)))
}

/// The counters that a change of this batch goes to at the `nth` try. As large as if nothing had been counted before.
pub fn counters(batch: &BatchRef, revocation: &RevocationId, channel: Channel, change: &Change, nth: u32, now: Timestamp) -> Stored {
    let add = counters::add_change(channel, change, now);
    let kind = batch.push.kind;
    let spread = counters::nth_spread(counters::first_spread(&batch.batch, kind), nth, kind);
    let (pk, sk) = key::counters(&batch.push, revocation, spread);
    added(items::at(pk, sk), add)
}

/// The counters that deliveries which were recorded late go to.
pub fn late(push: &PushRef, revocation: &RevocationId, channel: Channel, count: u64, nth: u32, now: Timestamp) -> Stored {
    let add = counters::add_late(channel, count, now);
    let (pk, sk) = key::counters(push, revocation, counters::nth_spread(0, nth, push.kind));
    added(items::at(pk, sk), add)
}

/// The partitions of all items that count a revocation.
pub fn counters_keys(push: &PushRef, revocation: &RevocationId) -> Vec<String> {
    (0..counters::spread(push.kind))
        .map(|nth| key::counters(push, revocation, nth).0)
        .collect()
}

fn added(mut item: Item, add: Update) -> Stored {
    for (placeholder, attribute) in add.names {
        if let Some(value) = add.values.get(&placeholder.replacen('#', ":", 1)) {
            item.insert(attribute, value.clone());
        }
    }
    Stored::of(&item)
}

pub fn receipt(receipt: &Receipt, now: Timestamp) -> Stored {
    Stored::of(&items::receipt::write(receipt, now))
}

pub fn target(push: &Push, target: &TargetId) -> Stored {
    Stored::of(&items::target::write(push, target))
}

/// The partition of a push, of its revocations and its counters.
pub fn push_key(push: &PushRef) -> String {
    key::push(push)
}

/// The partition of a shard's headers and progresses.
pub fn shard_key(push: &PushRef, shard: u16) -> String {
    key::shard(push, shard)
}

/// The partition of a batch's payloads.
pub fn payload_key(batch: &BatchRef) -> String {
    key::payloads(batch)
}

/// The partition of a batch's receipts.
pub fn receipt_key(batch: &BatchRef) -> String {
    key::receipts(batch)
}

/// The partition of an app's notice.
pub fn app_key(tenant: &Tenant) -> String {
    key::app(tenant)
}

/// The partition of the count of receipts that came early.
pub fn early_key(push: &PushRef) -> String {
    key::early_count(push)
}

/// The partition of the index in which the sweep finds a revocation.
pub fn open_key(revocation: &RevocationId) -> String {
    key::open(revocation)
}

/// The partition of one part of that index.
pub fn open_part_key(part: u8) -> String {
    key::open_part(part)
}
