//! The phones of the self-built channel. They speak for themselves.

use std::time::Duration;

use device_client::{Arrived, Fleet, Key, Kind, Message, Status, View};
use revocation_rules::channel::Peer;
use stand::{PHONES_AT_ONCE, StandError, Tenant};

use crate::push::{Fate, NOTIFY_ID, Part, TITLE};
use crate::{ID, PATIENCE};

/// Starts the phones, those of [`Fate::Offline`] switched off.
pub async fn start(tenant: &Tenant, parts: &[Part]) -> Result<Fleet, StandError> {
    let own = || parts.iter().filter(|part| part.channel.facts().peer == Peer::Device);
    let names: Vec<String> = own().flat_map(|part| part.tokens.clone()).collect();
    let off: Vec<&String> = own()
        .filter(|part| part.fate == Fate::Offline)
        .flat_map(|part| &part.tokens)
        .collect();
    let phones = tenant.phones(&names, |name| !off.iter().any(|off| *off == name)).await?;
    let settled = |view: &View| matches!(view.status, Status::Registered | Status::Offline);
    in_time(phones.until_all(PATIENCE, settled).await.len(), "did not connect")?;
    Ok(phones)
}

/// The app's own servers deliver the message, and users do with it what they do.
pub async fn deliver(phones: &Fleet, parts: &[&Part]) -> Result<(), StandError> {
    for part in parts
        .iter()
        .filter(|part| part.channel.facts().peer == Peer::Device && part.fate != Fate::Offline)
    {
        show(phones, part);
        for phone in part.tokens.iter().filter_map(|name| phones.get(name)) {
            match part.fate {
                Fate::Opened => phone.open(&key()),
                Fate::Cleared => phone.clear(&key()),
                _ => {}
            }
        }
    }
    in_time(
        phones.until_all(PATIENCE, |view| view.unanswered == 0).await.len(),
        "did not report",
    )
}

/// The phones that were off come back, and only now does the message reach them.
pub async fn come_back(phones: &Fleet, parts: &[Part]) -> Result<usize, StandError> {
    let mut held = 0;
    for part in parts.iter().filter(|part| part.fate == Fate::Offline) {
        held += show(phones, part);
    }
    phones.come_online(PHONES_AT_ONCE, |_| true).await;
    let done = |view: &View| view.status == Status::Registered && view.held == 0 && view.unanswered == 0;
    in_time(phones.until_all(PATIENCE, done).await.len(), "did not come back")?;
    Ok(held)
}

/// Everything that a phone shows and should not.
pub fn check(phones: &Fleet, part: &Part) -> Vec<String> {
    let view = |name: &String| phones.get(name).map(device_client::Client::look).unwrap_or_default();
    let others = part.tokens.iter().map(view).filter(|view| {
        let titles = view.bar.entries().values().map(|entry| entry.title.as_str());
        let disturbed = part.fate == Fate::Offline && view.bar.sounds() > 0;
        titles.ne(part.shows()) || disturbed
    });
    match others.count() {
        0 => Vec::new(),
        others => vec![format!(
            "{others} phones of {:?} do not show {:?}, or showed the original",
            part.fate,
            part.shows()
        )],
    }
}

/// How many of them waited to hear what they had missed.
fn show(phones: &Fleet, part: &Part) -> usize {
    let arrive = |name: &String| phones.get(name).map(|phone| phone.show(message(part)));
    part.tokens
        .iter()
        .filter_map(arrive)
        .filter(|arrived| *arrived == Arrived::Held)
        .count()
}

fn message(part: &Part) -> Message {
    Message {
        key: key(),
        batch_id: part.batch_id(0),
        title: TITLE.to_owned(),
        text: TITLE.to_owned(),
    }
}

fn key() -> Key {
    Key {
        kind: Kind::Task,
        id: ID.to_owned(),
        notify_id: NOTIFY_ID,
    }
}

fn in_time(late: usize, what: &str) -> Result<(), StandError> {
    if late == 0 {
        Ok(())
    } else {
        Err(StandError::Unexpected(format!(
            "{late} phones {what} in {} s",
            Duration::as_secs(&PATIENCE)
        )))
    }
}
