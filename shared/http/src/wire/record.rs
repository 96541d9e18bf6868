//! `POST /v1/tasks/{id}/deliveries`.

use std::fmt;

use jiff::Timestamp;
use revocation_app::ports::Recorded;
use revocation_app::{NewBatch, RecordedBatch};
#[cfg(feature = "description")]
use revocation_rules::batch::MAX_NOTIFY_ID;
use revocation_rules::batch::{Delivery, Handle, MAX_COLLAPSE_ID_BYTES, MAX_DELIVERIES, MAX_NOTIFY_KEY_BYTES, MAX_TAG_BYTES, Sending};
#[cfg(feature = "description")]
use revocation_rules::channel::HandleKind;
use revocation_rules::channel::{Capability, Channel, Tokens};
#[cfg(feature = "description")]
use revocation_rules::ids::MAX_TOKEN_BYTES;
use revocation_rules::ids::{BatchId, DeviceToken, Locale, PushRef, RevocationId, TargetId, VendorTaskId};
use revocation_rules::plan::reason;
use revocation_rules::visible::Visible;
use revocation_rules::web_push::{KeyError, PublicKey, Subscription};
use serde::{Deserialize, Serialize};

use super::bounded::{List, Text};
use super::gate::{GateState, said};
use super::register::to_millisecond;
use crate::problem::{FieldError, Problem};

/// Up to 1,000 deliveries of one push on one channel. `notify_id`, `collapse_id`, `tag`, `notify_key`, `vendor_task_id` and
/// `locale` here are for every delivery that brings none of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Recording", extend("not" = two_handles(), "if" = to_browsers(), "then" = as_browsers_are(), "else" = as_others_are())))]
pub struct RecordBody {
    batch_id: BatchId,
    channel: Channel,
    /// When these deliveries were sent, within what the push was registered for. Left out: now.
    sent_at: Option<Timestamp>,
    /// The notification id the push was sent with, where the channel overwrites by it.
    #[cfg_attr(feature = "description", schemars(range(min = 1, max = MAX_NOTIFY_ID)))]
    notify_id: Option<u32>,
    /// The `apns-collapse-id` the push was sent with, at most 64 bytes. For `apns` only.
    collapse_id: Option<CollapseId>,
    /// The tag the push was sent with, where the channel overwrites by it.
    #[cfg_attr(feature = "description", schemars(regex(pattern = "^[A-Za-z0-9_-]+$")))]
    tag: Option<SentTag>,
    /// The notify key the push was sent with, where the channel overwrites by it.
    #[cfg_attr(feature = "description", schemars(regex(pattern = "^[A-Za-z0-9_-]+$")))]
    notify_key: Option<NotifyKey>,
    vendor_task_id: Option<VendorTaskId>,
    locale: Option<Locale>,
    /// The site's own public key that its pages subscribed with, where it has several: Base64, 65 bytes. For `web_push` only.
    #[cfg_attr(feature = "description", schemars(regex(pattern = POINT)))]
    vapid_key: Option<KeyText>,
    /// The gate was closed and this batch was not sent. Its deliveries end as `stopped`.
    #[serde(default)]
    held_back: bool,
    /// Each token once.
    deliveries: List<DeliveryBody, MAX_DELIVERIES>,
}

/// It may be every delivery's, and is copied for each.
type CollapseId = Text<MAX_COLLAPSE_ID_BYTES>;
type SentTag = Text<MAX_TAG_BYTES>;
type NotifyKey = Text<MAX_NOTIFY_KEY_BYTES>;

