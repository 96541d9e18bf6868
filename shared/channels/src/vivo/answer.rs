//! What vivo's answer means for us. Pure. Codes: vivo push's return codes.

use crate::driver::Told;
use crate::meaning::{Meaning, Said, Sayings, undocumented};
use crate::read::{Code, Devices, Node};

/// Whom an answer calls invalid: under `invalidUser` for one device, under
/// `invalidUsers` for a list. `None` when that cannot be read.
fn invalid_users(answer: &Node) -> Option<Vec<Node>> {
    let mut invalid = answer.field("invalidUser").entries()?.into_owned();
    invalid.extend(answer.field("invalidUsers").entries()?.into_owned());
    // An entry with nothing in it is no entry.
    invalid.retain(|user| !user.is_nothing());
    Some(invalid)
}

/// Why a device that is called invalid is. That it is, is said by its being
/// named: what cannot be read of it is a "no" for good, since it would be
/// the same, asked again.
fn invalid(user: &Node) -> Said {
    let (reason, meaning) = match user.field("status").code() {
        // Not known to vivo; so is a device of another app.
        Code::Number(1) => ("vivo:invalid_user_1".to_owned(), Meaning::Unknown),
        // Known: uninstalled, or no longer subscribed.
        Code::Number(2) => ("vivo:invalid_user_2".to_owned(), Meaning::Gone),
        // 4: not one of the app's test devices, which is what we do not ask for. Others: not documented.
        Code::Number(status) => (format!("vivo:invalid_user_{status}"), Meaning::Refused),
        Code::None | Code::Unreadable => ("vivo:invalid_user".to_owned(), Meaning::Refused),
    };
    Said::new(reason, meaning)
}

/// Reads an answer to `/message/send`.
pub(super) fn classify_send(told: &Told<'_>) -> Said {
    let (whole, answer) = read(told, "");
    if !matches!(whole.meaning, Meaning::Accepted | Meaning::Gone | Meaning::Unknown) {
        return whole;
    }
    // It says more than the code beside it, and there is one device only that it can be about.
    match invalid_users(&answer) {
        None => Said::new("vivo:invalid_user", Meaning::Refused),
        Some(users) => users.first().map_or(whole, invalid),
    }
}

/// Reads an answer to `/message/saveListPayload`: the id it was saved under.
pub(super) fn classify_save(told: &Told<'_>) -> Result<String, Said> {
    let (mut said, answer) = read(told, "");
    if matches!(said.meaning, Meaning::Gone | Meaning::Unknown) {
        // It names no device that could be gone: who says so is not believed, and asked again.
        said.meaning = Meaning::Transient;
    }
    said.given(answer.field("taskId").text(), "vivo:unreadable")
}

/// Reads an answer to `/message/pushToList` with these devices.
pub(super) fn classify_list(told: &Told<'_>, tokens: &[&str]) -> Sayings {
    let (list, answer) = read(told, "");
    match list.meaning {
        Meaning::Accepted => each(list, &answer, tokens),
        Meaning::Gone | Meaning::Unknown if tokens.len() > 1 => Sayings::OneIsBad(list),
        // It was saved a moment ago. Asked again it is saved anew.
        Meaning::NotThere => Sayings::All(Said::new(list.reason, Meaning::Transient)),
        _ => Sayings::All(list),
    }
}

/// Reads an answer to a recall. [`Meaning::NotThere`]: it takes nothing back,
/// neither now nor later; there is no such sending (any longer), or no such
/// recall.
pub(super) fn classify_recall(told: &Told<'_>) -> Said {
    let (said, answer) = read(told, "");
    let meaning = match (told.status.as_u16(), answer.field("result").code().number()) {
        (401 | 429 | 500.., _) => said.meaning,
        // Nobody has seen vivo's recall answer. What we do not know is no recall, and
        // neither is a "no" to what we sent.
        (_, Some(code)) if code != 0 => match documented(code) {
            None | Some(Meaning::Refused | Meaning::Gone | Meaning::Unknown | Meaning::Transient) => Meaning::NotThere,
            Some(meaning) => meaning,
        },
        (400..=499, None) => Meaning::NotThere,
        _ => said.meaning,
    };
    Said { meaning, ..said }
}

