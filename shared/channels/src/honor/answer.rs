//! What Honor's answer means for us. Pure. Codes: tables of others who send
//! through it; Honor's own could not be read.

use std::collections::HashSet;

use crate::driver::Told;
use crate::meaning::{Meaning, Said, Sayings, undocumented};
use crate::read::{Devices, Node};

const SUCCESS: i64 = 200;
/// The success of Huawei's service, which Honor's was.
const OLD_SUCCESS: i64 = 80_000_000;
const PARTIAL: i64 = 80_100_000;

/// Reads an answer of `sendMessage` to a call with these tokens.
pub(super) fn classify(told: &Told<'_>, tokens: &[&str]) -> Sayings {
    let answer = Node::parse(told.body).unwrap_or(Node::Null);
    let status = told.status.as_u16();
    let known = answer.field("code").code().number();
    let meaning = match (status, known) {
        (401, _) | (403, None) => Meaning::SessionRefused,
        // Calls a second.
        (503, _) | (429, None) => Meaning::Throttled,
        // The address or the app id in it.
        (404 | 405, None) => Meaning::Misconfigured,
        (200, Some(SUCCESS | OLD_SUCCESS | PARTIAL)) => Meaning::Accepted,
        (500.., _) | (_, None | Some(SUCCESS | OLD_SUCCESS | PARTIAL)) => Meaning::Transient,
        (status, Some(code)) => documented(code).unwrap_or_else(|| undocumented(status)),
    };
    let reason = known.map_or_else(|| format!("honor:http_{status}"), |code| format!("honor:{code}"));
    let said = Said::new(reason, meaning).after(told.retry_after);
    match (said.meaning, known) {
        (Meaning::Accepted, Some(code)) => taken(said, &answer.field("data").unwrapped(), code, tokens),
        _ => Sayings::All(said),
    }
}

/// `None` for a code that nobody documents.
fn documented(code: i64) -> Option<Meaning> {
    Some(match code {
        SUCCESS | OLD_SUCCESS | PARTIAL => Meaning::Accepted,
        // None of the tokens is good.
        80_300_007 => Meaning::Unknown,
        403 => Meaning::SessionRefused,
        // Calls a second.
        503 => Meaning::Throttled,
        // Test messages of the day. Ours are none, but Honor says that it is over.
        80_200_047 => Meaning::QuotaUsedUp,
        // What we sent is wrong, and would be again: a parameter, no tokens, the structure, a token
        // twice, too long, too many tokens, a receipt's id, an image, sensitive content.
        400 | 10_300 | 80_100_003 | 80_200_020 | 80_200_050 | 80_200_056 | 80_300_006 | 80_300_008 | 80_300_010 => Meaning::Refused,
        // The address or the app id in it; the clock, which Honor compares with its own; no right.
        404 | 10_001 | 10_205 | 10_207 | 80_200_022 => Meaning::Misconfigured,
        // An error inside Honor.
        500 | 502 => Meaning::Transient,
        _ => return None,
    })
}

/// Whom a yes is for. Honor lists the tokens that failed and those that are no longer good. A list
/// that cannot be read, or names somebody else, claims nobody, and neither does a code that says
/// that some failed and not which: they are asked for again in smaller calls.
fn taken(yes: Said, data: &Node, code: i64, tokens: &[&str]) -> Sayings {
    let devices = Devices::new(tokens.iter().copied());
    let named = |list: &str| -> Option<HashSet<usize>> {
        let names = data.field(list).names()?;
        names.iter().map(|name| devices.find(name)).collect()
    };
    let some_unknown = |yes: Said| {
        Sayings::OneIsBad(Said {
            meaning: Meaning::Unknown,
            ..yes
        })
    };
    let (Some(failed), Some(expired)) = (named("failTokens"), named("expireTokens")) else {
        return some_unknown(yes);
    };
    let bad = failed.union(&expired).count();
    let others_are_taken = match (sent(data.field("sendResult")), code) {
        (Some(sent), _) => sent,
        // That some failed says already that the others did not.
        (None, code) => code == PARTIAL,
    };
    match (bad, others_are_taken) {
        (0, _) if code == PARTIAL => some_unknown(yes),
        (0, true) => Sayings::All(yes),
        (0, false) => Sayings::All(Said::new("honor:not_sent", Meaning::Transient).after(yes.retry_after)),
        (bad, false) if bad < tokens.len() => some_unknown(yes),
        (..) => {
            let said = (0..tokens.len()).map(|at| match (expired.contains(&at), failed.contains(&at)) {
                (true, _) => Said::new("honor:expired_token", Meaning::Gone),
                (false, true) => Said::new("honor:failed_token", Meaning::Unknown),
                (false, false) => yes.clone(),
            });
            Sayings::Each {
                said: said.collect(),
                code: yes.reason.clone(),
            }
        }
    }
}

/// `sendResult`; `None` where it is not said. What cannot be read is no yes.
fn sent(node: &Node) -> Option<bool> {
    if node.is_nothing() {
        return None;
    }
    Some(match node {
        Node::Bool(sent) => *sent,
        Node::Text(text) => text.trim().eq_ignore_ascii_case("true"),
        Node::Null | Node::Number(_) | Node::List(_) | Node::Object(_) | Node::Contradiction => false,
    })
}

#[cfg(test)]
mod tests;
