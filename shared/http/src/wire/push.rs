//! `GET /v1/tasks/{id}` and `/v1/tasks/{id}/revocations/{rvk}`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use revocation_app::ports::Overview;
use revocation_rules::actor::{Act, KeyLabel};
use revocation_rules::channel::Channel;
use revocation_rules::counters::{ChannelCounters, shown_outcomes, shown_suspected};
use revocation_rules::ids::{KeyId, PushId, PushKind, RevocationId};
use revocation_rules::notice::Notices;
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::push::PushState;
use revocation_rules::revocation::{Revocation, State};
#[cfg(feature = "description")]
use revocation_rules::scope::MAX_TARGETS;
use revocation_rules::unmatched::{Unmatched, kept_unmatched};
use serde::{Deserialize, Serialize};

#[cfg(feature = "description")]
use super::notice::NoticeBody;
use super::register::RegisteredAnswer;
use super::summary::Summary;
use super::unmatched::UnmatchedAnswer;
use super::word::Word;

/// A push with its revocations and their progress.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Push"))]
pub struct PushAnswer<'a> {
    #[serde(flatten)]
    pub push: RegisteredAnswer<'a>,
    pub state: PushState,
    /// Oldest first.
    #[cfg_attr(feature = "description", schemars(length(max = 101)))]
    pub revocations: Vec<RevocationAnswer<'a>>,
}

impl<'a> PushAnswer<'a> {
    pub fn new(overview: &'a Overview) -> Self {
        Self {
            push: (&overview.push).into(),
            state: overview.push.state(),
            revocations: overview
                .revocations
                .iter()
                .map(|revocation| RevocationAnswer::new(revocation, overview.counters.get(&revocation.id)))
                .collect(),
        }
    }
}

/// One revocation with its progress.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Revocation"))]
pub struct RevocationAnswer<'a> {
    pub id: Cow<'a, RevocationId>,
    pub push_id: Cow<'a, PushId>,
    pub push_kind: PushKind,
    /// `requested`: the gate is closed, batches are being queued. `dispatched`: every batch found is queued. `settled`: nothing
    /// recorded so far is outstanding; a delivery recorded later opens it again.
    #[cfg_attr(feature = "description", schemars(extend("enum" = ["requested", "dispatched", "settled"])))]
    pub state: Cow<'static, str>,
    pub scope: ScopeAnswer,
    pub reason: Cow<'a, str>,
    #[cfg_attr(feature = "description", schemars(with = "NoticeBody"))]
    pub notice: Cow<'a, Notices>,
    pub requested_by: Cow<'a, KeyId>,
    /// What people called that key when it asked; left out if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_by_label: Option<Cow<'a, KeyLabel>>,
    /// From this moment on the gate is closed for the scope.
    pub requested_at: Timestamp,
    /// How often what had failed was tried again by request.
    pub replays: u32,
    /// Who asked so last; left out if nobody did, or before that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_replay: Option<ActAnswer<'a>>,
    /// Only while it is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// Only while it is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schemars(range(min = 0)))]
    pub time_to_settle_ms: Option<i64>,
    #[serde(flatten)]
    pub unmatched: UnmatchedAnswer,
    pub summary: Summary,
    pub progress: ProgressAnswer,
}

/// Who did it, and when.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Act"))]
pub struct ActAnswer<'a> {
    pub by: Cow<'a, KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_label: Option<Cow<'a, KeyLabel>>,
    pub at: Timestamp,
}

impl<'a> From<&'a Act> for ActAnswer<'a> {
    fn from(act: &'a Act) -> Self {
        Self {
            by: Cow::Borrowed(&act.by.key),
            by_label: act.by.label.as_ref().map(Cow::Borrowed),
            at: act.at,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "RevokedScope"))]
pub struct ScopeAnswer {
    /// `null` for all.
    pub channels: Option<BTreeSet<Word<Channel>>>,
    /// How many targets are named; `null` for all.
    #[cfg_attr(feature = "description", schemars(range(min = 1, max = MAX_TARGETS)))]
    pub targets: Option<usize>,
}

