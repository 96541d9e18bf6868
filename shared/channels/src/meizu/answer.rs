//! What Meizu's answer means for us. Pure. Codes: the README of its push API,
//! and its Java SDK.

use std::collections::HashMap;
use std::time::Duration;

use crate::driver::Told;
use crate::meaning::{Meaning, Said, Sayings, undocumented};
use crate::read::{Devices, Node};

const OK: i64 = 200;
/// A device that got too many within a minute gets no further ones in that minute.
const FOLDED_FOR: Duration = Duration::from_mins(1);

/// Reads an answer to a call for these devices.
pub(super) fn classify(told: &Told<'_>, tokens: &[&str]) -> Sayings {
    let answer = Node::parse(told.body).unwrap_or(Node::Null);
    let status = told.status.as_u16();
    let known = answer.field("code").code().number();
    let meaning = match (status, known) {
        (429 | 503, _) => Meaning::Throttled,
        (404 | 405, None) => Meaning::Misconfigured,
        (200, Some(OK)) => Meaning::Accepted,
        (500.., _) | (_, None | Some(OK)) => Meaning::Transient,
        (status, Some(code)) => documented(code).unwrap_or_else(|| undocumented(status)),
    };
    let reason = known.map_or_else(|| format!("meizu:http_{status}"), |code| format!("meizu:{code}"));
    let said = Said::new(reason, meaning).after(told.retry_after);
    match said.meaning {
        Meaning::Accepted => taken(&said, &answer.field("value").unwrapped(), tokens),
        _ => Sayings::All(said),
    }
}

/// What a code says of the whole call. `None` for one that nobody documents.
fn documented(code: i64) -> Option<Meaning> {
    Some(match code {
        OK => Meaning::Accepted,
        // The signature: the secret is read anew.
        1006 => Meaning::SessionRefused,
        // Busy; the app is too fast.
        1003 | 110_010 => Meaning::Throttled,
        // None of the devices is subscribed to this app; none is one.
        110_002 | 110_003 => Meaning::Unknown,
        // Messages a day.
        110_019 | 110_051 => Meaning::QuotaUsedUp,
        // What we sent is wrong, and would be again: a parameter; an empty one; a message or a task that is none.
        1005 | 110_004 | 110_031 | 110_032 => Meaning::Refused,
        // The app's id, its key, its package; it is on a black list. All can be put right by a person.
        110_000 | 110_001 | 110_009 | 110_033 => Meaning::Misconfigured,
        // An error inside Meizu.
        500 | 1001 => Meaning::Transient,
        _ => return None,
    })
}

/// What a code says of the devices that are listed under it. The same number may say another thing
/// than of a whole call.
fn of_device(code: i64) -> Option<Meaning> {
    Some(match code {
        // Not, or no longer, subscribed to this app; none of Meizu's; the same of an alias.
        110_002 | 110_003 | 110_005 => Meaning::Unknown,
        // Its user has switched them off.
        110_010 => Meaning::Gone,
        // Too many for this device; more than five within a minute, which it shows folded.
        518 | 520 => Meaning::TooOften,
        // It failed inside Meizu, or there is too much to do.
        501 | 513 | 519 => Meaning::Transient,
        201 => Meaning::Refused,
        // Public messages of the day. Ours are private, but Meizu says that it is over.
        110_011 => Meaning::QuotaUsedUp,
        _ => return None,
    })
}

/// Whom a yes is for: those that are not in one of the lists. A list that cannot be read, or names
/// somebody else, claims nobody: they are asked for again in smaller calls.
fn taken(yes: &Said, value: &Node, tokens: &[&str]) -> Sayings {
    let Some(named) = named(value, tokens) else {
        return Sayings::OneIsBad(Said::new("meizu:value_unreadable", Meaning::Unknown));
    };
    if named.is_empty() {
        return Sayings::All(yes.clone());
    }
    let said = (0..tokens.len()).map(|at| named.get(&at).map_or_else(|| yes.clone(), |code| of(*code, yes)));
    Sayings::Each {
        said: said.collect(),
        code: yes.reason.clone(),
    }
}

/// What a code in `value` says.
fn of(code: i64, yes: &Said) -> Said {
    let meaning = of_device(code).unwrap_or(Meaning::Transient);
    let wait = match meaning {
        Meaning::TooOften => Some(yes.retry_after.unwrap_or_default().max(FOLDED_FOR)),
        _ => yes.retry_after,
    };
    Said::new(format!("meizu:{code}"), meaning).after(wait)
}

/// The code of each device that is named, by its place in the call. `None` if anything of it cannot
/// be read, is about somebody else, or says two things of one device.
fn named(value: &Node, tokens: &[&str]) -> Option<HashMap<usize, i64>> {
    let mut found = HashMap::new();
    let lists = match value {
        nothing if nothing.is_nothing() => return Some(found),
        Node::Object(lists) => lists,
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) | Node::Contradiction => return None,
    };
    let devices = Devices::new(tokens.iter().copied());
    for (code, list) in lists {
        let names = list.names()?;
        for name in &names {
            let code = Node::Text(code.clone()).code().number()?;
            let before = found.insert(devices.find(name)?, code);
            if before.is_some_and(|before| before != code) {
                return None;
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests;
