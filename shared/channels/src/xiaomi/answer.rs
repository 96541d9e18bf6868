//! What Xiaomi's answer means for us. Pure. Codes: Mi Push's list of error
//! codes, dev.mi.com pId=1560.

use std::collections::HashSet;

use crate::driver::Told;
use crate::meaning::{Meaning, Said, Sayings, undocumented};
use crate::read::{Devices, Node};

/// Reads an answer to a call for these devices.
pub(super) fn classify(told: &Told<'_>, tokens: &[&str]) -> Sayings {
    let answer = Node::parse(told.body).unwrap_or(Node::Null);
    let status = told.status.as_u16();
    let known = answer.field("code").code().number();
    let meaning = match (status, known) {
        (429 | 503, _) => Meaning::Throttled,
        (200, Some(0)) if is_ok(&answer) => Meaning::Accepted,
        (500.., _) | (_, Some(0)) => Meaning::Transient,
        (status, Some(code)) => by_code(status, code),
        (401, None) => Meaning::SessionRefused,
        (403 | 404 | 405 | 410, None) => Meaning::NotForUs,
        (_, None) => Meaning::Transient,
    };
    let reason = known.map_or_else(|| format!("xiaomi:http_{status}"), |code| format!("xiaomi:{code}"));
    let said = Said::new(reason, meaning).after(told.retry_after);
    match (said.meaning, known) {
        (Meaning::Accepted, _) => accepted(said, answer.field("data"), tokens),
        // 20301, "sent to nobody": all of the devices are invalid. The others are said of one.
        (Meaning::Unknown, Some(code)) if code != 20301 => Sayings::OneIsBad(said),
        _ => Sayings::All(said),
    }
}

/// `result` is "ok" or not said, and no `reason` is given, as errors have one.
fn is_ok(answer: &Node) -> bool {
    let says = |field: &str, yes: &[&str]| {
        let node = answer.field(field);
        node.is_nothing() || node.text().is_some_and(|text| yes.contains(&text.to_ascii_lowercase().as_str()))
    };
    says("result", &["ok"]) && says("reason", &["ok", "success"])
}

fn by_code(status: u16, code: i64) -> Meaning {
    match code {
        // Not allowed, blocked, to be reviewed first: a person can have it granted.
        10031 | 10036 | 21303 | 26006 => Meaning::NotForUs,
        _ => documented(code).unwrap_or_else(|| undocumented(status)),
    }
}

/// `None` for a code that nobody documents.
fn documented(code: i64) -> Option<Meaning> {
    Some(match code {
        0 => Meaning::Accepted,
        // The secret, or who it belongs to.
        21301 | 21302 => Meaning::SessionRefused,
        // All devices are invalid, or another app's; a device that is unknown, a registration
        // id that is none.
        20301 | 10029 | 66007 => Meaning::Unknown,
        65028 => Meaning::NotThere,
        // Messages a day.
        10034 | 200_001 => Meaning::QuotaUsedUp,
        // Busy; calls too often; broadcasts too often; more a second than allowed.
        10002 | 10027 | 26004 | 200_002 => Meaning::Throttled,
        // Not allowed, blocked, to be reviewed first. The app, its package or its channel, all
        // from the credentials document, is unknown or does not fit the others.
        10031 | 10036 | 21303 | 26006 | 10041 | 22000 | 22006 | 22007 | 22022 => Meaning::Misconfigured,
        // What we sent is wrong, and would be again: a parameter that is missing or bad, an
        // illegal request, too long.
        10008 | 10012 | 10016 | 10017 | 27001 | 65009 => Meaning::Refused,
        // An error inside Xiaomi; 10037: it came too late there; 66108, 66109, 200003: met, and
        // nobody says what they mean.
        -1 | 1 | 10001 | 10003 | 10037 | 20607 | 26003 | 65029 | 66108 | 66109 | 200_003 => Meaning::Transient,
        _ => return None,
    })
}

/// The devices that Xiaomi took, and those it calls bad: a text with commas, or
/// a list. Where that cannot be read, or names somebody else, nobody can say
/// which devices were taken: they are asked for again in smaller calls.
fn accepted(yes: Said, data: &Node, tokens: &[&str]) -> Sayings {
    let data = data.unwrapped();
    let bad = match &*data {
        nothing if nothing.is_nothing() => return Sayings::All(yes),
        data @ Node::Object(_) => data.field("bad_regids").names(),
        _ => None,
    };
    let devices = Devices::new(tokens.iter().copied());
    let bad: Option<HashSet<usize>> = bad.and_then(|names| names.iter().map(|name| devices.find(name)).collect());
    match bad {
        Some(bad) if bad.is_empty() => Sayings::All(yes),
        Some(bad) => Sayings::all_but(&yes, tokens.len(), &bad, &Said::new("xiaomi:bad_regid", Meaning::Unknown)),
        None => Sayings::OneIsBad(Said::new("xiaomi:bad_regids_unreadable", Meaning::Unknown)),
    }
}

#[cfg(test)]
mod tests;
