//! One revocation: what was asked, and how far it is.
//!
//! A long list of targets never changes, and has an item of its own: who wants to know how far the revocation is does
//! not read it, and who writes that does not pay for it. What is left has a bound: notices, reason, cursors and totals.

use std::collections::BTreeSet;

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::actor::{Act, Actor, KeyLabel};
use revocation_rules::ids::{PushRef, RevocationId, TargetId};
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::{Scope, ScopeOutline};
use revocation_rules::window::WINDOW;

use super::update::Update;
use super::{Item, LEDGER_DAYS, MAX_BYTES, Reader, Writer, expires_after, json_text, key, number, packed, text, time};

const WHAT: &str = "revocation";
const TARGETS: &str = "list of targets";
/// A scope that is longer, as JSON, has its targets in an item of their own.
const INLINE_BYTES: usize = 2_048;
/// Instead of `scope`, without which older code takes the item for damaged: to read it as one without a list of targets
/// would be to revoke everything.
const OUTLINE: &str = "outline";

/// The items of a revocation.
pub struct Written {
    pub revocation: Item,
    /// The targets of its scope, when they are many.
    pub targets: Option<Item>,
}

/// All of it, as it is first kept.
///
/// # Errors
/// When there is more in its list of targets than an item holds.
pub fn write(revocation: &Revocation) -> Result<Written, StoreError> {
    let scope = json_text(&revocation.scope);
    let targets = match &revocation.scope.targets {
        Some(targets) if scope.len() > INLINE_BYTES => Some(write_targets(revocation, targets)?),
        Some(_) | None => None,
    };
    let item = Writer::at(key::push(&revocation.push), &key::revocation(&revocation.id));
    let item = match targets {
        Some(_) => item.json(OUTLINE, &revocation.scope.outline()),
        None => item.text("scope", scope),
    }
    .text("reason", revocation.reason.as_str())
    .json("notice", &revocation.notices)
    .text("requested_by", revocation.requested_by.key.as_str())
    .text_if("requested_by_label", revocation.requested_by.label.as_ref().map(KeyLabel::as_str))
    .time("requested_at", revocation.requested_at)
    .json("state", &revocation.state)
    .json("fanout", &revocation.fanout)
    .number("checks", revocation.checks)
    .number("replays", revocation.replays)
    .time("closes_at", revocation.closes_at)
    .number("version", revocation.version)
    .number("expires_at", expires_at(revocation))
    .text_if("push_id", key::id_beside(&revocation.push.id));
    let item = match &revocation.last_replay {
        Some(replay) => item
            .text("replayed_by", replay.by.key.as_str())
            .text_if("replayed_by_label", replay.by.label.as_ref().map(KeyLabel::as_str))
            .time("replayed_at", replay.at),
        None => item,
    };
    let item = match revocation.due_at {
        Some(due_at) => item.time("due_at", due_at).text("open_pk", key::open(&revocation.id)),
        None => item,
    };
    Ok(Written {
        revocation: item.finish(),
        targets,
    })
}

fn expires_at(revocation: &Revocation) -> i64 {
    let last_sending = revocation.closes_at.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
    expires_after(revocation.requested_at.max(last_sending), LEDGER_DAYS)
}

fn write_targets(revocation: &Revocation, targets: &BTreeSet<TargetId>) -> Result<Item, StoreError> {
    let packed = packed::pack(targets)
        .filter(|packed| packed.len() <= MAX_BYTES)
        .ok_or(StoreError::TooLarge { item: TARGETS, fits: None })?;
    let (pk, sk) = key::targets_of(&revocation.push, &revocation.id);
    Ok(Writer::at(pk, &sk)
        .bytes("targets", packed)
        .number("expires_at", expires_at(revocation))
        .finish())
}

/// The targets in an item of their own, if they are those that the revocation was made with.
fn read_targets(item: &Item) -> Result<BTreeSet<TargetId>, StoreError> {
    let reader = Reader::new(TARGETS, item)?;
    packed::unpack(reader.bytes("targets")?).ok_or_else(|| reader.damaged("targets"))
}

