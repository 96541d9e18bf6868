//! Recordings that arrive over the queue: the same body as over HTTP, with the push it belongs to.
//!
//! Who may write to the queue is IAM's business; the message names its tenant.

use revocation_app::{RecordError, record_deliveries};
use revocation_aws::Work;
use revocation_http::wire::RecordBody;
use revocation_rules::ids::{PushId, PushKind, PushRef, Tenant};
use serde::Deserialize;

/// `{"v":"1","tenant":{"app":"..","workspace":".."},"kind":"task","id":"..","batch":{..}}`
#[derive(Debug, Deserialize)]
#[serde(tag = "v")]
pub enum Recording {
    #[serde(rename = "1")]
    V1(RecordingV1),
}

#[derive(Debug, Deserialize)]
pub struct RecordingV1 {
    tenant: Tenant,
    kind: PushKind,
    id: PushId,
    batch: RecordBody,
}

#[derive(Debug, thiserror::Error)]
pub enum QueuedError {
    #[error("the recording is not valid: {0}")]
    Invalid(String),
    #[error(transparent)]
    Record(#[from] RecordError),
}

pub fn parse(body: &str) -> Result<RecordingV1, &'static str> {
    // serde's own words may quote a token.
    match serde_json::from_str(body) {
        Ok(Recording::V1(recording)) => Ok(recording),
        Err(_) => Err("it does not follow version 1 of the recording format"),
    }
}

pub async fn record(work: &Work, recording: RecordingV1) -> Result<(), QueuedError> {
    let push = PushRef {
        tenant: recording.tenant,
        kind: recording.kind,
        id: recording.id,
    };
    let batch = recording
        .batch
        .batch(push)
        .map_err(|problem| QueuedError::Invalid(problem.detail.unwrap_or_default()))?;
    record_deliveries(&work.store, &work.queue, &work.clock, &work.channels, batch).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_names_its_push_and_its_batch() {
        let body = r#"{"v":"1","tenant":{"app":"shop","workspace":"default"},"kind":"task","id":"t1",
            "batch":{"batch_id":"b1","channel":"huawei","notify_id":7,"deliveries":[{"token":"a"}]}}"#;
        assert_eq!(parse(body).unwrap().id.as_str(), "t1");
        assert!(parse(&body.replace("\"1\"", "\"2\"")).is_err());
        assert!(parse("{}").is_err());
    }

    #[test]
    fn a_recording_of_what_cannot_be_seen_is_refused() {
        let body = r#"{"v":"1","tenant":{"app":"shop","workspace":"default"},"kind":"task","id":"t1",
            "batch":{"batch_id":"b1","channel":"huawei","deliveries":[{"token":"TOKEN","target":"TARGET"}]}}"#;
        assert!(parse(body).is_ok());
        for unseen in ['\u{200b}', '\u{feff}', '\u{a0}', '\u{202e}', '\u{e0041}'] {
            for field in ["TOKEN", "TARGET"] {
                let bad = format!("{field}{unseen}");
                assert!(parse(&body.replace(field, &bad)).is_err(), "{bad:?}");
            }
        }
    }
}
