//! The work on one batch: its outcomes, its lease, its attempts.

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, PushRef};
use revocation_rules::outcome::SlotOutcomes;
use revocation_rules::progress::{BatchProgress, Hold};

use super::{Item, MAX_BYTES, Reader, WORK_DAYS, Writer, expires_after, key, packed, written_by};

const WHAT: &str = "batch progress";

/// The item as it is once `version` is its version.
pub fn write(progress: &BatchProgress, version: u64, write_name: &str, now: Timestamp) -> Result<Item, StoreError> {
    let slots = packed::pack(&progress.slots)
        .filter(|packed| packed.len() <= MAX_BYTES)
        .ok_or(StoreError::TooLarge { item: WHAT })?;
    let batch = &progress.batch;
    Ok(Writer::at(key::shard(&batch.push, batch.shard), &key::progress(&batch.batch))
        .text("channel", progress.channel.as_str())
        .bytes("slots", slots)
        .number("count", progress.slots.len())
        .number("attempts", progress.attempts)
        .text("hold", progress.hold.as_str())
        .number("lost_workers", progress.lost_workers)
        .number("version", version)
        .time_if("not_before_at", progress.not_before)
        .json("counted", &progress.counted)
        .json("finished", &progress.finished)
        .json("replays", &progress.replays)
        .json("met", &progress.met)
        .text(written_by::ATTRIBUTE, write_name)
        .number("expires_at", expires_after(now, WORK_DAYS))
        .finish())
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
        channel: reader.known("channel", Channel::parse)?,
        slots,
        attempts: reader.number("attempts")?,
        hold: reader.known("hold", Hold::parse)?,
        lost_workers: reader.number("lost_workers")?,
        version: reader.number("version")?,
        not_before: reader.if_there("not_before_at", Reader::time)?,
        counted: reader.json("counted")?,
        finished: reader.json("finished")?,
        replays: reader.if_there("replays", Reader::json)?.unwrap_or_default(),
        met: reader.if_there("met", Reader::json)?.unwrap_or_default(),
    })
}