/// One message to one device. Has at most one of `notify_id`, `collapse_id`, `tag` and `notify_key`, the one that its channel
/// overwrites by; without it, its own or the batch's, a revocation cannot overwrite it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Delivery", extend("not" = two_handles())))]
struct DeliveryBody {
    token: Visible<DeviceToken>,
    /// The user or device it was for. Left out, the delivery goes by a name that is made of its token: `device-` and the first
    /// 16 hexadecimal digits of the SHA-256 of the token. Outcomes show that name; a scope, the gate and a search find the
    /// delivery by it and by the token itself.
    target: Option<Visible<TargetId>>,
    /// The notification id the push was sent with, where the channel overwrites by it.
    #[cfg_attr(feature = "description", schemars(range(min = 1, max = MAX_NOTIFY_ID)))]
    notify_id: Option<u32>,
    /// The `apns-collapse-id` the push was sent with, at most 64 bytes. For `apns` only.
    collapse_id: Option<CollapseId>,
    /// The tag the push was sent with, where the channel overwrites by it.
    #[cfg_attr(feature = "description", schemars(regex(pattern = "^[A-Za-z0-9_-]+$")))]
    tag: Option<SentTag>,
    /// The notify key the push was sent with, where the channel overwrites by it.
    #[cfg_attr(feature = "description", schemars(regex(pattern = "^[A-Za-z0-9_-]+$")))]
    notify_key: Option<NotifyKey>,
    /// The vendor's own id of the sending, where it recalls by it: the `taskId` that vivo answered. One sending belongs to one
    /// batch.
    vendor_task_id: Option<VendorTaskId>,
    locale: Option<Locale>,
    /// The keys of the browser's subscription, as `PushSubscription.toJSON()` has them. For `web_push` only, which needs them:
    /// there `token` is the subscription's endpoint.
    keys: Option<Box<KeysBody>>,
    /// The site's own public key that the page subscribed with, where it has several: Base64, 65 bytes. For `web_push` only.
    #[cfg_attr(feature = "description", schemars(regex(pattern = POINT)))]
    vapid_key: Option<KeyText>,
}

/// Room for a public key in Base64, padded.
type KeyText = Text<88>;

/// Keys of a browser's subscription, in Base64 of either alphabet, padded or not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "SubscriptionKeys"))]
struct KeysBody {
    /// 65 bytes, a point on P-256 that is not compressed.
    #[cfg_attr(feature = "description", schemars(regex(pattern = POINT)))]
    p256dh: KeyText,
    /// 16 bytes.
    #[cfg_attr(feature = "description", schemars(regex(pattern = SIXTEEN)))]
    auth: Text<24>,
}

/// With its endpoint it is all that pushing takes.
impl fmt::Debug for KeysBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<keys>")
    }
}

impl RecordBody {
    /// # Errors
    /// 400 when a delivery names two kinds of id, or has keys that are none.
    pub fn batch(self, push: PushRef) -> Result<NewBatch, Problem> {
        let shared = handle(self.notify_id, self.collapse_id, self.tag, self.notify_key, "")?;
        let mut deliveries = Vec::with_capacity(self.deliveries.0.len());
        for (at, delivery) in self.deliveries.0.into_iter().enumerate() {
            let vapid_key = delivery.vapid_key.as_ref().or(self.vapid_key.as_ref());
            let subscription = subscription(self.channel, delivery.keys.as_deref(), vapid_key, at)?;
            let own = handle(
                delivery.notify_id,
                delivery.collapse_id,
                delivery.tag,
                delivery.notify_key,
                &format!("/deliveries/{at}"),
            )?;
            deliveries.push(Delivery {
                target: delivery
                    .target
                    .map_or_else(|| TargetId::of_token(&delivery.token.0), |Visible(target)| target),
                token: delivery.token.0,
                handle: own.or_else(|| shared.clone()),
                vendor_task: delivery.vendor_task_id.or_else(|| self.vendor_task_id.clone()),
                locale: delivery.locale.or_else(|| self.locale.clone()),
                subscription,
            });
        }
        Ok(NewBatch {
            push,
            batch: self.batch_id,
            channel: self.channel,
            sending: if self.held_back { Sending::HeldBack } else { Sending::Sent },
            sent_at: self.sent_at.map(to_millisecond),
            deliveries,
        })
    }
}

/// A delivery has at most one: the second is refused.
fn handle(
    notify_id: Option<u32>,
    collapse_id: Option<CollapseId>,
    tag: Option<SentTag>,
    notify_key: Option<NotifyKey>,
    pointer: &str,
) -> Result<Option<Handle>, Problem> {
    let mut said = [
        notify_id.map(Handle::NotifyId),
        collapse_id.map(|Text(id)| Handle::CollapseId(id)),
        tag.map(|Text(tag)| Handle::Tag(tag)),
        notify_key.map(|Text(key)| Handle::NotifyKey(key)),
    ]
    .into_iter()
    .flatten();
    let first = said.next();
    if let (Some(first), Some(second)) = (&first, said.next()) {
        return Err(Problem::invalid_all(vec![FieldError {
            pointer: format!("{pointer}/{}", second.kind().field()),
            detail: format!("stands beside {}; a delivery has one of the two", first.kind().field()),
        }]));
    }
    Ok(first)
}

