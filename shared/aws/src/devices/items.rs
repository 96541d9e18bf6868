//! How the items look. Whose they are is said by their key, which was asked for.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{KeptToken, StoreError};
use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::ids::{BatchRef, KeyId, PushKind, PushRef, Tenant};
use revocation_rules::instruction::Instruction;
use revocation_rules::notice::Notice;

use super::key;
use crate::items::{Item, Reader, Writer, expires_at};

/// Longer than the gateway keeps a connection, which is two hours.
const CONNECTION_KEPT: SignedDuration = SignedDuration::from_hours(3);

pub fn token(device: &Device, token: &KeptToken) -> Item {
    Writer::at(key::device(device), key::TOKEN)
        .bytes("digest", token.digest.to_vec())
        .time("issued_at", token.issued_at)
        .text_if("issued_by", token.issued_by.as_ref().map(KeyId::as_str))
        .time("ends_at", token.ends_at)
        .number("expires_at", expires_at(token.ends_at))
        .finish()
}

pub fn read_token(item: &Item) -> Result<KeptToken, StoreError> {
    let reader = Reader::new("device token", item)?;
    Ok(KeptToken {
        digest: reader.bytes("digest")?.try_into().map_err(|_| reader.damaged("digest"))?,
        issued_at: reader.time("issued_at")?,
        issued_by: reader.if_there("issued_by", Reader::parsed)?,
        ends_at: reader.time("ends_at")?,
    })
}

fn until(now: Timestamp) -> i64 {
    expires_at(now.saturating_add(CONNECTION_KEPT).unwrap_or(Timestamp::MAX))
}

pub fn way_back(connection: &ConnectionId, device: &Device, now: Timestamp) -> Item {
    Writer::at(key::connection(connection), key::WAY_BACK)
        .text("app", device.tenant.app.as_str())
        .text("workspace", device.tenant.workspace.as_str())
        .text("device", device.id.as_str())
        .time("began_at", now)
        .number("expires_at", until(now))
        .finish()
}

pub fn read_way_back(item: &Item) -> Result<Device, StoreError> {
    let reader = Reader::new("way back", item)?;
    Ok(Device {
        tenant: Tenant {
            app: reader.parsed("app")?,
            workspace: reader.parsed("workspace")?,
        },
        id: reader.parsed("device")?,
    })
}

pub fn connection(device: &Device, connection: &ConnectionId, now: Timestamp) -> Item {
    Writer::at(key::device(device), &key::connection(connection))
        .time("registered_at", now)
        .number("expires_at", until(now))
        .finish()
}

pub fn read_connection(item: &Item) -> Result<(Timestamp, ConnectionId), StoreError> {
    let reader = Reader::new("connection", item)?;
    let id = reader.known("sk", |sk| sk.strip_prefix(key::CONNECTION)?.parse().ok())?;
    Ok((reader.time("registered_at")?, id))
}

/// Beside the way back, so that a device's connections are found before they register. Apart from those that
/// did: nothing may be sent to a connection that is shaking hands.
pub fn begun(device: &Device, connection: &ConnectionId, now: Timestamp) -> Item {
    Writer::at(key::device(device), &key::begun(connection))
        .time("began_at", now)
        .number("expires_at", until(now))
        .finish()
}

pub fn read_begun(item: &Item) -> Result<ConnectionId, StoreError> {
    Reader::new("connection that began", item)?.known("sk", |sk| sk.strip_prefix(key::BEGUN)?.parse().ok())
}

pub fn instruction(instruction: &Instruction) -> Item {
    let push = &instruction.batch.push;
    Writer::at(key::device(&instruction.device()), &key::instruction(&instruction.id))
        .text("kind", push.kind.as_str())
        .text("push", push.id.as_str())
        .number("shard", instruction.batch.shard)
        .text("batch", instruction.batch.batch.as_str())
        .number("notify_id", instruction.notify_id)
        .text("title", instruction.notice.title.as_str())
        .text("text", instruction.notice.text.as_str())
        .time("revoked_at", instruction.revoked_at)
        .time("closes_at", instruction.closes_at)
        .number("expires_at", expires_at(instruction.closes_at))
        .finish()
}

pub fn read_instruction(device: &Device, item: &Item) -> Result<Instruction, StoreError> {
    let reader = Reader::new("instruction", item)?;
    Ok(Instruction {
        id: reader.known("sk", |sk| sk.strip_prefix(key::INSTRUCTION)?.parse().ok())?,
        device: device.id.clone(),
        batch: BatchRef {
            push: PushRef {
                tenant: device.tenant.clone(),
                kind: reader.known("kind", kind)?,
                id: reader.parsed("push")?,
            },
            shard: reader.number("shard")?,
            batch: reader.parsed("batch")?,
        },
        notify_id: reader.number("notify_id")?,
        notice: Notice {
            title: reader.text("title")?.to_owned(),
            text: reader.text("text")?.to_owned(),
        },
        revoked_at: reader.time("revoked_at")?,
        closes_at: reader.time("closes_at")?,
    })
}

fn kind(name: &str) -> Option<PushKind> {
    [PushKind::Message, PushKind::Task].into_iter().find(|kind| kind.as_str() == name)
}
