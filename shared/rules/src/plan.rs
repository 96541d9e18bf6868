//! What happens to each delivery of a batch that a revocation covers.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::batch::{BatchHeader, Delivery, Handle, Sending};
use crate::channel::{Capability, Channel, Channels, RecalledBy, Strategy};
use crate::ids::{DeviceToken, VendorTaskId};
use crate::notice::Notice;
use crate::outcome::{Outcome, SlotOutcomes};
use crate::progress::BatchProgress;
use crate::receipt::{ReceiptEvent, Receipts};
use crate::retry::{Answer, AttemptFailure, MAX_ATTEMPTS};
use crate::scope::Scope;
use crate::suspicion;
use crate::terms::Terms;
use crate::web_push::Subscription;
use crate::window;

/// Reasons we give ourselves; vendors' codes look like `apns:BadDeviceToken`.
pub mod reason {
    pub const HELD_BACK: &str = "held_back_by_sender";
    pub const WINDOW_CLOSED: &str = "window_closed";
    pub const NO_HANDLE: &str = "sent_without_notify_id";
    pub const NO_VENDOR_TASK: &str = "sent_without_vendor_task_id";
    /// Recalling the vendor's sending would take it back from others, too.
    pub const COVERS_OTHERS: &str = "vendor_task_covers_others";
    pub const OPENED: &str = "opened_by_user";
    pub const CLEARED: &str = "cleared_by_user";
    pub const CONFIRMED: &str = "confirmed_by_device";
    pub const ATTEMPTS_USED_UP: &str = "attempts_used_up";
    pub const PAYLOAD_MISSING: &str = "payload_missing";
    pub const ACCEPTED: &str = "accepted_by_vendor";
    /// It went to a topic: who was subscribed then is not who is now.
    pub const AUDIENCE_UNKNOWN: &str = "audience_unknown";
    /// As a whole: of no single device does the vendor say anything.
    pub const ACCEPTED_AS_A_WHOLE: &str = "accepted_as_a_whole";
}

/// One delivery that the vendor has to be asked about. Has a handle or a task, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToCall<'a> {
    /// Its place in the batch.
    pub slot: usize,
    pub token: &'a DeviceToken,
    /// To overwrite it, or to recall it where the vendor recalls by it.
    pub handle: Option<&'a Handle>,
    /// The vendor's sending to recall; all its deliveries are to be taken back.
    pub vendor_task: Option<&'a VendorTaskId>,
    /// What its user is to read.
    pub notice: &'a Notice,
    /// What a message for its browser is encrypted with.
    pub subscription: Option<&'a Subscription>,
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
    revocation: &'a Terms,
    progress: &BatchProgress,
    receipts: &Receipts,
    channels: &Channels,
    now: Timestamp,
) -> Plan<'a> {
    let mut plan = Plan {
        in_scope: slots_in_scope(header.channel, usize::from(header.count), deliveries, &revocation.scope),
        ends: Vec::new(),
        calls: Vec::new(),
    };
    let capability = channels.capability(header.channel);
    let whole_batch = if capability != Capability::Able {
        Some((Outcome::Unsupported, capability.reason()))
    } else if header.sending == Sending::HeldBack {
        Some((Outcome::Stopped, reason::HELD_BACK))
    } else if !window::is_open(header.sent_at, now) {
        Some((Outcome::TooLate, reason::WINDOW_CLOSED))
    } else {
        None
    };
    let way = Way::new(header.channel, channels, deliveries, &plan.in_scope);
    for &slot in &plan.in_scope {
        if progress.slots.get(slot).is_some() {
            continue;
        }
        let delivery = match (whole_batch, deliveries.and_then(|deliveries| deliveries.get(slot))) {
            (Some((outcome, reason)), _) => {
                plan.ends.push((slot, outcome, reason));
                continue;
            }
            (None, None) => {
                plan.ends.push((slot, Outcome::Failed, reason::PAYLOAD_MISSING));
                continue;
            }
            (None, Some(delivery)) => delivery,
        };
        if let Some((outcome, reason)) = receipts.of(header.channel, &delivery.token).and_then(told) {
            plan.ends.push((slot, outcome, reason));
            continue;
        }
        match way.of(delivery) {
            Err(reason) => plan.ends.push((slot, Outcome::NotRevocable, reason)),
            Ok(_) if progress.attempts >= MAX_ATTEMPTS => {
                plan.ends.push((slot, Outcome::Failed, reason::ATTEMPTS_USED_UP));
            }
            Ok((handle, vendor_task)) => plan.calls.push(ToCall {
                slot,
                token: &delivery.token,
                handle,
                vendor_task,
                notice: revocation.notices.for_locale(delivery.locale.as_ref()),
                subscription: delivery.subscription.as_deref(),
            }),
        }
    }
    plan
}

