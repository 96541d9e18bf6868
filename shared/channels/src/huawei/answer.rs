//! What Huawei's answer means for us. Pure. Codes: Push Kit's REST reference.

use std::collections::HashSet;
use std::time::Duration;

use http::StatusCode;
use revocation_rules::retry::AttemptFailure;

use crate::answers::{misconfigured, throttled, transient};
use crate::meaning::{Meaning, undocumented};
use crate::read::{Code, Devices, Node};

/// A session whose end can not be read is used for half of this, as if it were
/// the shortest that is of use.
const SHORT_SESSION: Duration = Duration::from_mins(10);

/// One answer of `messages:send`, for all tokens of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Accepted,
    /// Accepted, but for these of the call's devices, which Huawei does not know.
    AcceptedBut(HashSet<usize>),
    /// Not for all devices; for which, can not be read.
    SomeUnknown,
    AllUnknown,
    /// No for good.
    Refused,
    /// The session is not, or no longer, good.
    SessionRefused,
    Failed(AttemptFailure),
}

/// A reading, and the code to store and log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Such as `huawei:80300007` or `huawei:http_502`.
    pub reason: String,
    pub reading: Reading,
}

const SUCCESS: i64 = 80_000_000;
const PARTIAL: i64 = 80_100_000;
/// Huawei could not ask its own login: its advice is to check the client's id and secret.
const LOGIN_UNASKED: i64 = 80_600_003;

/// Reads an answer to a call with these tokens.
pub(super) fn classify<'a>(
    status: StatusCode,
    retry_after: Option<Duration>,
    body: &[u8],
    tokens: impl IntoIterator<Item = &'a str>,
) -> Verdict {
    let answer = Node::parse(body).unwrap_or(Node::Null);
    let known = answer.field("code").code().number();
    let reason = known.map_or_else(|| format!("huawei:http_{}", status.as_u16()), |code| format!("huawei:{code}"));
    let failed_transiently = || Reading::Failed(transient(reason.clone()));
    let reading = match (status.as_u16(), known) {
        (401, _) => Reading::SessionRefused,
        // Flow control: the app's devices per second are used up.
        (503, _) | (429, None) => Reading::Failed(throttled(reason.clone(), retry_after)),
        // The login is wrong; the address or the app id in it is.
        (500.., Some(LOGIN_UNASKED)) | (404 | 405, None) => Reading::Failed(misconfigured(reason.clone())),
        (200, Some(SUCCESS)) => taken(answer.field("msg"), SUCCESS, tokens),
        (200, Some(PARTIAL)) => taken(answer.field("msg"), PARTIAL, tokens),
        (500.., _) | (_, None | Some(SUCCESS | PARTIAL)) => failed_transiently(),
        (status, Some(code)) => by_code(status, code, reason.clone(), retry_after),
    };
    Verdict { reason, reading }
}

fn by_code(status: u16, code: i64, reason: String, retry_after: Option<Duration>) -> Reading {
    match documented(code).unwrap_or_else(|| by_family(status, code)) {
        Meaning::Unknown => Reading::AllUnknown,
        Meaning::SessionRefused => Reading::SessionRefused,
        Meaning::Throttled => Reading::Failed(throttled(reason, retry_after)),
        Meaning::Misconfigured => Reading::Failed(misconfigured(reason)),
        Meaning::Refused => Reading::Refused,
        // The others are no code's meaning here: a yes is told from its whole answer above.
        Meaning::Transient | Meaning::Accepted | Meaning::Gone | Meaning::NotThere | Meaning::QuotaUsedUp => {
            Reading::Failed(transient(reason))
        }
    }
}

