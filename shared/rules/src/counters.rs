//! What a revocation's counters say, and which of their numbers people are shown.
//!
//! Counters are for people; the truth is the progresses.

use crate::channel::Channel;
use crate::outcome::{Counts, Outcome};
use crate::revocation::{Revocation, State};

/// A revocation's counters on one channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelCounters {
    /// Deliveries recorded after the revocation was requested.
    pub late: u64,
    pub outcomes: Counts,
    /// Of those that failed: how many for a setting that is suspected.
    pub suspected: u64,
}

/// While it is under way: the counters. Once settled: the recount, which is the
/// truth of that moment; or the counters, where they count the same deliveries,
/// because they hear at once of what devices confirm after it.
pub fn shown_outcomes(revocation: &Revocation, channel: Channel, counters: Option<&ChannelCounters>) -> Counts {
    let counted = counters.map(|counters| &counters.outcomes);
    match &revocation.state {
        State::Settled { totals, .. } => {
            let recounted = totals.get(&channel).cloned().unwrap_or_default();
            counted
                .filter(|counted| counted.total() == recounted.total())
                .cloned()
                .unwrap_or(recounted)
        }
        State::Requested | State::Dispatched { .. } => counted.cloned().unwrap_or_default(),
    }
}

/// Can the counters say anything that a recount does not? Once settled: what devices confirmed since, and which of those
/// that failed are suspected of a setting; so nothing where nothing was accepted and nothing failed.
pub fn are_shown(revocation: &Revocation) -> bool {
    match &revocation.state {
        State::Settled { totals, .. } => {
            let may_change = |outcome: Outcome| Outcome::ALL.into_iter().any(|next| outcome.may_become(next));
            totals.values().any(|counts| counts.iter().any(|(outcome, _)| may_change(outcome)))
        }
        State::Requested | State::Dispatched { .. } => true,
    }
}

/// Of those that are shown as failed: how many for a setting that is suspected,
/// which only the counters know.
pub fn shown_suspected(outcomes: &Counts, counters: Option<&ChannelCounters>) -> u64 {
    counters.map_or(0, |counters| counters.suspected).min(outcomes.get(Outcome::Failed))
}
