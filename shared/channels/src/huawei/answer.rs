//! What Huawei's answer means for us. Pure. Codes: Push Kit's REST reference.

use std::collections::HashSet;

use crate::driver::Told;
use crate::meaning::{Meaning, Said, Sayings, undocumented};
use crate::read::{Devices, Node, counts_fit};

const SUCCESS: i64 = 80_000_000;
const PARTIAL: i64 = 80_100_000;
/// Huawei could not ask its own login: its advice is to check the client's id and secret.
const LOGIN_UNASKED: i64 = 80_600_003;

/// Reads an answer of `messages:send` to a call with these tokens.
pub(super) fn classify(told: &Told<'_>, tokens: &[&str]) -> Sayings {
    let answer = Node::parse(told.body).unwrap_or(Node::Null);
    let status = told.status.as_u16();
    let known = answer.field("code").code().number();
    let meaning = match (status, known) {
        (401, _) => Meaning::SessionRefused,
        // Flow control: the app's devices per second are used up.
        (503, _) | (429, None) => Meaning::Throttled,
        // The login is wrong; the address or the app id in it is.
        (500.., Some(LOGIN_UNASKED)) | (404 | 405, None) => Meaning::Misconfigured,
        (200, Some(SUCCESS | PARTIAL)) => Meaning::Accepted,
        (500.., _) | (_, None | Some(SUCCESS | PARTIAL)) => Meaning::Transient,
        (status, Some(code)) => documented(code).unwrap_or_else(|| by_family(status, code)),
    };
    let reason = known.map_or_else(|| format!("huawei:http_{status}"), |code| format!("huawei:{code}"));
    let said = Said::new(reason, meaning).after(told.retry_after);
    match (said.meaning, known) {
        (Meaning::Accepted, Some(code)) => taken(said, answer.field("msg"), code, tokens),
        _ => Sayings::All(said),
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
fn taken(yes: Said, msg: &Node, code: i64, tokens: &[&str]) -> Sayings {
    let some_unknown = |yes: Said| {
        Sayings::OneIsBad(Said {
            meaning: Meaning::Unknown,
            ..yes
        })
    };
    let told = msg.unwrapped();
    match (&*told, code) {
        (Node::Object(_), _) => {}
        (Node::Null | Node::Text(_) | Node::Number(_) | Node::Bool(_), SUCCESS) => return Sayings::All(yes),
        _ => return some_unknown(yes),
    }
    let Some(illegal) = illegal(&told, tokens) else {
        return some_unknown(yes);
    };
    let fits = counts_fit(&told, tokens.len(), illegal.len());
    if fits.contains(&Some(false)) {
        return some_unknown(yes);
    }
    match (illegal.is_empty(), code) {
        (true, SUCCESS) => Sayings::All(yes),
        // It says that not all were taken, and its counts that all were.
        (true, _) if fits == [Some(true); 2] => Sayings::All(yes),
        (true, _) => some_unknown(yes),
        (false, _) => Sayings::all_but(&yes, tokens.len(), &illegal, &Said::new("huawei:illegal_token", Meaning::Unknown)),
    }
}

/// The devices that Huawei calls illegal. `None` when that cannot be read, or
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

#[cfg(test)]
mod tests;
