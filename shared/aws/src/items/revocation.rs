//! One revocation: what was asked, and how far it is.

use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::actor::{Act, Actor, KeyLabel};
use revocation_rules::ids::PushRef;
use revocation_rules::revocation::Revocation;
use revocation_rules::window::WINDOW;

use super::update::Update;
use super::{Item, LEDGER_DAYS, MAX_BYTES, Reader, Writer, expires_after, json_text, key, number, text, time};

const WHAT: &str = "revocation";

/// The whole item, as it is first kept.
pub fn write(revocation: &Revocation) -> Result<Item, StoreError> {
    let scope = json_text(&revocation.scope);
    if scope.len() > MAX_BYTES {
        return Err(StoreError::TooLarge { item: WHAT });
    }
    let last_sending = revocation.closes_at.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
    let kept_from = revocation.requested_at.max(last_sending);
    let item = Writer::at(key::push(&revocation.push), &key::revocation(&revocation.id))
        .text("scope", scope)
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
        .number("expires_at", expires_after(kept_from, LEDGER_DAYS))
        .text_if("push_id", key::id_beside(&revocation.push.id));
    let item = match &revocation.last_replay {
        Some(replay) => item
            .text("replayed_by", replay.by.key.as_str())
            .text_if("replayed_by_label", replay.by.label.as_ref().map(KeyLabel::as_str))
            .time("replayed_at", replay.at),
        None => item,
    };
    Ok(match revocation.due_at {
        Some(due_at) => item.time("due_at", due_at).text("open_pk", key::open(&revocation.id)),
        None => item,
    }
    .finish())
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

pub fn read(push: &PushRef, item: &Item) -> Result<Revocation, StoreError> {
    let reader = Reader::new(WHAT, item)?;
    Ok(Revocation {
        id: reader.known("sk", |sk| sk.strip_prefix(key::REVOCATION)?.parse().ok())?,
        push: push.clone(),
        scope: reader.json("scope")?,
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
