//! The work on one batch: its outcomes, its lease, its attempts.

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, PushRef, RevocationId};
use revocation_rules::outcome::SlotOutcomes;
use revocation_rules::progress::{BatchProgress, Earlier, Hold, Recording};
use revocation_rules::tally::{Tally, Told};
use serde::de::DeserializeOwned;

use super::{Item, MAX_BYTES, Reader, WORK_DAYS, Writer, expires_after, key, named, packed, written_by};

const WHAT: &str = "batch progress";

/// The item as it is once `version` is its version.
pub fn write(progress: &BatchProgress, version: u64, write_name: &str, now: Timestamp) -> Result<Item, StoreError> {
    let slots = packed::pack(&progress.slots)
        .filter(|packed| packed.len() <= MAX_BYTES)
        .ok_or(StoreError::TooLarge { item: WHAT, fits: None })?;
    let batch = &progress.batch;
    Ok(Writer::at(key::shard(&batch.push, batch.shard), &key::progress(&batch.batch))
        .text("channel", progress.channel.as_str())
        .bytes("slots", slots)
        .number("count", progress.slots.len())
        .number("attempts", progress.attempts)
        .number("pauses", progress.pauses)
        .text("hold", progress.hold.as_str())
        .number("lost_workers", progress.lost_workers)
        .number("version", version)
        .time_if("not_before_at", progress.not_before)
        .time_if("recorded_at", name_of(progress.recording))
        .json("counted", &progress.counted)
        .json_unless_empty("suspected", &progress.suspected)
        .json_unless_empty("before", &progress.before)
        .json("finished", &progress.finished)
        .json_unless_empty("replays", &progress.replays)
        .json_unless_empty("met", &progress.met)
        .text(written_by::ATTRIBUTE, write_name)
        .number("expires_at", expires_after(now, WORK_DAYS))
        .finish())
}

fn name_of(recording: Recording) -> Option<Timestamp> {
    match recording {
        Recording::At(recorded_at) => Some(recorded_at),
        Recording::Unnamed { .. } => None,
    }
}

/// When an item was written whose `expires_at` this is.
fn written_at(expires_at: i64) -> Timestamp {
    let seconds = expires_at.saturating_sub(WORK_DAYS * 24 * 60 * 60);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN)
}

/// What a [`Tally`] is read from: everything but the outcomes, and what only a dispatch needs.
pub const TALLY_ATTRIBUTES: [&str; 13] = [
    "v",
    "sk",
    "channel",
    "count",
    "version",
    "not_before_at",
    "recorded_at",
    "expires_at",
    "counted",
    "before",
    "finished",
    "replays",
    "met",
];

pub fn read_tally(item: &Item, revocation: &RevocationId) -> Result<Tally, StoreError> {
    let reader = Reader::new(WHAT, item)?;
    let before: Option<Earlier> = of(&reader, "before", revocation)?;
    Ok(Tally {
        batch: reader.known("sk", |sk| sk.strip_prefix(key::OUTCOME)?.parse().ok())?,
        channel: reader.known("channel", Channel::parse)?,
        recording: recording(&reader)?,
        deliveries: reader.number("count")?,
        version: reader.number("version")?,
        not_before: reader.if_there("not_before_at", Reader::time)?,
        told: Told {
            counted: of(&reader, "counted", revocation)?,
            before: before.map(|earlier| earlier.counts),
            finished: reader.known("finished", |list| named::is_in(list, revocation.as_str()))?,
            replays: of(&reader, "replays", revocation)?.unwrap_or_default(),
            met: of(&reader, "met", revocation)?,
        },
    })
}

/// What an attribute says of one revocation, of which there may be a hundred.
fn of<T: DeserializeOwned>(reader: &Reader<'_>, attribute: &'static str, revocation: &RevocationId) -> Result<Option<T>, StoreError> {
    let said = reader.if_there(attribute, |reader, attribute| {
        reader.known(attribute, |map| named::value_of(map, revocation.as_str()))
    })?;
    Ok(said.flatten())
}

fn recording(reader: &Reader<'_>) -> Result<Recording, StoreError> {
    Ok(match reader.if_there("recorded_at", Reader::time)? {
        Some(recorded_at) => Recording::At(recorded_at),
        None => Recording::Unnamed {
            written_at: written_at(reader.number("expires_at")?),
        },
    })
}

pub fn read(push: &PushRef, shard: u16, item: &Item) -> Result<BatchProgress, StoreError> {
    let reader = Reader::new(WHAT, item)?;
    let count: usize = reader.number("count")?;
    let slots: SlotOutcomes = packed::unpack(reader.bytes("slots")?)
        .filter(|slots: &SlotOutcomes| slots.is_sound() && slots.len() == count)
        .ok_or_else(|| reader.damaged("slots"))?;
    Ok(BatchProgress {
        batch: BatchRef {
            push: push.clone(),
            shard,
            batch: reader.known("sk", |sk| sk.strip_prefix(key::OUTCOME)?.parse().ok())?,
        },
        recording: recording(&reader)?,
        channel: reader.known("channel", Channel::parse)?,
        slots,
        attempts: reader.number("attempts")?,
        pauses: reader.if_there("pauses", Reader::number)?.unwrap_or_default(),
        hold: reader.known("hold", Hold::parse)?,
        lost_workers: reader.number("lost_workers")?,
        version: reader.number("version")?,
        not_before: reader.if_there("not_before_at", Reader::time)?,
        counted: reader.json("counted")?,
        suspected: reader.if_there("suspected", Reader::json)?.unwrap_or_default(),
        before: reader.if_there("before", Reader::json)?.unwrap_or_default(),
        finished: reader.json("finished")?,
        replays: reader.if_there("replays", Reader::json)?.unwrap_or_default(),
        met: reader.if_there("met", Reader::json)?.unwrap_or_default(),
    })
}
