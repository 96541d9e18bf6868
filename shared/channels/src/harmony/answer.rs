//! What Push Kit's answer means for us. Pure. Codes: its references of
//! `messages:send` and `messages:revoke`.

use std::collections::HashMap;

use crate::driver::Told;
use crate::meaning::{Meaning, Said, Sayings, undocumented};
use crate::read::{Devices, Node, counts_fit};

const SUCCESS: i64 = 80_000_000;
const PARTIAL: i64 = 80_100_000;
const ALL_ILLEGAL: i64 = 80_300_007;
/// A recall was checked, and some of it is not as it should be.
const SOME_CHECKED: i64 = 80_100_020;
const SEVERAL_APPS: i64 = 80_300_017;
const ANOTHER_APP: i64 = 80_300_028;
/// Of another project, or of the system that the device had before `HarmonyOS` 5.
const NO_RIGHT: &str = "noRight";

/// Reads the answer to a call with these tokens.
pub(super) fn classify(told: &Told<'_>, tokens: &[&str]) -> Sayings {
    let answer = Node::parse(told.body).unwrap_or(Node::Null);
    let status = told.status.as_u16();
    let known = answer.field("code").code().number();
    let meaning = match (status, known) {
        (401, _) => Meaning::SessionRefused,
        // Flow control: the app's devices per second, or everybody's.
        (503, _) | (429, None) => Meaning::Throttled,
        // The address, or an id in it, is wrong.
        (404 | 405, None) => Meaning::Misconfigured,
        (200, Some(SUCCESS | PARTIAL)) => Meaning::Accepted,
        (500.., _) | (_, None | Some(SUCCESS | PARTIAL)) => Meaning::Transient,
        (status, Some(code)) => documented(code).unwrap_or_else(|| by_family(status, code)),
    };
    let reason = known.map_or_else(|| format!("harmony:http_{status}"), |code| format!("harmony:{code}"));
    let said = Said::new(reason, meaning).after(told.retry_after);
    match (said.meaning, known) {
        (Meaning::Accepted, Some(code)) => taken(said, answer.field("msg"), code, tokens),
        (Meaning::Unknown, Some(ALL_ILLEGAL)) => none_taken(said, answer.field("msg"), tokens),
        // About some of them, and nobody says of which.
        (Meaning::Refused, Some(SOME_CHECKED | SEVERAL_APPS)) => Sayings::OneIsBad(said),
        // Of one device it says that the device is another app's; of several, that we name the wrong app.
        (Meaning::Misconfigured, Some(ANOTHER_APP)) if tokens.len() == 1 => Sayings::All(Said {
            meaning: Meaning::Unknown,
            ..said
        }),
        _ => Sayings::All(said),
    }
}

/// `None` for a code that nobody documents.
fn documented(code: i64) -> Option<Meaning> {
    Some(match code {
        SUCCESS | PARTIAL => Meaning::Accepted,
        // None of the tokens is good; mostly it says why.
        ALL_ILLEGAL => Meaning::Unknown,
        // A failed session (or one for another project); an expired one, in two forms; one for more than a day.
        80_200_001 | 80_200_003 | 80_200_005 | 80_300_036 => Meaning::SessionRefused,
        // What we sent is wrong, and would be again: parameter, structure, ttl, an image, too long, too
        // many tokens, of several apps, a test message with too many.
        80_100_001 | 80_100_003 | 80_100_004 | SOME_CHECKED | 80_100_022 | 80_300_008 | 80_300_010 | SEVERAL_APPS | 80_300_030 => {
            Meaning::Refused
        }
        // The day's test messages are used up; ours are none.
        80_300_029 => Meaning::Throttled,
        // The app lacks a right (80300002: to push at all, or the client id is not an app's; 80300032: to recall),
        // its tokens are another app's, it is punished. A person can put it right.
        80_300_002 | ANOTHER_APP | 80_300_032 | 80_300_037 => Meaning::Misconfigured,
        // An error inside Push Kit.
        80_000_001 | 81_000_001 => Meaning::Transient,
        _ => return None,
    })
}

/// The codes come in families, and a new one belongs to its own: 801 and 803 are
/// about what was sent, 802 about the session.
const fn by_family(status: u16, code: i64) -> Meaning {
    match code {
        80_100_000..=80_199_999 | 80_300_000..=80_399_999 => Meaning::Refused,
        80_200_000..=80_299_999 => Meaning::SessionRefused,
        _ => undocumented(status),
    }
}