/// What a delivery to a browser is encrypted with.
fn subscription(
    channel: Channel,
    keys: Option<&KeysBody>,
    vapid_key: Option<&KeyText>,
    at: usize,
) -> Result<Option<Box<Subscription>>, Problem> {
    // Nothing of a key in a problem.
    let bad = |field: &str, error: KeyError| Problem::invalid(format!("/deliveries/{at}/{field}"), error);
    let vapid_key = vapid_key.map(|Text(key)| PublicKey::parse(key)).transpose();
    let vapid_key = vapid_key.map_err(|error| bad("vapid_key", error))?;
    let Some(keys) = keys else {
        // It says by what key something is encrypted that is not there.
        let is_of_browsers = channel.facts().tokens == Tokens::Endpoints;
        return match vapid_key {
            Some(_) if !is_of_browsers => Err(Problem::invalid(format!("/deliveries/{at}/vapid_key"), NotTaken)),
            Some(_) | None => Ok(None),
        };
    };
    Ok(Some(Box::new(Subscription {
        p256dh: PublicKey::parse(&keys.p256dh.0).map_err(|error| bad("keys/p256dh", error))?,
        auth: Subscription::parse_auth(&keys.auth.0).map_err(|error| bad("keys/auth", error))?,
        vapid_key,
    })))
}

#[derive(Debug, thiserror::Error)]
#[error("is not taken on this channel: only a browser subscribes with one")]
struct NotTaken;

/// Base64 of 65 bytes, the first of them 4.
#[cfg(feature = "description")]
const POINT: &str = "^B[A-P][A-Za-z0-9_+/-]{84}[AEIMQUYcgkosw048]=?$";
/// Base64 of 16 bytes.
#[cfg(feature = "description")]
const SIXTEEN: &str = "^[A-Za-z0-9_+/-]{21}[AQgw](==)?$";

/// A recording whose tokens are browsers' endpoints.
#[cfg(feature = "description")]
fn to_browsers() -> serde_json::Value {
    let browsers = Channel::ALL
        .into_iter()
        .filter(|channel| channel.facts().tokens == Tokens::Endpoints);
    serde_json::json!({ "properties": { "channel": { "enum": browsers.collect::<Vec<_>>() } }, "required": ["channel"] })
}

#[cfg(feature = "description")]
fn as_browsers_are() -> serde_json::Value {
    let one = serde_json::json!({ "properties": { "token": { "pattern": "^https://" } }, "required": ["keys"] });
    serde_json::json!({ "properties": { "deliveries": { "items": one } } })
}

#[cfg(feature = "description")]
fn as_others_are() -> serde_json::Value {
    let keys = serde_json::json!({ "anyOf": [{ "required": ["keys"] }, { "required": ["vapid_key"] }] });
    let one = serde_json::json!({ "properties": { "token": { "maxLength": MAX_TOKEN_BYTES } }, "not": keys });
    serde_json::json!({ "properties": { "deliveries": { "items": one } }, "not": { "required": ["vapid_key"] } })
}

