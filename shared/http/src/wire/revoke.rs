//! `POST /v1/tasks/{id}/revocations`, and its dry run.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use revocation_app::{NewRevocation, Preview};
use revocation_rules::actor::Actor;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::{PushRef, RevocationId, TargetId};
use revocation_rules::notice::Notices;
use revocation_rules::revocation::{MAX_REASON_CHARS, Revocation};
use revocation_rules::scope::{MAX_TARGETS, Scope};
use revocation_rules::verdict::Verdict;
use revocation_rules::visible::Visible;
use serde::{Deserialize, Serialize};

use super::NoticeBody;
use super::bounded::{Set, Text};
use super::unmatched::UnmatchedAnswer;
use crate::problem::{FieldError, Problem};
use crate::route::collection;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeBody {
    reason: Text<{ MAX_REASON_CHARS * 4 }>,
    notice: Option<NoticeBody>,
    #[serde(default)]
    scope: ScopeBody,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeBody {
    channels: Option<BTreeSet<Channel>>,
    targets: Option<Set<Visible<TargetId>, MAX_TARGETS>>,
}

impl RevokeBody {
    /// # Errors
    /// 400 naming every field that is wrong.
    pub fn revocation(self, push: PushRef, requested_by: Actor) -> Result<NewRevocation, Problem> {
        let mut errors = Vec::new();
        let mut wrong = |pointer: &str, detail: String| {
            errors.push(FieldError {
                pointer: pointer.to_owned(),
                detail,
            });
        };
        if self.reason.0.trim().is_empty() || self.reason.0.chars().count() > MAX_REASON_CHARS {
            wrong("/reason", format!("must have 1 to {MAX_REASON_CHARS} characters"));
        }
        if self.scope.channels.as_ref().is_some_and(BTreeSet::is_empty) {
            wrong("/scope/channels", "must name a channel; leave it out for all".to_owned());
        }
        if self.scope.targets.as_ref().is_some_and(|Set(targets)| targets.is_empty()) {
            wrong(
                "/scope/targets",
                format!("must name 1 to {MAX_TARGETS} targets; leave it out for all"),
            );
        }
        let named = self.scope.channels.as_ref();
        let channels: Vec<Channel> = named.map_or_else(|| Channel::ALL.to_vec(), |named| named.iter().copied().collect());
        let notices = self.notice.map(|notice| notice.check(&channels, &mut errors));
        if !errors.is_empty() {
            return Err(Problem::invalid_all(errors));
        }
        Ok(NewRevocation {
            push,
            scope: Scope {
                channels: self.scope.channels,
                targets: self
                    .scope
                    .targets
                    .map(|Set(targets)| targets.into_iter().map(|Visible(target)| target).collect()),
            },
            reason: self.reason.0,
            notices,
            requested_by,
        })
    }
}

/// Where a revocation is found, for `Location`.
pub fn revocation_path(revocation: &Revocation) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    // What need not be encoded is not: the path of a long id came through the gateway, and must go back through it.
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    format!(
        "/v1/{}/{}/revocations/{}",
        collection(revocation.push.kind),
        utf8_percent_encode(revocation.push.id.as_str(), RESERVED),
        revocation.id
    )
}

/// What a revocation would do.
#[derive(Debug, Serialize)]
pub struct PreviewAnswer {
    dry_run: bool,
    /// `accept`, `already_revoked` or `refuse`.
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_id: Option<RevocationId>,
    /// The slug of the problem the real call would be answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'static str>,
    closes_at: Timestamp,
    notice: Notices,
    /// False when there was more than could be looked at: then the numbers are upper bounds.
    exact: bool,
    /// How many of the deliveries were not looked at, and may be for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    unexamined_deliveries: Option<u64>,
    #[serde(flatten)]
    unmatched: UnmatchedAnswer,
    deliveries: u64,
    channels: BTreeMap<Channel, ChannelAnswer>,
}

#[derive(Debug, Serialize)]
struct ChannelAnswer {
    /// `overwrite`, `recall`, `recall_then_overwrite` or `none`.
    method: &'static str,
    capability: &'static str,
    deliveries: u64,
    revocable: u64,
    not_revocable: u64,
    too_late: u64,
    stopped: u64,
}

impl From<Preview> for PreviewAnswer {
    fn from(preview: Preview) -> Self {
        let (verdict, revocation_id, refusal) = match preview.verdict {
            Verdict::Accept => ("accept", None, None),
            Verdict::AlreadyRevoked { by } => ("already_revoked", Some(by), None),
            Verdict::Refuse(refusal) => ("refuse", None, Some(Problem::from(&refusal).kind.slug())),
        };
        Self {
            dry_run: true,
            verdict,
            revocation_id,
            refusal,
            closes_at: preview.closes_at,
            notice: preview.notices,
            exact: preview.unexamined_deliveries == 0,
            unexamined_deliveries: Some(preview.unexamined_deliveries).filter(|unexamined| *unexamined > 0),
            unmatched: preview.unmatched.into(),
            deliveries: preview.channels.values().map(|channel| channel.deliveries).sum(),
            channels: preview
                .channels
                .into_iter()
                .map(|(channel, preview)| {
                    let answer = ChannelAnswer {
                        method: preview.strategy.map_or("none", Strategy::as_str),
                        capability: preview.capability.reason(),
                        deliveries: preview.deliveries,
                        revocable: preview.revocable,
                        not_revocable: preview.not_revocable,
                        too_late: preview.too_late,
                        stopped: preview.stopped,
                    };
                    (channel, answer)
                })
                .collect(),
        }
    }
}
