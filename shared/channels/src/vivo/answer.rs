//! What vivo's answer means for us. Pure. Codes: vivo push's return codes.

use std::collections::HashMap;

use serde::Deserialize;

use crate::driver::Told;
use crate::meaning::{Meaning, Said, number};

/// One answer to `/message/pushToList`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// The same for every delivery of the call.
    All(Said),
    /// One for each delivery of the call, in their order.
    Each(Vec<Said>),
    /// One of several devices is bad, and nobody says which.
    OneIsBad(Said),
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answer {
    #[serde(deserialize_with = "number")]
    result: Option<i64>,
    auth_token: Option<String>,
    task_id: Option<String>,
    /// Of `/message/send`.
    invalid_user: Option<InvalidUser>,
    /// Of `/message/pushToList`.
    invalid_users: Option<Vec<InvalidUser>>,
}

#[derive(Deserialize)]
struct InvalidUser {
    #[serde(default, deserialize_with = "number")]
    status: Option<i64>,
    #[serde(default)]
    userid: String,
}

impl InvalidUser {
    fn said(&self) -> Said {
        let (reason, meaning) = match self.status {
            // Unknown; uninstalled, or no longer subscribed.
            Some(status @ (1 | 2)) => (format!("vivo:invalid_user_{status}"), Meaning::Gone),
            // 4: not one of the app's test devices, which is what we do not ask for.
            Some(status @ 4) => (format!("vivo:invalid_user_{status}"), Meaning::Refused),
            Some(status) => (format!("vivo:invalid_user_{status}"), Meaning::Transient),
            None => ("vivo:invalid_user".to_owned(), Meaning::Transient),
        };
        said(reason, meaning)
    }
}

fn said(reason: impl Into<String>, meaning: Meaning) -> Said {
    Said {
        reason: reason.into(),
        meaning,
        retry_after: None,
    }
}

/// Reads an answer to `/message/send`.
pub(super) fn classify_send(told: &Told<'_>) -> Said {
    let (said, answer) = read(told, "");
    match (answer.invalid_user, said.meaning) {
        // It says more than the code beside it.
        (Some(invalid), Meaning::Accepted | Meaning::Gone) => invalid.said(),
        _ => said,
    }
}

/// Reads an answer to `/message/saveListPayload`: the id it was saved under.
pub(super) fn classify_save(told: &Told<'_>) -> Result<String, Said> {
    let (mut said, answer) = read(told, "");
    if said.meaning == Meaning::Gone {
        // It names no device that could be gone: who says so is not believed, and asked again.
        said.meaning = Meaning::Transient;
    }
    given(said, answer.task_id, "vivo:unreadable")
}

/// Reads an answer to `/message/pushToList` with these devices.
pub(super) fn classify_list(told: &Told<'_>, tokens: &[&str]) -> Reading {
    let (list, answer) = read(told, "");
    match list.meaning {
        Meaning::Accepted => each(&list, &answer.invalid_users.unwrap_or_default(), tokens),
        Meaning::Gone if tokens.len() > 1 => Reading::OneIsBad(list),
        // It was saved a moment ago. Asked again it is saved anew.
        Meaning::NotThere => Reading::All(said(list.reason, Meaning::Transient)),
        _ => Reading::All(list),
    }
}

/// Reads an answer to a recall. [`Meaning::NotThere`]: it takes nothing back,
/// neither now nor later; there is no such sending (any longer), or no such
/// recall.
pub(super) fn classify_recall(told: &Told<'_>) -> Said {
    let (said, answer) = read(told, "");
    let meaning = match (told.status.as_u16(), answer.result) {
        (401 | 429 | 500.., _) => said.meaning,
        // Nobody has seen vivo's recall answer. What we do not know is no recall, and
        // neither is a "no" to what we sent.
        (_, Some(code)) if code != 0 => match by_code(code) {
            None | Some(Meaning::Refused | Meaning::Gone) => Meaning::NotThere,
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
    given(said, answer.auth_token, "vivo:login_unreadable")
}

fn given(whole: Said, text: Option<String>, unreadable: &str) -> Result<String, Said> {
    match text.filter(|text| !text.is_empty()) {
        _ if whole.meaning != Meaning::Accepted => Err(whole),
        Some(text) => Ok(text),
        None => Err(said(unreadable, Meaning::Transient)),
    }
}

fn read(told: &Told<'_>, call: &str) -> (Said, Answer) {
    let status = told.status.as_u16();
    let answer: Answer = serde_json::from_slice(told.body).unwrap_or_default();
    let reason = answer
        .result
        .map_or_else(|| format!("vivo:{call}http_{status}"), |code| format!("vivo:{call}{code}"));
    let meaning = match (status, answer.result) {
        (401, _) => Meaning::SessionRefused,
        (429 | 503, _) => Meaning::Throttled,
        (500.., _) => Meaning::Transient,
        // vivo says yes under 200 only. Whatever else comes is told by its code alone.
        (200, Some(code)) => by_code(code).unwrap_or(Meaning::Transient),
        (_, Some(code)) if code != 0 => by_code(code).unwrap_or(Meaning::Transient),
        // The address is wrong.
        (404 | 405, None) => Meaning::Misconfigured,
        _ => Meaning::Transient,
    };
    let said = Said {
        reason,
        meaning,
        retry_after: told.retry_after,
    };
    (said, answer)
}

/// A list that was taken says whom it was not taken for. If it names somebody
/// we did not ask for, nobody can say who was meant: to claim that any was
/// taken would be a guess. Asking again shows the same notice again, silently.
fn each(list: &Said, invalid: &[InvalidUser], tokens: &[&str]) -> Reading {
    let mut by_id: HashMap<&str, Option<Said>> = tokens.iter().map(|token| (*token, None)).collect();
    for user in invalid {
        match by_id.get_mut(user.userid.as_str()) {
            Some(slot) => *slot = Some(user.said()),
            None => return Reading::All(said("vivo:invalid_users", Meaning::Transient)),
        }
    }
    let of = |token: &&str| by_id.get(token).cloned().flatten().unwrap_or_else(|| list.clone());
    Reading::Each(tokens.iter().map(of).collect())
}

/// `None` for a code that nobody documents.
fn by_code(code: i64) -> Option<Meaning> {
    Some(match code {
        0 => Meaning::Accepted,
        10000 => Meaning::SessionRefused,
        // Resources, calls, logins: too many at once.
        10040 | 10072 | 10093 => Meaning::Throttled,
        // 10070, 10073: the day's messages of the class; 10071: not at this hour. 10252: more
        // than vivo saves of lists; it can not be our notice, which is far below any length.
        10070 | 10071 | 10073 | 10252 => Meaning::QuotaUsedUp,
        // No id; an illegal id; no device that can be pushed to, such as one whose user
        // allows no notifications.
        10050 | 10302 | 10311 => Meaning::Gone,
        // No task id; an illegal one; no such message, or not any longer.
        10151 | 10152 | 10155 => Meaning::NotThere,
        // The app's push is off, under review, its switch for system messages off; its id,
        // key, signature or our clock wrong. A person can put each right in vivo's console
        // or our secret, and then the same call works.
        10043 | 10045 | 10082 | 10094 | 10200..=10207 => Meaning::Misconfigured,
        // What we sent is wrong, and would be again: a parameter, the text, the category,
        // the size of the list, the request id.
        10051 | 10054..=10067 | 10095..=10097 | 10103 | 10104 | 10150 | 10153 | 10352 | 10353 => Meaning::Refused,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