/// `requested`, `accepted_by_vendor` and `confirmed_by_device` are three things and never merged.
#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "ChannelProgress"))]
pub struct ChannelProgress {
    /// Deliveries in scope found so far. `null` while it is not known how many the named targets have.
    pub requested: Option<u64>,
    /// With a terminal outcome.
    pub ended: u64,
    /// `requested` less `ended`.
    pub outstanding: Option<u64>,
    /// The vendor took the order to overwrite or remove. Says nothing of the device.
    pub accepted_by_vendor: u64,
    /// The device itself said so.
    pub confirmed_by_device: u64,
    /// Of those that failed: how many because the vendor knew nearly no device at all, so that a setting of ours is suspected.
    /// Their reason is `suspected_setting:<code>`. Left out when there are none.
    #[serde(default, skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "description", schemars(range(min = 1)))]
    pub suspected: u64,
    #[cfg_attr(feature = "description", schemars(with = "Counts"))]
    pub outcomes: BTreeMap<Word<Outcome>, u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Progress"))]
pub struct ProgressAnswer {
    pub total: ChannelProgress,
    /// Channels that have deliveries in scope.
    pub channels: BTreeMap<Word<Channel>, ChannelProgress>,
}

impl<'a> RevocationAnswer<'a> {
    pub fn new(revocation: &'a Revocation, counters: Option<&BTreeMap<Channel, ChannelCounters>>) -> Self {
        let settled_at = match &revocation.state {
            State::Settled { settled_at, .. } => Some(*settled_at),
            State::Requested | State::Dispatched { .. } => None,
        };
        let (progress, outcomes) = progress(revocation, counters);
        Self {
            id: Cow::Borrowed(&revocation.id),
            push_id: Cow::Borrowed(&revocation.push.id),
            push_kind: revocation.push.kind,
            state: revocation.state.name().into(),
            scope: ScopeAnswer {
                channels: words_of(revocation.scope.channels.as_ref()),
                targets: revocation.scope.targets.as_ref().map(BTreeSet::len),
            },
            reason: Cow::Borrowed(&revocation.reason),
            notice: Cow::Borrowed(&revocation.notices),
            requested_by: Cow::Borrowed(&revocation.requested_by.key),
            requested_by_label: revocation.requested_by.label.as_ref().map(Cow::Borrowed),
            requested_at: revocation.requested_at,
            replays: revocation.replays,
            last_replay: revocation.last_replay.as_ref().map(ActAnswer::from),
            settled_at,
            time_to_settle_ms: settled_at.map(|at| at.as_millisecond() - revocation.requested_at.as_millisecond()),
            unmatched: kept_unmatched(revocation).map(Into::into).unwrap_or_default(),
            summary: Summary::new(progress.total.requested, &outcomes, progress.total.suspected, revocation.closes_at),
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

/// What there is to say of each channel, and how everything ended.
fn progress(revocation: &Revocation, counters: Option<&BTreeMap<Channel, ChannelCounters>>) -> (ProgressAnswer, Counts) {
    let mut all = Counts::default();
    let channels: BTreeMap<Word<Channel>, ChannelProgress> = Channel::ALL
        .into_iter()
        .filter_map(|channel| {
            let counters = counters.and_then(|counters| counters.get(&channel));
            let (progress, outcomes) = channel_progress(revocation, channel, counters)?;
            all.add_all(&outcomes);
            Some((channel.into(), progress))
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
    }
    total.outcomes = counted(&all);
    (ProgressAnswer { total, channels }, all)
}

fn counted(outcomes: &Counts) -> BTreeMap<Word<Outcome>, u64> {
    outcomes.iter().map(|(outcome, count)| (outcome.into(), count)).collect()
}

fn words_of(channels: Option<&BTreeSet<Channel>>) -> Option<BTreeSet<Word<Channel>>> {
    Some(channels?.iter().copied().map(Word::from).collect())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    Some(a? + b?)
}

fn channel_progress(revocation: &Revocation, channel: Channel, counters: Option<&ChannelCounters>) -> Option<(ChannelProgress, Counts)> {
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
    let progress = ChannelProgress {
        requested,
        ended,
        outstanding: requested.map(|requested| requested - ended),
        accepted_by_vendor: outcomes.get(Outcome::Overwritten) + outcomes.get(Outcome::Recalled) + confirmed,
        confirmed_by_device: confirmed,
        suspected: shown_suspected(&outcomes, counters),
        outcomes: counted(&outcomes),
    };
    Some((progress, outcomes))
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use serde_json::json;

    use super::{PushAnswer, RevocationAnswer};
    use crate::description::example::{examples, push as a_push, replayed, settled};
    use crate::description::{Operation, Tag};

    pub(crate) fn push() -> Operation {
        Operation::new(
            "lookUp{Kind}",
            Tag::Revoking,
            "A {kind} with its revocations and their progress",
            "",
        )
        .answer::<PushAnswer<'_>>(200, "The push.", |kind| {
            let mut push = a_push(kind);
            push["state"] = "revoked".into();
            push["revocations"] = json!([settled(kind)]);
            examples([("revoked", push)])
        })
    }

    pub(crate) fn revocation() -> Operation {
        Operation::new("lookUp{Kind}Revocation", Tag::Revoking, "A revocation and its progress", "").answer::<RevocationAnswer<'_>>(
            200,
            "The revocation.",
            |kind| examples([("settled", settled(kind))]),
        )
    }

    pub(crate) fn replay() -> Operation {
        Operation::new(
            "replay{Kind}Revocation",
            Tag::Revoking,
            "Try again what failed",
            "Deliveries of this revocation that ended as `failed` are opened and asked for once more: after a vendor's daily quota, a wrong secret or a long outage. Asking while the batches are still being queued changes nothing. No body.",
        )
        .answer::<RevocationAnswer<'_>>(202, "Accepted.", |kind| examples([("accepted", replayed(kind))]))
        .at("Location")
        .problem(409, "RevokeConflict")
    }
}