/// Reads a login's answer: the token.
pub(super) fn classify_login(told: &Told<'_>) -> Result<String, Said> {
    let (said, answer) = read(told, "login_");
    said.given(answer.field("authToken").text(), "vivo:login_unreadable")
}

fn read(told: &Told<'_>, call: &str) -> (Said, Node) {
    let status = told.status.as_u16();
    let answer = Node::parse(told.body).unwrap_or(Node::Null);
    let result = answer.field("result").code().number();
    let reason = result.map_or_else(|| format!("vivo:{call}http_{status}"), |code| format!("vivo:{call}{code}"));
    let meaning = match (status, result) {
        (401, _) => Meaning::SessionRefused,
        (429 | 503, _) => Meaning::Throttled,
        (500.., _) => Meaning::Transient,
        // vivo says yes under 200 only.
        (status, Some(code)) if status == 200 || code != 0 => documented(code).unwrap_or_else(|| undocumented(status)),
        // The address is wrong.
        (404 | 405, None) => Meaning::Misconfigured,
        _ => Meaning::Transient,
    };
    let said = Said::new(reason, meaning).after(told.retry_after);
    (said, answer)
}

/// A list that was taken says whom it was not taken for. Where that cannot be
/// read, or names somebody we did not ask for, nobody can say who was meant: to
/// claim that any was taken would be a guess. Smaller lists find it.
fn each(list: Said, answer: &Node, tokens: &[&str]) -> Sayings {
    let devices = Devices::new(tokens.iter().copied());
    let code = list.reason.clone();
    let mut each = vec![list; tokens.len()];
    let users = invalid_users(answer);
    let named = |user: &Node| devices.find(&user.field("userid").text()?).map(|at| (at, invalid(user)));
    let Some(told) = users.and_then(|users| users.iter().map(named).collect::<Option<Vec<_>>>()) else {
        return Sayings::OneIsBad(Said::new("vivo:invalid_users", Meaning::Transient));
    };
    for (at, said) in told {
        each[at] = said;
    }
    Sayings::Each { code, said: each }
}

/// `None` for a code that nobody documents.
fn documented(code: i64) -> Option<Meaning> {
    Some(match code {
        0 => Meaning::Accepted,
        10000 => Meaning::SessionRefused,
        // Resources, calls, logins: too many at once.
        10040 | 10072 | 10093 => Meaning::Throttled,
        // 10070, 10073: the day's messages of the class; 10071: not at this hour. 10252: more
        // than vivo saves of lists; it cannot be our notice, which is far below any length.
        10070 | 10071 | 10073 | 10252 => Meaning::QuotaUsedUp,
        // No id; an illegal id, which one of another app is as well.
        10050 | 10302 => Meaning::Unknown,
        // Known, and not to be pushed to, such as a device whose user allows no notifications.
        10311 => Meaning::Gone,
        // No task id; an illegal one; no such message, or not any longer.
        10151 | 10152 | 10155 => Meaning::NotThere,
        // The app's push is off, under review, its switch for system messages off; its id,
        // key, signature or our clock wrong. A person can put each right in vivo's console
        // or our secret, and then the same call works.
        10043 | 10045 | 10082 | 10094 | 10200..=10207 => Meaning::Misconfigured,
        // What we sent is wrong, and would be again: a parameter, the text, the category,
        // the size of the list, the request id.
        10051 | 10054..=10067 | 10095..=10097 | 10103 | 10104 | 10150 | 10153 | 10352 | 10353 => Meaning::Refused,
        // Met, and nobody says what they mean.
        10085 | 10110 | 10111 => Meaning::Transient,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