/// Whose targets have an item of their own, if this one's have.
pub fn of_targets_apart(item: &Item) -> Result<Option<RevocationId>, StoreError> {
    if item.contains_key(OUTLINE) {
        id(&Reader::new(WHAT, item)?).map(Some)
    } else {
        Ok(None)
    }
}

/// Where the targets of a scope come from.
pub enum Targets<'a> {
    /// They are in the item, or the scope names none.
    Inside,
    /// An item of their own.
    Item(&'a Item),
    /// A scope that was made of it before.
    Known(&'a Scope),
}

/// What changes with the state, if nobody wrote since `revocation` was read.
pub fn update(revocation: &Revocation) -> Update {
    let update = Update::default()
        .set("state", text(json_text(&revocation.state)))
        .set("fanout", text(json_text(&revocation.fanout)))
        .set("checks", number(revocation.checks))
        .set("replays", number(revocation.replays))
        .raise_version(revocation.version);
    let update = match &revocation.last_replay {
        Some(replay) => {
            let update = update
                .set("replayed_by", text(replay.by.key.as_str()))
                .set("replayed_at", time(replay.at));
            // Another key's label must not stay behind.
            match &replay.by.label {
                Some(label) => update.set("replayed_by_label", text(label.as_str())),
                None => update.remove("replayed_by_label"),
            }
        }
        None => update,
    };
    match revocation.due_at {
        Some(due_at) => update.set("due_at", time(due_at)).set("open_pk", text(key::open(&revocation.id))),
        None => update.remove("due_at").remove("open_pk"),
    }
}

pub fn read(push: &PushRef, item: &Item, targets: &Targets<'_>) -> Result<Revocation, StoreError> {
    let reader = Reader::new(WHAT, item)?;
    Ok(Revocation {
        id: id(&reader)?,
        push: push.clone(),
        scope: scope(&reader, targets)?,
        reason: reader.text("reason")?.to_owned(),
        notices: reader.json("notice")?,
        requested_by: Actor {
            key: reader.parsed("requested_by")?,
            label: reader.if_there("requested_by_label", Reader::parsed)?,
        },
        requested_at: reader.time("requested_at")?,
        state: reader.json("state")?,
        fanout: reader.json("fanout")?,
        due_at: reader.if_there("due_at", Reader::time)?,
        checks: reader.number("checks")?,
        replays: reader.if_there("replays", Reader::number)?.unwrap_or(0),
        last_replay: last_replay(&reader)?,
        closes_at: reader.time("closes_at")?,
        version: reader.number("version")?,
    })
}

fn id(reader: &Reader<'_>) -> Result<RevocationId, StoreError> {
    reader.known("sk", |sk| sk.strip_prefix(key::REVOCATION)?.parse().ok())
}

fn scope(reader: &Reader<'_>, targets: &Targets<'_>) -> Result<Scope, StoreError> {
    let outline = || reader.json::<ScopeOutline>(OUTLINE);
    let scope = match targets {
        Targets::Inside => return reader.json("scope"),
        Targets::Known(scope) => (*scope).clone(),
        Targets::Item(item) => Scope {
            channels: outline()?.channels,
            targets: Some(read_targets(item)?),
        },
    };
    // The outline has their digest: another list never passes for this one.
    if scope.outline() == outline()? {
        Ok(scope)
    } else {
        Err(reader.damaged(OUTLINE))
    }
}

/// Older versions counted replays and did not say whose they were.
fn last_replay(reader: &Reader<'_>) -> Result<Option<Act>, StoreError> {
    let Some(key) = reader.if_there("replayed_by", Reader::parsed)? else {
        return Ok(None);
    };
    Ok(Some(Act {
        by: Actor {
            key,
            label: reader.if_there("replayed_by_label", Reader::parsed)?,
        },
        at: reader.time("replayed_at")?,
    }))
}