/// What a reason says of the one device that it is given for. `None` for one that
/// nobody documents.
fn reason(name: &str) -> Option<Said> {
    let (name, meaning) = match name {
        "tokenFormatError" => ("tokenFormatError", Meaning::Unknown),
        "tokenPlatformNotSupport" => ("tokenPlatformNotSupport", Meaning::Unknown),
        NO_RIGHT => (NO_RIGHT, Meaning::Unknown),
        "countryNotSupport" => ("countryNotSupport", Meaning::Refused),
        "atomicUnableSendUnsubscribedMsg" => ("atomicUnableSendUnsubscribedMsg", Meaning::Refused),
        "differentImgVerifyPolicy" => ("differentImgVerifyPolicy", Meaning::Refused),
        "notSupportPlayVoice" => ("notSupportPlayVoice", Meaning::Refused),
        "noPushTypeRight" => ("noPushTypeRight", Meaning::Misconfigured),
        "disableSendHuaweiMsgBecauseOfPenalty" => ("disableSendHuaweiMsgBecauseOfPenalty", Meaning::Misconfigured),
        "noRightToSendThisLiveNotificationEvent" => ("noRightToSendThisLiveNotificationEvent", Meaning::Misconfigured),
        // "If the app was created just now, try again later."
        "appinfoError" => ("appinfoError", Meaning::Transient),
        _ => return None,
    };
    Some(Said::new(format!("harmony:{name}"), meaning))
}

/// Whom a yes is for. What `msg` says is JSON text, or the object itself; under
/// success it is a word. If it says that some were not taken, and not readably
/// which, nobody can be claimed: they are asked for again in smaller calls.
fn taken(yes: Said, msg: &Node, code: i64, tokens: &[&str]) -> Sayings {
    let nobody_knows = |yes: Said| {
        Sayings::OneIsBad(Said {
            meaning: Meaning::Transient,
            ..yes
        })
    };
    let told = msg.unwrapped();
    match (&*told, code) {
        (Node::Object(_), _) => {}
        (Node::Null | Node::Text(_) | Node::Number(_) | Node::Bool(_), SUCCESS) => return Sayings::All(yes),
        _ => return nobody_knows(yes),
    }
    let Some(illegal) = illegal(&told, tokens) else {
        return nobody_knows(yes);
    };
    let fits = counts_fit(&told, tokens.len(), illegal.len());
    match (illegal.is_empty(), code) {
        _ if fits.contains(&Some(false)) => nobody_knows(yes),
        (true, SUCCESS) => Sayings::All(yes),
        // It says that not all were taken, and its counts that all were.
        (true, _) if fits == [Some(true); 2] => Sayings::All(yes),
        (true, _) => nobody_knows(yes),
        (false, _) => each(yes, tokens.len(), illegal),
    }
}

/// None was taken, each for its reason. Whom no reason is given for is unknown, as all are without a list.
fn none_taken(no: Said, msg: &Node, tokens: &[&str]) -> Sayings {
    match illegal(&msg.unwrapped(), tokens) {
        Some(illegal) if !illegal.is_empty() => each(no, tokens.len(), illegal),
        _ => Sayings::All(no),
    }
}

/// `rest` of all but those for whom something else is said.
fn each(rest: Said, deliveries: usize, mut illegal: HashMap<usize, Said>) -> Sayings {
    let no_right = format!("harmony:{NO_RIGHT}");
    // A token or two may be another app's, or older than its device's system; all of them are not.
    if deliveries > 1 && illegal.len() == deliveries && illegal.values().all(|said| said.reason == no_right) {
        return Sayings::All(Said::new(no_right, Meaning::Misconfigured));
    }
    let said = (0..deliveries)
        .map(|at| illegal.remove(&at).unwrap_or_else(|| rest.clone()))
        .collect();
    Sayings::Each { said, code: rest.reason }
}

/// The devices that were not taken, each with why. `None` when that cannot be read,
/// names somebody else, or names one device for two reasons. A list without
/// reasons, as Android's service writes it, says that the devices are unknown.
fn illegal(told: &Node, tokens: &[&str]) -> Option<HashMap<usize, Said>> {
    let devices = Devices::new(tokens.iter().copied());
    let mut illegal: HashMap<usize, Said> = HashMap::new();
    let mut add = |said: &Said, list: &Node| {
        for name in list.names()? {
            let at = devices.find(&name)?;
            if illegal.insert(at, said.clone()).is_some_and(|before| before != *said) {
                return None;
            }
        }
        Some(())
    };
    for list in ["illegalTokens", "illegal_tokens"] {
        let list = told.field(list).unwrapped();
        let Node::Object(reasons) = &*list else {
            add(&Said::new("harmony:illegal_token", Meaning::Unknown), &list)?;
            continue;
        };
        for (name, list) in reasons {
            // Nobody can say what an undocumented reason means; nor is its text ours to store.
            let said = reason(name.trim()).unwrap_or_else(|| Said::new("harmony:illegal_token", Meaning::Transient));
            add(&said, list)?;
        }
    }
    Some(illegal)
}

#[cfg(test)]
mod tests;
