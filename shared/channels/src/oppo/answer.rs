//! What OPPO's answer means for us. Pure. Codes: OPPO PUSH's return codes.

use std::time::Duration;

use crate::driver::Told;
use crate::meaning::{Meaning, Said, Sayings, undocumented};
use crate::read::{Code, Devices, Node};

/// Reads an answer to a push to these registration ids.
pub(super) fn classify(told: &Told<'_>, tokens: &[&str]) -> Sayings {
    let (said, data) = read(told, "");
    match (said.meaning, tokens) {
        // 32: the whole call was taken before, so it names nobody.
        (Meaning::Accepted, _) if said.reason != YES => Sayings::All(said),
        (Meaning::Accepted, [_]) => Sayings::All(alone(&data, told.retry_after).unwrap_or(said)),
        (Meaning::Accepted, _) => Sayings::Each {
            code: said.reason,
            said: each(&data, told.retry_after, tokens),
        },
        (Meaning::Gone | Meaning::Unknown, [_, _, ..]) => Sayings::OneIsBad(said),
        _ => Sayings::All(said),
    }
}

const YES: &str = "oppo:0";

/// Reads a login's answer: the token.
pub(super) fn classify_login(told: &Told<'_>) -> Result<String, Said> {
    let (said, data) = read(told, "login_");
    said.given(data.field("auth_token").text(), "oppo:login_unreadable")
}

/// The said over a whole call, and its `data`, which is an object or a list, or JSON text.
fn read(told: &Told<'_>, call: &str) -> (Said, Node) {
    let status = told.status.as_u16();
    let mut answer = Node::parse(told.body).unwrap_or(Node::Null);
    let known = answer.field("code").code().number();
    let data = answer.take("data").opened();
    let message = answer.field("message").text().unwrap_or_default();
    let reason = known.map_or_else(|| format!("oppo:{call}http_{status}"), |code| format!("oppo:{call}{code}"));
    let meaning = match (status, known) {
        (429 | 503, _) => Meaning::Throttled,
        (500.., _) => Meaning::Transient,
        // OPPO says yes under 200 only.
        (200, Some(code)) => by_code(200, code, &message),
        (status, Some(code)) if code != 0 => by_code(status, code, &message),
        // The address is wrong.
        (404 | 405, None) => Meaning::Misconfigured,
        _ => Meaning::Transient,
    };
    let said = Said::new(reason, meaning).after(told.retry_after);
    (said, data)
}

/// What a batch says of each target. Of one that it does not name nobody can
/// say whether it was taken: to claim that would be a guess. Asking again is
/// harmless: what was taken is a duplicate then.
fn each(data: &Node, retry_after: Option<Duration>, tokens: &[&str]) -> Vec<Said> {
    let devices = Devices::new(tokens.iter().copied());
    let mut each = vec![Said::new("oppo:unnamed", Meaning::Transient); tokens.len()];
    let mut named = vec![false; tokens.len()];
    for target in data.entries().unwrap_or_default().iter() {
        let name = target.field("registrationId").text();
        let Some(at) = name.and_then(|name| devices.find(&name)) else {
            continue;
        };
        let said = of_target(target, retry_after);
        // Who is named twice was taken only if both say so.
        if !named[at] || each[at].meaning == Meaning::Accepted {
            each[at] = said;
        }
        named[at] = true;
    }
    each
}

/// What an accepted call for one device says against it. `None`: nothing.
fn alone(data: &Node, retry_after: Option<Duration>) -> Option<Said> {
    let entries = data.entries().unwrap_or_default();
    let silent = |entry: &Node| entry.field("errorCode").code() == Code::None && entry.field("errorMessage").is_nothing();
    let against = entries.iter().filter(|entry| !silent(entry));
    against
        .map(|entry| of_target(entry, retry_after))
        .find(|said| said.meaning != Meaning::Accepted)
}

/// What one target's entry says. Only a code of 0 is a yes, or the id that its
/// message got while nothing speaks against it. A "no" that cannot be read is
/// one for good: it would be the same, asked again.
fn of_target(target: &Node, retry_after: Option<Duration>) -> Said {
    let message = target.field("errorMessage");
    let said = |reason: String, meaning| Said::new(reason, meaning).after(retry_after);
    match target.field("errorCode").code() {
        Code::Number(code) => {
            let meaning = match by_code(200, code, &message.text().unwrap_or_default()) {
                // The session was good for the call.
                Meaning::SessionRefused => Meaning::Transient,
                meaning => meaning,
            };
            said(format!("oppo:{code}"), meaning)
        }
        Code::Unreadable => said("oppo:unreadable_code".to_owned(), Meaning::Refused),
        Code::None if !message.is_nothing() => said("oppo:error_without_code".to_owned(), Meaning::Refused),
        Code::None if target.field("messageId").text().is_some() => said(YES.to_owned(), Meaning::Accepted),
        Code::None => said("oppo:unsaid".to_owned(), Meaning::Transient),
    }
}

fn by_code(status: u16, code: i64, message: &str) -> Meaning {
    match code {
        // 41 is any bad argument; the message says which.
        41 if message.to_ascii_lowercase().contains("registration") => Meaning::Unknown,
        _ => documented(code).unwrap_or_else(|| undocumented(status)),
    }
}

/// `None` for a code that nobody documents.
fn documented(code: i64) -> Option<Meaning> {
    Some(match code {
        // 32: this very overwrite was taken before.
        0 | 32 => Meaning::Accepted,
        // -2 flow control; 13 calls of the app, 55 pushes of the app, 69 of everybody.
        -2 | 13 | 55 | 69 => Meaning::Throttled,
        // Invalid, missing.
        11 | 29 => Meaning::SessionRefused,
        // 14 to 19: key, signature or time are wrong or missing; 26, 27, 28, 30: the address
        // is blocked or denied, the app disabled or without the right; 54: the channel wants
        // a template; 67: the category is not the app's. A person can put each right in
        // OPPO's console or our secret, and then the same call works.
        14..=19 | 26 | 27 | 28 | 30 | 54 | 67 => Meaning::Misconfigured,
        // Pushes, saved messages.
        33 | 42 => Meaning::QuotaUsedUp,
        // An invalid registration id; so is one of another app.
        10000 => Meaning::Unknown,
        // What we sent is wrong, and would be again: method, version, encoding; no such data;
        // an argument; a picture.
        12 | 20..=25 | 31 | 40 | 41 | 51 => Meaning::Refused,
        // -1: OPPO is not available; 59 is met, and nobody says what it means.
        -1 | 59 => Meaning::Transient,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
