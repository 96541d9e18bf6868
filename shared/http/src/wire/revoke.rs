//! `POST /v1/tasks/{id}/revocations`, and its dry run.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use revocation_app::{NewRevocation, Preview};
use revocation_rules::actor::Actor;
#[cfg(feature = "description")]
use revocation_rules::channel::Capability;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::{PushRef, RevocationId, TargetId};
use revocation_rules::notice::Notices;
use revocation_rules::revocation::{MAX_REASON_CHARS, Revocation};
use revocation_rules::scope::{MAX_TARGETS, Scope};
use revocation_rules::verdict::Verdict;
use revocation_rules::visible::Visible;
use serde::{Deserialize, Serialize};

use super::bounded::{Set, Text, is_false};
use super::notice::NoticeBody;
use super::unmatched::UnmatchedAnswer;
use super::word::Word;
#[cfg(feature = "description")]
use crate::description::words;
#[cfg(feature = "description")]
use crate::problem::ProblemKind;
use crate::problem::{FieldError, Problem};
use crate::route::push_path;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "RevocationRequest"))]
pub struct RevokeBody {
    /// Why, for those who read it later. Not blank. Never sent to a device.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_REASON_CHARS), extend("pattern" = r"\S")))]
    reason: Text<{ MAX_REASON_CHARS * 4 }>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<NoticeBody>,
    #[serde(default, skip_serializing_if = "ScopeBody::is_everything")]
    scope: ScopeBody,
    /// Say what would happen, and do nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What is revoked. Left out: everything. With both, what is on one of the channels and for one of the targets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Scope"))]
struct ScopeBody {
    /// Left out: all channels.
    #[cfg_attr(feature = "description", schemars(length(min = 1, max = Channel::ALL.len())))]
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<BTreeSet<Channel>>,
    /// Left out: all targets. All deliveries of a target are revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    targets: Option<Set<Visible<TargetId>, MAX_TARGETS>>,
}

impl ScopeBody {
    const fn is_everything(&self) -> bool {
        self.channels.is_none() && self.targets.is_none()
    }
}

impl RevokeBody {
    /// As a client asks for it; the function that reads it says whether it may be.
    pub fn new(reason: String, scope: Scope, notice: Option<NoticeBody>) -> Self {
        Self {
            reason: Text(reason),
            notice,
            scope: ScopeBody {
                channels: scope.channels,
                targets: scope.targets.map(|targets| Set(targets.into_iter().map(Visible).collect())),
            },
            dry_run: false,
        }
    }

    /// Why, as whoever asks says.
    pub fn reason(&self) -> &str {
        &self.reason.0
    }

    /// What is asked for.
    pub fn scope(&self) -> Scope {
        let targets = self.scope.targets.clone();
        Scope {
            channels: self.scope.channels.clone(),
            targets: targets.map(|Set(targets)| targets.into_iter().map(|Visible(target)| target).collect()),
        }
    }

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
    let push = &revocation.push;
    format!("{}/revocations/{}", push_path(push.kind, &push.id), revocation.id)
}

/// What the rules may say no with.
#[cfg(feature = "description")]
const REFUSALS: [ProblemKind; 3] = [
    ProblemKind::WindowClosed,
    ProblemKind::ChannelsUnable,
    ProblemKind::TooManyRevocations,
];

/// What a revocation would do.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "RevocationPreview"))]
pub struct PreviewAnswer {
    #[cfg_attr(feature = "description", schemars(extend("const" = true)))]
    pub dry_run: bool,
    #[cfg_attr(feature = "description", schemars(extend("enum" = ["accept", "already_revoked", "refuse"])))]
    pub verdict: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_id: Option<RevocationId>,
    /// The code of the problem the real call would be answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schemars(extend("enum" = REFUSALS.map(ProblemKind::slug))))]
    pub refusal: Option<Cow<'static, str>>,
    /// From this moment on nothing of the push can be revoked.
    pub closes_at: Timestamp,
    #[cfg_attr(feature = "description", schemars(with = "NoticeBody"))]
    pub notice: Notices,
    /// False when the scope names targets and there was more than a dry run looks at (2,000 batches or 5 seconds): then the
    /// numbers are upper bounds, and `unexamined_deliveries` says by how much.
    pub exact: bool,
    /// How many of `deliveries` nobody looked at: they may be for targets that the scope does not name. Only when `exact` is
    /// false.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schemars(range(min = 1)))]
    pub unexamined_deliveries: Option<u64>,
    /// True where there was more than could be counted in 7 seconds: then there are at least as many as the numbers say,
    /// and `exact` is false.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(feature = "description", schemars(extend("const" = true)))]
    pub at_least: bool,
    #[serde(flatten)]
    pub unmatched: UnmatchedAnswer,
    pub deliveries: u64,
    pub channels: BTreeMap<Word<Channel>, ChannelAnswer>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "ChannelPreview"))]
