//! Answers that every channel gives in the same form.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use revocation_app::ports::Order;
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::{ToCall, reason};
use revocation_rules::retry::{Answer, AttemptFailure};

/// Longest code of a vendor that becomes part of a reason.
const MAX_CODE_CHARS: usize = 40;

/// The vendor took the notice.
pub(crate) fn overwritten() -> Answer {
    Answer::Ended {
        outcome: Outcome::Overwritten,
        reason: reason::ACCEPTED.to_owned(),
    }
}

/// The vendor took the message off the device.
pub(crate) fn recalled() -> Answer {
    Answer::Ended {
        outcome: Outcome::Recalled,
        reason: reason::ACCEPTED.to_owned(),
    }
}

/// The vendor took the recall as a whole, and says nothing of single devices.
pub(crate) fn recalled_as_a_whole() -> Answer {
    Answer::Ended {
        outcome: Outcome::Recalled,
        reason: reason::ACCEPTED_AS_A_WHOLE.to_owned(),
    }
}

/// Nothing more today. Ends as failed, so that it can be replayed when there is a quota again.
pub(crate) fn quota_used_up(reason: String) -> Answer {
    Answer::Ended {
        outcome: Outcome::Failed,
        reason,
    }
}

pub(crate) fn gone(reason: String) -> Answer {
    Answer::Ended {
        outcome: Outcome::TargetGone,
        reason,
    }
}

/// The vendor does not know the device: it is gone, or a setting of ours is wrong.
pub(crate) fn unknown(reason: String) -> Answer {
    Answer::Unknown { reason }
}

pub(crate) fn refused(reason: String) -> Answer {
    Answer::Ended {
        outcome: Outcome::Refused,
        reason,
    }
}

/// The rules send no such delivery here; if one comes, it still ends honestly.
pub(crate) fn without_handle() -> Answer {
    Answer::Ended {
        outcome: Outcome::NotRevocable,
        reason: reason::NO_HANDLE.to_owned(),
    }
}

pub(crate) fn transient(reason: impl Into<String>) -> AttemptFailure {
    AttemptFailure::Transient { reason: reason.into() }
}

pub(crate) fn throttled(reason: impl Into<String>, retry_after: Option<Duration>) -> AttemptFailure {
    AttemptFailure::Throttled {
        retry_after,
        reason: reason.into(),
    }
}

/// Whoever says how long to wait is throttling, whatever the status and the code.
pub(crate) fn waiting(failure: AttemptFailure, retry_after: Option<Duration>) -> AttemptFailure {
    match (failure, retry_after) {
        (AttemptFailure::Transient { reason }, Some(_)) => throttled(reason, retry_after),
        (failure, _) => failure,
    }
}

pub(crate) fn misconfigured(reason: impl Into<String>) -> AttemptFailure {
    AttemptFailure::Misconfigured { reason: reason.into() }
}

/// The same failure for every delivery of the order.
pub(crate) fn all_failed(order: &Order<'_>, failure: &AttemptFailure) -> Vec<(usize, Answer)> {
    order
        .calls
        .iter()
        .map(|call| (call.slot, Answer::Failed(failure.clone())))
        .collect()
}

/// Nothing was asked of the vendor.
pub(crate) fn none_tried(order: &Order<'_>) -> Vec<(usize, Answer)> {
    order.calls.iter().map(|call| (call.slot, Answer::NotTried)).collect()
}

/// A vendor's code, if it looks like one. Codes are logged and stored, so a
/// text that a vendor (or somebody between) put in its place is not.
pub(crate) fn code(text: &str) -> Option<&str> {
    let is_code = !text.is_empty() && text.len() <= MAX_CODE_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then_some(text)
}

/// Is a setting at fault? Then credentials are worth being read anew.
pub(crate) const fn is_misconfigured(answer: &Answer) -> bool {
    matches!(answer, Answer::Failed(AttemptFailure::Misconfigured { .. }))
}

/// What of an order has no answer yet.
pub(crate) fn unanswered<'a>(order: &Order<'a>, answers: &[(usize, Answer)]) -> Vec<ToCall<'a>> {
    let answered: HashSet<usize> = answers.iter().map(|(slot, _)| *slot).collect();
    order.calls.iter().filter(|call| !answered.contains(&call.slot)).copied().collect()
}

/// How often each reason came.
pub(crate) fn codes(answers: &[(usize, Answer)]) -> BTreeMap<&str, usize> {
    let mut codes = BTreeMap::new();
    for (_, answer) in answers {
        let reason = match answer {
            Answer::Ended { reason, .. } | Answer::Unknown { reason } => reason,
            Answer::Failed(failure) => failure.reason(),
            Answer::NotTried => "not_tried",
        };
        *codes.entry(reason).or_insert(0) += 1;
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_was_asked_for_is_never_forgotten() {
        let wait = Some(Duration::from_secs(7));
        assert_eq!(waiting(transient("v:http_502"), wait), throttled("v:http_502", wait));
        assert_eq!(waiting(transient("v:http_502"), None), transient("v:http_502"));
        assert_eq!(waiting(misconfigured("v:1"), wait), misconfigured("v:1"));
    }

    #[test]
    fn only_what_looks_like_a_code_is_one() {
        assert_eq!(code("80000000"), Some("80000000"));
        assert_eq!(code("BadDeviceToken"), Some("BadDeviceToken"));
        assert_eq!(code(""), None);
        assert_eq!(code("token=abc"), None);
        assert_eq!(code(&"x".repeat(41)), None);
    }
}
