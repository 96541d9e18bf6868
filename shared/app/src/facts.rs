//! What becomes known while use cases run and is worth a number: each fact as its metric has it.
//!
//! Noted once what it is about has been written, so that a run that is repeated because nothing was written counts once.

use jiff::{SignedDuration, Timestamp};
use revocation_metrics::{Class, Dimension, Labels, Metric, note};
use revocation_rules::channel::Channel;
use revocation_rules::ids::RevocationId;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::Change;
use revocation_rules::retry::{Answer, AttemptFailure};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::unmatched::Unmatched;
use revocation_rules::verdict::Refusal;

pub(crate) fn refused(refusal: &Refusal) {
    let why = match refusal {
        Refusal::WindowClosed { .. } => "window_closed",
        Refusal::ChannelsUnable { .. } => "channels_unable",
        Refusal::TooManyRevocations => "too_many_revocations",
    };
    note(Metric::Refusals, Labels::NONE.with(Dimension::Refusal, why), 1);
}

pub(crate) fn gate_closed(after: SignedDuration) {
    Metric::TimeToGate.took(Labels::NONE, after);
}

pub(crate) fn first_call(channel: Channel, after: SignedDuration) {
    Metric::TimeToFirstCall.took(on(channel), after);
}

/// What a vendor said of an attempt's deliveries, each and all of them.
pub(crate) fn attempted(channel: Channel, answers: &[(usize, Answer)]) {
    let mut whole = None;
    for (_, answer) in answers {
        let class = class(answer);
        note(Metric::VendorAnswers, classed(channel, class), 1);
        whole = match whole {
            None => Some(class),
            Some(same) if same == class => whole,
            Some(_) => Some(Class::Mixed),
        };
    }
    if let Some(whole) = whole {
        note(Metric::Attempts, classed(channel, whole), 1);
    }
}

/// Deliveries that ended, as revocations count them. What a delivery was before it is not taken back.
pub(crate) fn ended(channel: Channel, changes: &[(RevocationId, Change)]) {
    for (_, change) in changes {
        for (outcome, more) in &change.outcomes {
            if let Ok(more @ 1..) = u64::try_from(*more) {
                note(Metric::Outcomes, on(channel).with(Dimension::Outcome, outcome.as_str()), more);
            }
        }
    }
}

pub(crate) fn lease_lost(channel: Channel) {
    note(Metric::LeaseLosses, on(channel), 1);
}

pub(crate) fn caught_late(channel: Channel, deliveries: u64) {
    note(Metric::LateDeliveries, on(channel), deliveries);
}

pub(crate) fn suspected(deliveries: usize) {
    note(Metric::SuspectedDeliveries, Labels::NONE, deliveries as u64);
}

pub(crate) fn settled(revocation: &Revocation, now: Timestamp) {
    Metric::TimeToSettle.took(Labels::NONE, now.duration_since(asked_at(revocation)));
}

/// A sweep runs: it is late with nothing, as far as is known.
pub(crate) fn sweeping() {
    Metric::SweepLag.took(Labels::NONE, SignedDuration::ZERO);
}

/// It came to this one, which may have been due for long, and may have been under way for long.
pub(crate) fn swept(revocation: &Revocation, now: Timestamp) {
    if let Some(due_at) = revocation.due_at {
        Metric::SweepLag.took(Labels::NONE, now.duration_since(due_at));
    }
    let since = match revocation.state {
        State::Requested => asked_at(revocation),
        // Since it was opened again, if it was.
        State::Dispatched { dispatched_at } => dispatched_at,
        State::Settled { .. } => return,
    };
    Metric::TimeOutstanding.took(Labels::NONE, now.duration_since(since));
}

/// What somebody is told, each time.
pub(crate) fn named(unmatched: &Unmatched) {
    match unmatched {
        Unmatched::Known(targets) if !targets.is_empty() => note(Metric::UnmatchedTargets, Labels::NONE, targets.len() as u64),
        Unmatched::Known(_) | Unmatched::NotNamed | Unmatched::Unknown => {}
    }
}

/// By whoever asked last.
fn asked_at(revocation: &Revocation) -> Timestamp {
    revocation.last_replay.as_ref().map_or(revocation.requested_at, |replay| replay.at)
}

fn on(channel: Channel) -> Labels {
    Labels::NONE.with(Dimension::Channel, channel.as_str())
}

fn classed(channel: Channel, class: Class) -> Labels {
    on(channel).with(Dimension::Class, class.as_str())
}

fn class(answer: &Answer) -> Class {
    match answer {
        Answer::Ended { outcome, .. } => match outcome {
            Outcome::Overwritten | Outcome::Recalled | Outcome::Confirmed => Class::Accepted,
            Outcome::TargetGone => Class::Gone,
            Outcome::Refused => Class::Refused,
            // The one end that a vendor's answer may be and a replay may change.
            Outcome::Failed => Class::QuotaUsedUp,
            Outcome::SkippedOpened
            | Outcome::SkippedCleared
            | Outcome::Stopped
            | Outcome::NotRevocable
            | Outcome::Unsupported
            | Outcome::TooLate => Class::NotAsked,
        },
        Answer::Unknown { .. } => Class::Unknown,
        Answer::Failed(AttemptFailure::Throttled { .. }) => Class::Throttled,
        Answer::Failed(AttemptFailure::Misconfigured { .. }) => Class::Misconfigured,
        Answer::Failed(AttemptFailure::Transient { .. }) => Class::Transient,
        Answer::NotTried => Class::NotAsked,
    }
}