/// What no delivery may have.
#[cfg(feature = "description")]
fn two_handles() -> serde_json::Value {
    let kinds = HandleKind::ALL;
    let pairs = kinds.iter().enumerate().flat_map(|(at, one)| {
        let others = kinds.iter().skip(at + 1);
        others.map(|other| serde_json::json!({ "required": [one.field(), other.field()] }))
    });
    serde_json::json!({ "anyOf": pairs.collect::<Vec<_>>() })
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Recorded"))]
pub struct RecordAnswer {
    #[cfg_attr(feature = "description", schemars(range(min = 1, max = MAX_DELIVERIES)))]
    recorded: u16,
    /// The same call was made before; nothing was recorded twice.
    again: bool,
    gate: GateState,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_id: Option<RevocationId>,
    /// Targets of this batch that are revoked while the gate is open for the others.
    #[cfg_attr(feature = "description", schemars(length(max = MAX_DELIVERIES)))]
    revoked_targets: Vec<TargetId>,
    warnings: Vec<Warning>,
}

/// Something a revocation could not take back, said at send time.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Warning"))]
struct Warning {
    #[cfg_attr(feature = "description", schemars(extend("enum" = ["not_revocable", reason::AUDIENCE_UNKNOWN, Capability::Impossible.reason(), Capability::NotConfigured.reason()])))]
    code: &'static str,
    /// How many it is about.
    #[cfg_attr(feature = "description", schemars(range(min = 1, max = MAX_DELIVERIES)))]
    deliveries: u16,
    detail: &'static str,
}

impl From<RecordedBatch> for RecordAnswer {
    fn from(recorded: RecordedBatch) -> Self {
        let (gate, revocation_id) = said(recorded.gate);
        let mut warnings = Vec::new();
        match recorded.capability {
            Capability::Able if recorded.not_revocable > 0 => warnings.push(Warning {
                code: "not_revocable",
                deliveries: recorded.not_revocable,
                detail: "sent without the id that taking back needs (notify_id, collapse_id, tag, notify_key or, on vivo, vendor_task_id): a revocation can not take these back",
            }),
            Capability::Able => {}
            Capability::Impossible | Capability::NotConfigured => warnings.push(Warning {
                code: recorded.capability.reason(),
                deliveries: recorded.recorded,
                detail: "a revocation can not take these back: their channel can not, or is not set up here",
            }),
        }
        if recorded.audiences > 0 {
            warnings.push(Warning {
                code: reason::AUDIENCE_UNKNOWN,
                deliveries: recorded.audiences,
                detail: "a topic or a condition is no device: who is subscribed when it is revoked is not who was when it was sent, and by default a revocation leaves these alone",
            });
        }
        Self {
            recorded: recorded.recorded,
            again: recorded.kept == Recorded::Same,
            gate,
            revocation_id,
            revoked_targets: recorded.revoked_targets,
            warnings,
        }
    }
}

#[cfg(feature = "description")]
pub(crate) mod described {
    use serde_json::json;

    use super::{RecordAnswer, RecordBody};
    use crate::description::example::{REVOCATION, examples, told};
    use crate::description::{Operation, Tag};

    pub(crate) fn record() -> Operation {
        Operation::new(
            "record{Kind}Deliveries",
            Tag::Sending,
            "Record what was delivered",
            "The same batch sent again is recorded once. What is recorded for a revoked push is revoked at once.",
        )
        .body::<RecordBody>(|_| {
            told([
                (
                    "huawei",
                    "Sent with one notify id",
                    json!({
                        "batch_id": "huawei-0001", "channel": "huawei", "notify_id": 730_021,
                        "deliveries": [
                            { "token": "AKd8fT1nP0c9Qx2w", "target": "user-77" },
                            { "token": "AKd8fT1nP0c9Qx2x", "target": "user-78" }
                        ]
                    }),
                ),
                (
                    "apns",
                    "Sent with a collapse id",
                    json!({
                        "batch_id": "apns-0001", "channel": "apns", "sent_at": "2026-11-23T08:00:02Z", "collapse_id": "sale-2026-11",
                        "deliveries": [{ "token": "6f1c2a90b7d84e53", "target": "user-79" }]
                    }),
                ),
                (
                    "web_push",
                    "Sent to a browser",
                    json!({
                        "batch_id": "web-0001", "channel": "web_push", "tag": "sale-2026-11",
                        "deliveries": [{
                            "token": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABpJ1", "target": "user-81",
                            "keys": {
                                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                                "auth": "BTBZMqHH6r4Tts7J_aSIgg"
                            }
                        }]
                    }),
                ),
                (
                    "held_back",
                    "Not sent, because the gate was closed",
                    json!({
                        "batch_id": "huawei-0002", "channel": "huawei", "held_back": true,
                        "deliveries": [{ "token": "AKd8fT1nP0c9Qx2y", "target": "user-80", "notify_id": 730_022 }]
                    }),
                ),
            ])
        })
        .answer::<RecordAnswer>(200, "Recorded. The answer carries the gate for this channel.", |_| {
            let warning = json!({
                "code": "not_revocable", "deliveries": 2,
                "detail": "sent without the id that overwriting needs: a revocation can not take these back"
            });
            examples([
                (
                    "open",
                    json!({ "recorded": 2, "again": false, "gate": "open", "revoked_targets": [], "warnings": [] }),
                ),
                (
                    "revoked",
                    json!({
                        "recorded": 2, "again": false, "gate": "revoked", "revocation_id": REVOCATION,
                        "revoked_targets": [], "warnings": [warning]
                    }),
                ),
            ])
        })
        .problem(409, "RecordConflict")
    }
}
