//! Recordings that arrive over the queue: the same body as over HTTP, with the push it belongs to.
//!
//! Who may write to the queue is IAM's business. The message names its tenant, and AWS names who sent it: that
//! sender must be bound to that tenant.

use aws_lambda_events::event::sqs::SqsMessage;
use revocation_app::ports::Ports;
use revocation_app::{AdmitError, KnownBindings, RecordError, admit_recording, record_deliveries};
use revocation_http::body::MAX_BODY_BYTES;
use revocation_http::wire::RecordBody;
use revocation_lambda::queue_event::body;
use revocation_rules::channel::Channels;
use revocation_rules::ids::{PushId, PushKind, PushRef, Tenant};
use revocation_rules::queue_sender::{QueueSender, Unbound};
use serde::Deserialize;

/// What the function works with.
pub struct Deps<P: Ports> {
    pub store: P::Store,
    pub queue: P::Queue,
    /// The channels with a dispatcher, and how each takes back.
    pub channels: Channels,
    pub clock: P::Clock,
    /// For whom its senders may record.
    pub senders: P::Senders,
    pub known: KnownBindings,
    pub unbound: Unbound,
}

/// In which version a recording is written.
#[derive(Deserialize)]
struct Versioned {
    v: Version,
}

#[derive(Deserialize)]
enum Version {
    #[serde(rename = "1")]
    V1,
}

/// `{"v":"1","tenant":{"app":"..","workspace":".."},"kind":"task","id":"..","batch":{..}}`
#[derive(Debug, Deserialize)]
pub struct RecordingV1 {
    tenant: Tenant,
    kind: PushKind,
    id: PushId,
    batch: RecordBody,
}

/// A recording, and who sent it.
#[derive(Debug)]
pub struct Sent {
    sender: Option<QueueSender>,
    recording: RecordingV1,
}

#[derive(Debug, thiserror::Error)]
pub enum QueuedError {
    #[error(transparent)]
    Admit(#[from] AdmitError),
    #[error("the recording is not valid: {0}")]
    Invalid(String),
    #[error(transparent)]
    Record(#[from] RecordError),
}

pub fn parse(message: &SqsMessage) -> Result<Sent, &'static str> {
    const NOT_ONE: &str = "it does not follow version 1 of the recording format";
    let body = body(message);
    if body.len() > MAX_BODY_BYTES {
        return Err(NOT_ONE);
    }
    // Read twice: what has to wait for its version takes many times its bytes. serde's own words may quote a token.
    let Versioned { v: Version::V1 } = serde_json::from_str(body).map_err(|_| NOT_ONE)?;
    Ok(Sent {
        // Set by SQS. What the sender itself attaches to a message stands elsewhere.
        sender: message.attributes.get("SenderId").and_then(|id| QueueSender::of_sender_id(id)),
        recording: serde_json::from_str(body).map_err(|_| NOT_ONE)?,
    })
}

pub async fn record<P: Ports>(deps: &Deps<P>, sent: Sent) -> Result<(), QueuedError> {
    let Sent { sender, recording } = sent;
    admit_recording(
        &deps.known,
        &deps.senders,
        &deps.clock,
        deps.unbound,
        sender.as_ref(),
        &recording.tenant,
    )
    .await?;
    let push = PushRef {
        tenant: recording.tenant,
        kind: recording.kind,
        id: recording.id,
    };
    let batch = recording
        .batch
        .batch(push)
        .map_err(|problem| QueuedError::Invalid(problem.detail.unwrap_or_default()))?;
    record_deliveries(&deps.store, &deps.queue, &deps.clock, &deps.channels, batch).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str, attributes: &serde_json::Value) -> SqsMessage {
        serde_json::from_value(serde_json::json!({
            "messageId": "1", "body": body, "attributes": attributes,
            "messageAttributes": { "SenderId": { "stringValue": "AROAmadeup", "dataType": "String" } }
        }))
        .unwrap()
    }

    const BODY: &str = r#"{"v":"1","tenant":{"app":"shop","workspace":"default"},"kind":"task","id":"t1",
        "batch":{"batch_id":"b1","channel":"huawei","notify_id":7,"deliveries":[{"token":"a"}]}}"#;

    #[test]
    fn a_recording_names_its_push_and_its_batch() {
        let nothing = serde_json::json!({});
        assert_eq!(parse(&message(BODY, &nothing)).unwrap().recording.id.as_str(), "t1");
        assert!(parse(&message(&BODY.replace("\"1\"", "\"2\""), &nothing)).is_err());
        assert!(parse(&message("{}", &nothing)).is_err());
        assert!(parse(&message(&format!("{BODY}{}", " ".repeat(MAX_BODY_BYTES)), &nothing)).is_err());
    }

    #[test]
    fn the_sender_is_who_aws_says_and_not_who_the_message_says() {
        let sender = |attributes| parse(&message(BODY, &attributes)).unwrap().sender.map(|sender| sender.to_string());
        assert_eq!(
            sender(serde_json::json!({ "SenderId": "AROAshop:session" })).as_deref(),
            Some("AROAshop")
        );
        assert_eq!(sender(serde_json::json!({ "SentTimestamp": "1" })), None);
    }

    #[test]
    fn a_recording_of_what_cannot_be_seen_is_refused() {
        let body = r#"{"v":"1","tenant":{"app":"shop","workspace":"default"},"kind":"task","id":"t1",
            "batch":{"batch_id":"b1","channel":"huawei","deliveries":[{"token":"TOKEN","target":"TARGET"}]}}"#;
        let taken = |body: &str| parse(&message(body, &serde_json::json!({}))).is_ok();
        assert!(taken(body));
        for unseen in ['\u{200b}', '\u{feff}', '\u{a0}', '\u{202e}', '\u{e0041}'] {
            for field in ["TOKEN", "TARGET"] {
                let bad = format!("{field}{unseen}");
                assert!(!taken(&body.replace(field, &bad)), "{bad:?}");
            }
        }
    }
}
