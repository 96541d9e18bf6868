//! What Xiaomi's answer means for us. Pure. Codes: Mi Push's list of error
//! codes, dev.mi.com pId=1560.

use std::collections::HashSet;
use std::time::Duration;

use http::StatusCode;
use revocation_rules::retry::AttemptFailure;

use crate::answers::{misconfigured, throttled, transient};
use crate::meaning::{Meaning, undocumented};
use crate::read::{Devices, Node};

/// One answer, for all devices of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Accepted,
    /// Accepted, but for these of the call's devices, which Xiaomi does not know.
    AcceptedBut(HashSet<usize>),
    AllUnknown,
    /// One of the devices is none; which, is not said.
    SomeUnknown,
    /// No for good.
    Refused,
    /// The message is not known (any more).
    NotFound,
    /// The app may not do this. A person can have it granted.
    Forbidden,
    /// There is no such address.
    NoSuchCall,
    /// The secret is wrong, or was replaced.
    NotLetIn,
    QuotaUsedUp,
    Failed(AttemptFailure),
}

/// A reading, and the code to store and log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Such as `xiaomi:20301` or `xiaomi:http_502`.
    pub reason: String,
    pub reading: Reading,
}

/// Reads an answer to a call for these devices.
pub(super) fn classify<'a>(
    status: StatusCode,
    retry_after: Option<Duration>,
    body: &[u8],
    tokens: impl IntoIterator<Item = &'a str>,
) -> Verdict {
    let answer = Node::parse(body).unwrap_or(Node::Null);
    let known = answer.field("code").code().number();
    let mut reason = known.map_or_else(|| format!("xiaomi:http_{}", status.as_u16()), |code| format!("xiaomi:{code}"));
    let failed_transiently = |reason: &str| Reading::Failed(transient(reason));
    let reading = match (status.as_u16(), known) {
        (429 | 503, _) => Reading::Failed(throttled(reason.clone(), retry_after)),
        (200, Some(0)) if is_ok(&answer) => {
            let reading = accepted(answer.field("data"), tokens);
            if reading == Reading::SomeUnknown {
                "xiaomi:bad_regids_unreadable".clone_into(&mut reason);
            }
            reading
        }
        (500.., _) | (_, Some(0)) => failed_transiently(&reason),
        (status, Some(code)) => by_code(status, code, &reason, retry_after),
        (401, None) => Reading::NotLetIn,
        (403, None) => Reading::Forbidden,
        (404 | 405 | 410, None) => Reading::NoSuchCall,
        (_, None) => failed_transiently(&reason),
    };
    Verdict { reason, reading }
}

/// `result` is "ok" or not said, and no `reason` is given, as errors have one.
fn is_ok(answer: &Node) -> bool {
    let says = |field: &str, yes: &[&str]| {
        let node = answer.field(field);
        node.is_nothing() || node.text().is_some_and(|text| yes.contains(&text.to_ascii_lowercase().as_str()))
    };
    says("result", &["ok"]) && says("reason", &["ok", "success"])
}

fn by_code(status: u16, code: i64, reason: &str, retry_after: Option<Duration>) -> Reading {
    let forbidden = matches!(code, 10031 | 10036 | 21303 | 26006);
    match documented(code).unwrap_or_else(|| undocumented(status)) {
        Meaning::SessionRefused => Reading::NotLetIn,
        // 20301, "sent to nobody": all of the devices are invalid. The others are said of one.
        Meaning::Unknown if code == 20301 => Reading::AllUnknown,
        Meaning::Unknown => Reading::SomeUnknown,
        Meaning::NotThere => Reading::NotFound,
        Meaning::QuotaUsedUp => Reading::QuotaUsedUp,
        Meaning::Throttled => Reading::Failed(throttled(reason, retry_after)),
        Meaning::Misconfigured if forbidden => Reading::Forbidden,
        Meaning::Misconfigured => Reading::Failed(misconfigured(reason)),
        Meaning::Refused => Reading::Refused,
        // A yes is told from its whole answer, and nothing here is known to be gone.
        Meaning::Transient | Meaning::Accepted | Meaning::Gone => Reading::Failed(transient(reason)),
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
/// a list. Where that can not be read, or names somebody else, nobody can say
/// which devices were taken: they are asked for again in smaller calls.
fn accepted<'a>(data: &Node, sent: impl IntoIterator<Item = &'a str>) -> Reading {
    let data = data.unwrapped();
    let bad = match &*data {
        nothing if nothing.is_nothing() => return Reading::Accepted,
        data @ Node::Object(_) => data.field("bad_regids").names(),
        _ => None,
    };
    let devices = Devices::new(sent);
    let bad: Option<HashSet<usize>> = bad.and_then(|names| names.iter().map(|name| devices.find(name)).collect());
    match bad {
        Some(bad) if bad.is_empty() => Reading::Accepted,
        Some(bad) => Reading::AcceptedBut(bad),
        None => Reading::SomeUnknown,
    }
}

#[cfg(test)]
mod tests;
