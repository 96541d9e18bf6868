//! What FCM's answer means for us. Pure. Codes: the reference of `ErrorCode`
//! and "FCM Error Codes".
//!
//! What `errorCode` says counts, and the status only where there is none: an
//! address that is gone and a project that is not there are both 404.

use std::time::Duration;

use crate::driver::Told;
use crate::meaning::{Meaning, Said, undocumented};
use crate::read::Node;
use crate::streams::About;

/// Google asks for a minute where it gives no time.
const QUOTA_WAIT: Duration = Duration::from_mins(1);
/// As long as Google asks to wait at first, when it is out of service.
const OUTAGE_WAIT: Duration = Duration::from_secs(10);

/// The `errorCode`s that there are. Only these become part of a reason.
pub(super) const CODES: [&str; 9] = [
    "UNREGISTERED",
    "SENDER_ID_MISMATCH",
    "INVALID_ARGUMENT",
    "THIRD_PARTY_AUTH_ERROR",
    "APNS_AUTH_ERROR",
    "QUOTA_EXCEEDED",
    "UNAVAILABLE",
    "INTERNAL",
    "UNSPECIFIED_ERROR",
];

pub(super) fn classify(told: &Told<'_>) -> (Said, About) {
    let answer = Node::parse(told.body).unwrap_or(Node::Null);
    let status = told.status.as_u16();
    let error = answer.field("error");
    let details = error.field("details").entries().unwrap_or_default();
    let code = error_code(&details);
    let (meaning, about) = match code.and_then(documented) {
        _ if status == 200 && error.is_nothing() => {
            let is_taken = answer.field("name").text().is_some();
            (if is_taken { Meaning::Accepted } else { Meaning::Transient }, About::One)
        }
        Some((Meaning::Unknown, about)) if is_about_another_field(&details) => (Meaning::Refused, about),
        Some(known) => known,
        None => by_status(status, &details),
    };
    let reason = code.map_or_else(|| format!("fcm:http_{status}"), |code| format!("fcm:{code}"));
    patient(Said::new(reason, in_earnest(meaning, status)), about, told.retry_after)
}

/// A server that is in trouble says neither yes nor no.
const fn in_earnest(meaning: Meaning, status: u16) -> Meaning {
    let ends = matches!(meaning, Meaning::Accepted | Meaning::Gone | Meaning::Unknown | Meaning::Refused);
    if ends && status >= 500 { Meaning::Transient } else { meaning }
}

/// With the wait that Google asks for, or that it has written down.
fn patient(said: Said, about: About, retry_after: Option<Duration>) -> (Said, About) {
    let is_throttled = said.meaning == Meaning::Throttled;
    match retry_after {
        // Whoever says how long to wait is throttling, and means everybody.
        Some(_) if is_throttled || said.meaning == Meaning::Transient => {
            let throttled = Said {
                meaning: Meaning::Throttled,
                ..said
            };
            (throttled.after(retry_after), About::Everyone)
        }
        None if is_throttled => {
            let wait = match about {
                About::One => OUTAGE_WAIT,
                About::Everyone => QUOTA_WAIT,
            };
            (said.after(Some(wait)), about)
        }
        Some(_) | None => (said, about),
    }
}

/// `None` for a code that nobody documents.
pub(super) fn documented(code: &str) -> Option<(Meaning, About)> {
    Some(match code {
        // The address is gone: the app was removed, or has another address by now.
        "UNREGISTERED" => (Meaning::Gone, About::One),
        // Another project's address; or no address at all. So is every one of a wrong project.
        "SENDER_ID_MISMATCH" | "INVALID_ARGUMENT" => (Meaning::Unknown, About::One),
        // The project's key for Apple or for browsers. Androids are served all the same.
        "THIRD_PARTY_AUTH_ERROR" | "APNS_AUTH_ERROR" => (Meaning::Misconfigured, About::One),
        // The project's, the device's or the topic's: nobody says which.
        "QUOTA_EXCEEDED" => (Meaning::Throttled, About::Everyone),
        "UNAVAILABLE" => (Meaning::Throttled, About::One),
        "INTERNAL" | "UNSPECIFIED_ERROR" => (Meaning::Transient, About::One),
        _ => return None,
    })
}

/// Answers of Google's that are none of FCM's.
fn by_status(status: u16, details: &[Node]) -> (Meaning, About) {
    match status {
        401 => (Meaning::SessionRefused, About::Everyone),
        // The project, its API, or the rights of the service account. A person can put it right.
        403 | 404 => (Meaning::Misconfigured, About::Everyone),
        429 => (Meaning::Throttled, About::Everyone),
        503 => (Meaning::Throttled, About::One),
        400 if names_the_address(details) => (Meaning::Unknown, About::One),
        200 => (Meaning::Transient, About::One),
        status => (undocumented(status), About::One),
    }
}

fn error_code(details: &[Node]) -> Option<&'static str> {
    let said = details.iter().find_map(|detail| detail.field("errorCode").text())?;
    CODES.into_iter().find(|code| *code == said)
}

/// The fields that a `google.rpc.BadRequest` complains about.
fn violations(details: &[Node]) -> impl Iterator<Item = String> {
    let lists = details.iter().filter_map(|detail| detail.field("fieldViolations").entries());
    let field = |violation: &Node| violation.field("field").text().unwrap_or_default().into_owned();
    lists.flat_map(move |list| list.iter().map(field).collect::<Vec<_>>())
}

fn is_the_address(field: &str) -> bool {
    matches!(field, "message.token" | "message.fid")
}

fn names_the_address(details: &[Node]) -> bool {
    violations(details).any(|field| is_the_address(&field))
}

/// An invalid argument that is not the address. Google says so of an address without naming a field.
fn is_about_another_field(details: &[Node]) -> bool {
    violations(details).next().is_some() && !names_the_address(details)
}

#[cfg(test)]
mod tests;