pub struct ChannelAnswer {
    /// How the channel takes a message back.
    #[cfg_attr(feature = "description", schemars(extend("enum" = words(Strategy::ALL.map(Strategy::as_str).into_iter().chain(["none"])))))]
    pub method: Cow<'static, str>,
    /// Whether this deployment can.
    #[cfg_attr(feature = "description", schemars(extend("enum" = [Capability::Able, Capability::Impossible, Capability::NotConfigured].map(Capability::reason))))]
    pub capability: Cow<'static, str>,
    /// All of the channel. Where the capability is `able`, the sum of the next four.
    pub deliveries: u64,
    /// The vendor would be asked.
    pub revocable: u64,
    /// Sent without the id that taking back needs.
    pub not_revocable: u64,
    /// Their own 7 days are over.
    pub too_late: u64,
    /// Held back by the sender.
    pub stopped: u64,
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
            verdict: verdict.into(),
            revocation_id,
            refusal: refusal.map(Cow::Borrowed),
            closes_at: preview.closes_at,
            notice: preview.notices,
            exact: preview.unexamined_deliveries == 0 && !preview.at_least,
            at_least: preview.at_least,
            unexamined_deliveries: Some(preview.unexamined_deliveries).filter(|unexamined| *unexamined > 0),
            unmatched: preview.unmatched.into(),
            deliveries: preview.channels.values().map(|channel| channel.deliveries).sum(),
            channels: preview
                .channels
                .into_iter()
                .map(|(channel, preview)| {
                    let answer = ChannelAnswer {
                        method: preview.strategy.map_or("none", Strategy::as_str).into(),
                        capability: preview.capability.reason().into(),
                        deliveries: preview.deliveries,
                        revocable: preview.revocable,
                        not_revocable: preview.not_revocable,
                        too_late: preview.too_late,
                        stopped: preview.stopped,
                    };
                    (channel.into(), answer)
                })
                .collect(),
        }
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use schemars::json_schema;
    use serde_json::{Value, json};

    use super::{PreviewAnswer, RevokeBody};
    use crate::description::example::{examples, revocation, settled, told};
    use crate::description::{Operation, Tag};
    use crate::wire::RevocationAnswer;

    pub(crate) fn revoke() -> Operation {
        Operation::new(
            "revoke{Kind}",
            Tag::Revoking,
            "Take a {kind} back",
            "Asking twice gives the same revocation.",
        )
        .body::<RevokeBody>(|_| {
            told([
                ("everything", "Take everything back", json!({ "reason": "wrong price" })),
                (
                    "dry_run",
                    "Say what would happen",
                    json!({ "reason": "wrong price", "dry_run": true }),
                ),
                (
                    "some",
                    "Some targets on one channel, with a notice",
                    json!({
                        "reason": "wrong recipients", "scope": { "channels": ["huawei"], "targets": ["user-77", "user-78"] },
                        "notice": { "title": "Correction", "text": "Please ignore our last message." }
                    }),
                ),
            ])
        })
        .answer::<RevocationAnswer<'_>>(
            202,
            "Accepted: the gate is closed for the scope, and what was delivered is being taken back.",
            |kind| examples([("accepted", revocation(kind, &json!({})))]),
        )
        .at("Location")
        .follow("lookUp{Kind}Revocation")
        .answer_as(
            200,
            "Covered by a revocation that is there already: that revocation. Or, with `dry_run`, what would happen.",
            |generator| {
                let revocation = generator.subschema_for::<RevocationAnswer<'_>>();
                json_schema!({ "oneOf": [revocation, generator.subschema_for::<PreviewAnswer>()] })
            },
            |kind| examples([("already_there", settled(kind)), ("dry_run", preview())]),
        )
        .at("LocationIfRevoked")
        .problem(409, "RevokeConflict")
    }

    fn preview() -> Value {
        let channel = |method: &str, capability: &str, deliveries: u64, revocable: u64| {
            json!({
                "method": method, "capability": capability, "deliveries": deliveries, "revocable": revocable,
                "not_revocable": 0, "too_late": 0, "stopped": 0
            })
        };
        json!({
            "dry_run": true, "verdict": "accept", "closes_at": "2026-11-30T12:00:00Z",
            "notice": { "title": "Message revoked", "text": "Message revoked" }, "exact": true, "deliveries": 1250,
            "channels": { "huawei": channel("overwrite", "able", 1000, 1000), "sms": channel("none", "channel_cannot_revoke", 250, 0) }
        })
    }
}