/// What the device itself said makes asking the vendor needless, or wrong:
/// overwriting what the user took off the bar would show a new notification.
const fn told(event: ReceiptEvent) -> Option<(Outcome, &'static str)> {
    match event {
        ReceiptEvent::Shown => None,
        ReceiptEvent::Opened => Some((Outcome::SkippedOpened, reason::OPENED)),
        ReceiptEvent::Cleared => Some((Outcome::SkippedCleared, reason::CLEARED)),
        ReceiptEvent::Revoked => Some((Outcome::Confirmed, reason::CONFIRMED)),
    }
}

/// Does a delivery bring what its channel takes back by? Asked at send time,
/// when nobody knows yet what a revocation will cover. A channel that takes
/// nothing back asks for nothing.
pub fn can_take_back(channel: Channel, channels: &Channels, delivery: &Delivery) -> bool {
    channel.facts().strategies.is_empty() || Way::new(channel, channels, None, &[]).of(delivery).is_ok()
}

/// How many of the deliveries in scope lack what their channel takes back by, now that it is known what is covered?
pub fn not_revocable(channel: Channel, channels: &Channels, deliveries: &[Delivery], in_scope: &[usize]) -> usize {
    let way = Way::new(channel, channels, Some(deliveries), in_scope);
    let covered = in_scope.iter().filter_map(|slot| deliveries.get(*slot));
    covered.filter(|delivery| way.of(delivery).is_err()).count()
}

/// By what a channel takes back.
struct Way<'a> {
    by_task: bool,
    by_handle: bool,
    /// Sendings of the vendor that hold deliveries which are to stay.
    shared: HashSet<&'a VendorTaskId>,
}

impl<'a> Way<'a> {
    fn new(channel: Channel, channels: &Channels, deliveries: Option<&'a [Delivery]>, in_scope: &[usize]) -> Self {
        let strategy = channels.strategy(channel).or_else(|| channel.facts().strategies.first().copied());
        let by_task = channel.facts().recalled_by == Some(RecalledBy::VendorTask) && strategy != Some(Strategy::Overwrite);
        let mut shared = HashSet::new();
        if by_task && let Some(deliveries) = deliveries.filter(|deliveries| deliveries.len() > in_scope.len()) {
            let covered: HashSet<usize> = in_scope.iter().copied().collect();
            let left = deliveries.iter().enumerate().filter(|(slot, _)| !covered.contains(slot));
            shared.extend(left.filter_map(|(_, delivery)| delivery.vendor_task.as_ref()));
        }
        Self {
            by_task,
            by_handle: !by_task || strategy == Some(Strategy::RecallThenOverwrite),
            shared,
        }
    }

    fn of<'d>(&self, delivery: &'d Delivery) -> Result<(Option<&'d Handle>, Option<&'d VendorTaskId>), &'static str> {
        let task = delivery.vendor_task.as_ref().filter(|_| self.by_task);
        let handle = delivery.handle.as_ref().filter(|_| self.by_handle);
        let whole = task.filter(|task| !self.shared.contains(*task));
        match (handle, whole, task) {
            (None, None, Some(_)) => Err(reason::COVERS_OTHERS),
            (None, None, None) if self.by_handle => Err(reason::NO_HANDLE),
            (None, None, None) => Err(reason::NO_VENDOR_TASK),
            _ => Ok((handle, whole)),
        }
    }
}

/// Can anybody say which slots of a batch a scope covers? `deliveries` is `None` when the payload is gone.
pub fn is_scope_known(deliveries: Option<&[Delivery]>, scope: &Scope) -> bool {
    deliveries.is_some() || scope.targets.is_none()
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
            .filter(|(_, delivery)| scope.covers(delivery))
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
/// `attempts` follows: headway starts the count anew, and an attempt that asked nobody, or that the vendor met with
/// nothing but a wish for a pause, is none. What is throttled is asked for until its window closes.
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
            // Not judged: what nobody has decided about can be replayed.
            Answer::Unknown { reason } => {
                ended += 1;
                progress.slots.end(slot, Outcome::Failed, &format!("{}{reason}", suspicion::PREFIX));
            }
            Answer::Failed(failure) if used_up && !failure.is_throttled() => {
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
        progress.start_attempts();
    } else if !failures.is_empty() && failures.iter().all(AttemptFailure::is_throttled) {
        progress.paused();
    } else if not_tried > 0 && failures.is_empty() {
        // The vendor was not asked, so it has refused nothing.
        progress.attempts = progress.attempts.saturating_sub(1);
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
