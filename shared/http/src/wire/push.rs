//! `GET /v1/tasks/{id}` and `/v1/tasks/{id}/revocations/{rvk}`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use revocation_app::ports::Overview;
use revocation_rules::actor::{Act, KeyLabel};
use revocation_rules::channel::Channel;
use revocation_rules::counters::ChannelCounters;
use revocation_rules::counters::{shown_outcomes, shown_suspected};
use revocation_rules::ids::{KeyId, RevocationId};
use revocation_rules::notice::Notices;
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::unmatched::{Unmatched, kept_unmatched};
use serde::Serialize;

use super::register::RegisteredAnswer;
use super::summary::Summary;
use super::unmatched::UnmatchedAnswer;

/// A push with its revocations.
#[derive(Debug, Serialize)]
pub struct PushAnswer<'a> {
    #[serde(flatten)]
    push: RegisteredAnswer<'a>,
    /// `open`, `partly_revoked` or `revoked`.
    state: &'static str,
    revocations: Vec<RevocationAnswer<'a>>,
}

impl<'a> PushAnswer<'a> {
    pub fn new(overview: &'a Overview) -> Self {
        Self {
            push: (&overview.push).into(),
            state: overview.push.state().as_str(),
            revocations: overview
                .revocations
                .iter()
                .map(|revocation| RevocationAnswer::new(revocation, overview.counters.get(&revocation.id)))
                .collect(),
        }
    }
}

/// One revocation with its progress.
#[derive(Debug, Serialize)]
pub struct RevocationAnswer<'a> {
    id: &'a RevocationId,
    push_id: &'a str,
    push_kind: &'static str,
    /// `requested`, `dispatched` or `settled`.
    state: &'static str,
    scope: ScopeAnswer<'a>,
    reason: &'a str,
    notice: &'a Notices,
    requested_by: &'a KeyId,
    /// What people called that key then.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_by_label: Option<&'a KeyLabel>,
    requested_at: Timestamp,
    replays: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_replay: Option<ActAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_to_settle_ms: Option<i64>,
    #[serde(flatten)]
    unmatched: UnmatchedAnswer,
    summary: Summary,
    progress: ProgressAnswer,
}

/// Who did it, and when.
#[derive(Debug, Serialize)]
struct ActAnswer<'a> {
    by: &'a KeyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_label: Option<&'a KeyLabel>,
    at: Timestamp,
}

impl<'a> From<&'a Act> for ActAnswer<'a> {
    fn from(act: &'a Act) -> Self {
        Self {
            by: &act.by.key,
            by_label: act.by.label.as_ref(),
            at: act.at,
        }
    }
}

#[derive(Debug, Serialize)]
struct ScopeAnswer<'a> {
    channels: Option<&'a BTreeSet<Channel>>,
    /// How many targets are named; `null` for all.
    targets: Option<usize>,
}

/// `requested`, `accepted_by_vendor` and `confirmed_by_device` are three things and never merged.
#[derive(Debug, Default, Serialize)]
struct ChannelProgress {
    /// Deliveries in scope found so far. `null` while a list of targets is still being looked for.
    requested: Option<u64>,
    /// With a terminal outcome.
    ended: u64,
    outstanding: Option<u64>,
    /// The vendor took the order to overwrite or recall.
    accepted_by_vendor: u64,
    /// The device itself said so.
    confirmed_by_device: u64,
    /// Of those that failed: how many for a setting of ours that is suspected. Left out when there are none.
    #[serde(skip_serializing_if = "is_none")]
    suspected: u64,
    outcomes: Counts,
}

#[derive(Debug, Serialize)]
struct ProgressAnswer {
    total: ChannelProgress,
    channels: BTreeMap<Channel, ChannelProgress>,
}

impl<'a> RevocationAnswer<'a> {
    pub fn new(revocation: &'a Revocation, counters: Option<&BTreeMap<Channel, ChannelCounters>>) -> Self {
        let settled_at = match &revocation.state {
            State::Settled { settled_at, .. } => Some(*settled_at),
            State::Requested | State::Dispatched { .. } => None,
        };
        let progress = progress(revocation, counters);
        Self {
            id: &revocation.id,
            push_id: revocation.push.id.as_str(),
            push_kind: revocation.push.kind.as_str(),
            state: revocation.state.name(),
            scope: ScopeAnswer {
                channels: revocation.scope.channels.as_ref(),
                targets: revocation.scope.targets.as_ref().map(BTreeSet::len),
            },
            reason: &revocation.reason,
            notice: &revocation.notices,
            requested_by: &revocation.requested_by.key,
            requested_by_label: revocation.requested_by.label.as_ref(),
            requested_at: revocation.requested_at,
            replays: revocation.replays,
            last_replay: revocation.last_replay.as_ref().map(ActAnswer::from),
            settled_at,
            time_to_settle_ms: settled_at.map(|at| at.as_millisecond() - revocation.requested_at.as_millisecond()),
            unmatched: kept_unmatched(revocation).map(Into::into).unwrap_or_default(),
            summary: Summary::new(
                progress.total.requested,
                &progress.total.outcomes,
                progress.total.suspected,
                revocation.closes_at,
            ),
            progress,
        }
    }

    /// What was found just now takes the place of what is kept.
    #[must_use]
    pub fn with_unmatched(self, unmatched: Unmatched) -> Self {
        Self {
            unmatched: unmatched.into(),
            ..self
        }
    }
}

fn progress(revocation: &Revocation, counters: Option<&BTreeMap<Channel, ChannelCounters>>) -> ProgressAnswer {
    let channels: BTreeMap<Channel, ChannelProgress> = Channel::ALL
        .into_iter()
        .filter_map(|channel| {
            let counters = counters.and_then(|counters| counters.get(&channel));
            channel_progress(revocation, channel, counters).map(|progress| (channel, progress))
        })
        .collect();
    let mut total = ChannelProgress {
        requested: Some(0),
        outstanding: Some(0),
        ..ChannelProgress::default()
    };
    for channel in channels.values() {
        total.requested = sum(total.requested, channel.requested);
        total.outstanding = sum(total.outstanding, channel.outstanding);
        total.ended += channel.ended;
        total.accepted_by_vendor += channel.accepted_by_vendor;
        total.confirmed_by_device += channel.confirmed_by_device;
        total.suspected += channel.suspected;
        total.outcomes.add_all(&channel.outcomes);
    }
    ProgressAnswer { total, channels }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    Some(a? + b?)
}

fn channel_progress(revocation: &Revocation, channel: Channel, counters: Option<&ChannelCounters>) -> Option<ChannelProgress> {
    let outcomes = shown_outcomes(revocation, channel, counters);
    let requested = match &revocation.state {
        State::Settled { .. } => Some(outcomes.total()),
        State::Requested | State::Dispatched { .. } if revocation.scope.targets.is_some() => None,
        State::Requested | State::Dispatched { .. } => {
            let found = revocation.fanout.found.get(&channel).copied().unwrap_or(0);
            let late = counters.map_or(0, |counters| counters.late);
            Some((found + late).max(outcomes.total()))
        }
    };
    let ended = outcomes.total();
    if ended == 0 && requested.unwrap_or(0) == 0 {
        return None;
    }
    let confirmed = outcomes.get(Outcome::Confirmed);
    Some(ChannelProgress {
        requested,
        ended,
        outstanding: requested.map(|requested| requested - ended),
        accepted_by_vendor: outcomes.get(Outcome::Overwritten) + outcomes.get(Outcome::Recalled) + confirmed,
        confirmed_by_device: confirmed,
        suspected: shown_suspected(&outcomes, counters),
        outcomes,
    })
}