/// `None` for a code that nobody documents.
fn documented(code: i64) -> Option<Meaning> {
    Some(match code {
        SUCCESS | PARTIAL => Meaning::Accepted,
        // None of the tokens is good. Also said of tokens of another app.
        80_300_007 => Meaning::Unknown,
        // A failed session; an expired one; an expired one, or one too long, of another form.
        80_200_001 | 80_200_003 | 80_200_005 | 80_300_036 => Meaning::SessionRefused,
        // More than 100 topic tasks at once.
        80_100_017 => Meaning::Throttled,
        // What we sent is wrong, and would be again: parameter, structure, ttl, collapse key,
        // sensitive content, its signature, the address of receipts, an image, too long, too
        // many tokens, of several apps; 82: topics, which we never send to.
        80_100_001..=80_100_004
        | 80_100_013
        | 80_100_016
        | 80_100_018
        | 80_100_020
        | 80_100_022
        | 80_300_008
        | 80_300_010
        | 80_300_013
        | 80_300_017
        | 82_000_001..=82_000_013 => Meaning::Refused,
        // The app lacks a right (80300002: to push at all; 80300011: to this importance), its
        // tokens are another app's, it is punished, or its login is wrong. A person can put
        // it right in AppGallery Connect or our secret, and then the same call works.
        80_300_002 | 80_300_011 | 80_300_028 | 80_300_032 | 80_300_037 | LOGIN_UNASKED => Meaning::Misconfigured,
        // An error inside Huawei.
        80_000_001 | 81_000_001 => Meaning::Transient,
        _ => return None,
    })
}

/// Huawei's codes come in families, and a new one belongs to its own: 801 and 803
/// are about what was sent, 802 about the session, 82 about topics.
const fn by_family(status: u16, code: i64) -> Meaning {
    match code {
        80_100_000..=80_199_999 | 80_300_000..=80_399_999 | 82_000_000..=82_999_999 => Meaning::Refused,
        80_200_000..=80_299_999 => Meaning::SessionRefused,
        _ => undocumented(status),
    }
}

/// Whom a yes is for. What `msg` says is JSON text, or the object itself; under
/// success it is a word. If it says that some were not taken, and not readably
/// which, nobody can be claimed: they are asked for again in smaller calls.
fn taken<'a>(msg: &Node, code: i64, sent: impl IntoIterator<Item = &'a str>) -> Reading {
    let said = msg.unwrapped();
    match (&*said, code) {
        (Node::Object(_), _) => {}
        (Node::Null | Node::Text(_) | Node::Number(_) | Node::Bool(_), SUCCESS) => return Reading::Accepted,
        _ => return Reading::SomeUnknown,
    }
    let tokens: Vec<&str> = sent.into_iter().collect();
    let Some(illegal) = illegal(&said, &tokens) else {
        return Reading::SomeUnknown;
    };
    let counts = [("failure", illegal.len()), ("success", tokens.len() - illegal.len())];
    let agrees = |(name, named): (&str, usize)| match said.field(name).code() {
        Code::None => None,
        Code::Number(count) => Some(usize::try_from(count) == Ok(named)),
        Code::Unreadable => Some(false),
    };
    let fits = counts.map(agrees);
    if fits.contains(&Some(false)) {
        return Reading::SomeUnknown;
    }
    match (illegal.is_empty(), code) {
        (true, SUCCESS) => Reading::Accepted,
        // It says that not all were taken, and its counts that all were.
        (true, _) if fits == [Some(true); 2] => Reading::Accepted,
        (true, _) => Reading::SomeUnknown,
        (false, _) => Reading::AcceptedBut(illegal),
    }
}

/// The devices that Huawei calls illegal. `None` when that can not be read, or
/// names somebody else. The later service writes `illegalTokens`, sorted by reason.
fn illegal(said: &Node, tokens: &[&str]) -> Option<HashSet<usize>> {
    let devices = Devices::new(tokens.iter().copied());
    let mut illegal = HashSet::new();
    for list in ["illegal_tokens", "illegalTokens"] {
        for name in said.field(list).names()? {
            illegal.insert(devices.find(&name)?);
        }
    }
    Some(illegal)
}

/// Reads a login's answer: the access token and how long it is good.
pub(super) fn classify_login(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Result<(String, Duration), AttemptFailure> {
    match status.as_u16() {
        200 => {
            let answer = Node::parse(body).unwrap_or(Node::Null);
            let token = answer
                .field("access_token")
                .text()
                .ok_or_else(|| transient("huawei:login_unreadable"))?;
            let secs = answer.field("expires_in").code().number();
            let good_for = secs.and_then(|secs| u64::try_from(secs).ok()).filter(|secs| *secs > 0);
            Ok((token, good_for.map_or(SHORT_SESSION, Duration::from_secs)))
        }
        429 | 503 => Err(throttled(format!("huawei:login_http_{}", status.as_u16()), retry_after)),
        // The id or the secret is wrong.
        400..=499 => Err(misconfigured(format!("huawei:login_http_{}", status.as_u16()))),
        other => Err(transient(format!("huawei:login_http_{other}"))),
    }
}

#[cfg(test)]
mod tests;
