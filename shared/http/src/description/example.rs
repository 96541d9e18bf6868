//! Values that many examples share, of a message or of a task.

use jiff::Timestamp;
use revocation_rules::ids::PushKind;
use serde_json::{Value, json};

pub const REVOCATION: &str = "rvk_7Zk2mVQ0sXn4bT9cLr1d";

/// # Panics
/// For what is no time; the examples have none such.
#[expect(
    clippy::expect_used,
    reason = "an example is read when the description is made, not when it is served"
)]
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Examples without a summary.
pub fn examples<'a>(named: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    named
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!({ "value": value })))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Examples with one.
pub fn told<'a>(named: impl IntoIterator<Item = (&'a str, &'a str, Value)>) -> Value {
    named
        .into_iter()
        .map(|(name, summary, value)| (name.to_owned(), json!({ "summary": summary, "value": value })))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

pub const fn id(kind: PushKind) -> &'static str {
    match kind {
        PushKind::Message => "order-9134-shipped",
        PushKind::Task => "20842863",
    }
}

pub fn push(kind: PushKind) -> Value {
    match kind {
        PushKind::Message => json!({
            "id": id(kind), "kind": "message", "type": "simple", "title": "Your order is on its way", "sent_at": "2026-11-23T08:00:00Z",
            "registered_at": "2026-11-23T07:59:58.214Z", "closes_at": "2026-11-30T08:00:00Z"
        }),
        PushKind::Task => json!({
            "id": id(kind), "kind": "task", "type": "batch", "title": "Autumn sale", "sent_at": "2026-11-23T08:00:00Z",
            "send_until": "2026-11-23T12:00:00Z", "registered_at": "2026-11-23T07:59:58.214Z", "closes_at": "2026-11-30T12:00:00Z"
        }),
    }
}

/// `changed` takes the place of what a revocation that was just requested has.
pub fn revocation(kind: PushKind, changed: &Value) -> Value {
    let mut revocation = json!({
        "id": REVOCATION, "push_id": id(kind), "push_kind": kind.as_str(), "state": "requested",
        "scope": { "channels": null, "targets": null }, "reason": "wrong price",
        "notice": { "title": "Message revoked", "text": "Message revoked" },
        "requested_by": "key-9d1c4e07ab52f380", "requested_at": "2026-11-23T08:20:11.402Z", "replays": 0,
        "summary": { "deliveries": 0, "taken_back": 0, "not_shown": 0, "may_be_shown": 0, "outstanding": 0, "groups": [] },
        "progress": { "total": progress(0, 0, 0, &json!({})), "channels": {} }
    });
    for (name, value) in changed.as_object().into_iter().flatten() {
        revocation[name] = value.clone();
    }
    revocation
}

pub fn settled(kind: PushKind) -> Value {
    revocation(
        kind,
        &json!({
            "state": "settled", "settled_at": "2026-11-23T08:20:19.871Z", "time_to_settle_ms": 8469,
            "summary": {
                "deliveries": 1250, "taken_back": 988, "not_shown": 0, "may_be_shown": 262, "outstanding": 0,
                "groups": [
                    { "why": "device_gone", "standing": "may_be_shown", "deliveries": 12, "remedy": "nothing" },
                    { "why": "channel_unable", "standing": "may_be_shown", "deliveries": 250, "remedy": "nothing" }
                ]
            },
            "progress": {
                "total": progress(1250, 1250, 988, &json!({ "overwritten": 988, "target_gone": 12, "unsupported": 250 })),
                "channels": {
                    "huawei": progress(1000, 1000, 988, &json!({ "overwritten": 988, "target_gone": 12 })),
                    "sms": progress(250, 250, 0, &json!({ "unsupported": 250 }))
                }
            }
        }),
    )
}

/// A revocation whose failed deliveries are asked for once more.
pub fn replayed(kind: PushKind) -> Value {
    revocation(
        kind,
        &json!({
            "replays": 1,
            "summary": { "deliveries": 1000, "taken_back": 0, "not_shown": 0, "may_be_shown": 0, "outstanding": 1000, "groups": [] },
            "progress": { "total": progress(1000, 0, 0, &json!({})), "channels": { "oppo": progress(1000, 0, 0, &json!({})) } }
        }),
    )
}

fn progress(requested: u64, ended: u64, accepted: u64, outcomes: &Value) -> Value {
    json!({
        "requested": requested, "ended": ended, "outstanding": requested - ended,
        "accepted_by_vendor": accepted, "confirmed_by_device": 0, "outcomes": outcomes
    })
}
