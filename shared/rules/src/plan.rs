//! What happens to each delivery of a batch that a revocation covers.

use jiff::Timestamp;

use crate::batch::{BatchHeader, Delivery, Handle, Sending};
use crate::channel::{Capability, Channel, Method};
use crate::ids::{DeviceToken, RevocationId};
use crate::outcome::{Outcome, SlotOutcomes};
use crate::progress::BatchProgress;
use crate::retry::{Answer, AttemptFailure, MAX_ATTEMPTS};
use crate::scope::Scope;
use crate::window;

/// Reasons we give ourselves; vendors' codes look like `apns:BadDeviceToken`.
pub mod reason {
    pub const HELD_BACK: &str = "held_back_by_sender";
    pub const WINDOW_CLOSED: &str = "window_closed";
    pub const NO_HANDLE: &str = "sent_without_notify_id";
    pub const ATTEMPTS_USED_UP: &str = "attempts_used_up";
    pub const PAYLOAD_MISSING: &str = "payload_missing";
    pub const ACCEPTED: &str = "accepted_by_vendor";
}

/// One delivery that the vendor has to be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToCall<'a> {
    /// Its place in the batch.
    pub slot: usize,
    pub token: &'a DeviceToken,
    /// `None` only where the channel needs none.
    pub handle: Option<&'a Handle>,
}

/// What is to be done with a batch for one revocation.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan<'a> {
    /// Every slot the revocation covers, ended or not.
    pub in_scope: Vec<usize>,
    /// Slots that end without asking the vendor.
    pub ends: Vec<(usize, Outcome, &'static str)>,
    pub calls: Vec<ToCall<'a>>,
}

/// Sorts the slots of a batch. `deliveries` is `None` when the payload is gone.
pub fn plan<'a>(
    header: &BatchHeader,
    deliveries: Option<&'a [Delivery]>,
    scope: &Scope,
    progress: &BatchProgress,
    capability: Capability,
    now: Timestamp,
) -> Plan<'a> {
    let mut plan = Plan {
        in_scope: slots_in_scope(header.channel, usize::from(header.count), deliveries, scope),
        ends: Vec::new(),
        calls: Vec::new(),
    };
    let whole_batch = if capability != Capability::Able {
        Some((Outcome::Unsupported, capability.reason()))
    } else if header.sending == Sending::HeldBack {
        Some((Outcome::Stopped, reason::HELD_BACK))
    } else if !window::is_open(header.sent_at, now) {
        Some((Outcome::TooLate, reason::WINDOW_CLOSED))
    } else {
        None
    };
    for &slot in &plan.in_scope {
        if progress.slots.get(slot).is_some() {
            continue;
        }
        match (whole_batch, deliveries.and_then(|deliveries| deliveries.get(slot))) {
            (Some((outcome, reason)), _) => plan.ends.push((slot, outcome, reason)),
            (None, None) => plan.ends.push((slot, Outcome::Failed, reason::PAYLOAD_MISSING)),
            (None, Some(delivery)) if needs_handle(header.channel) && delivery.handle.is_none() => {
                plan.ends.push((slot, Outcome::NotRevocable, reason::NO_HANDLE));
            }
            (None, Some(_)) if progress.attempts >= MAX_ATTEMPTS => {
                plan.ends.push((slot, Outcome::Failed, reason::ATTEMPTS_USED_UP));
            }
            (None, Some(delivery)) => plan.calls.push(ToCall {
                slot,
                token: &delivery.token,
                handle: delivery.handle.as_ref(),
            }),
        }
    }
    plan
}

/// Overwriting names the earlier notification by its handle.
pub const fn needs_handle(channel: Channel) -> bool {
    matches!(channel.method(), Method::Overwrite)
}

/// The slots of a batch that a scope covers. `deliveries` is `None` when the payload is gone.
pub fn slots_in_scope(channel: Channel, count: usize, deliveries: Option<&[Delivery]>, scope: &Scope) -> Vec<usize> {
    if !scope.has_channel(channel) {
        return Vec::new();
    }
    match (&scope.targets, deliveries) {
        (None, _) => (0..count).collect(),
        // Without the payload nobody can say whom it was for: it is gone for this scope.
        (Some(_), None) => Vec::new(),
        (Some(_), Some(deliveries)) => deliveries
            .iter()
            .enumerate()
            .filter(|(_, delivery)| scope.has_target(&delivery.target))
            .map(|(slot, _)| slot)
            .collect(),
    }
}

/// What an attempt left to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Left {
    Nothing,
    /// Ask again at once for those whose turn did not come.
    HandBack,
    /// Ask again after a wait.
    Retry(Vec<AttemptFailure>),
}

/// Writes the vendor's answers into `progress` and says what is left.
/// `attempts` follows: headway starts the count anew.
pub fn apply(progress: &mut BatchProgress, answers: impl IntoIterator<Item = (usize, Answer)>) -> Left {
    let used_up = progress.attempts >= MAX_ATTEMPTS;
    let mut ended = 0_usize;
    let mut not_tried = 0_usize;
    let mut failures = Vec::new();
    for (slot, answer) in answers {
        match answer {
            Answer::Ended { outcome, reason } => {
                ended += 1;
                progress.slots.end(slot, outcome, &reason);
            }
            Answer::Failed(failure) if used_up => {
                progress.slots.end(slot, Outcome::Failed, failure.reason());
            }
            Answer::Failed(failure) => {
                if !failures.contains(&failure) {
                    failures.push(failure);
                }
            }
            Answer::NotTried => not_tried += 1,
        }
    }
    if not_tried > 0 && ended > 0 {
        progress.attempts = 0;
    }
    if !failures.is_empty() {
        Left::Retry(failures)
    } else if not_tried > 0 {
        Left::HandBack
    } else {
        Left::Nothing
    }
}

/// Ends the slots of a plan that need no vendor.
pub fn end(slots: &mut SlotOutcomes, ends: &[(usize, Outcome, &'static str)]) {
    for (slot, outcome, reason) in ends {
        slots.end(*slot, *outcome, reason);
    }
}

/// Is anything of the batch outstanding for this revocation?
pub fn is_finished(progress: Option<&BatchProgress>, revocation: &RevocationId) -> bool {
    progress.is_some_and(|progress| progress.finished.contains(revocation))
}
