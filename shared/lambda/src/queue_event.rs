//! A batch of queue messages: handle one, and report those that are to come again.

use std::fmt::Display;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::StreamExt;

use revocation_metrics::{Labels, Metric, note};

use crate::panics;

/// Messages of one event that are worked on at once.
const AT_ONCE: usize = 10;

/// What a message says; nothing, if it has no body.
pub fn body(message: &SqsMessage) -> &str {
    message.body.as_deref().unwrap_or_default()
}

/// The attribute of a message that the replay command has sent back from its dead letters.
pub const REPLAYED: &str = "replayed";

/// It was a dead letter, and comes for the first time since.
fn is_replayed(message: &SqsMessage) -> bool {
    let again = message.attributes.get("ApproximateReceiveCount").is_some_and(|count| count != "1");
    message.message_attributes.contains_key(REPLAYED) && !again
}

/// Runs `handle` on every message. A message whose handler fails, or whose body
/// is not a job, is delivered again; the redrive policy parks it in the end.
pub async fn each<J, E: Display, P: Display>(
    event: SqsEvent,
    parse: impl Fn(&SqsMessage) -> Result<J, P>,
    handle: impl AsyncFn(J) -> Result<(), E>,
) -> SqsBatchResponse {
    let failed: Vec<Option<BatchItemFailure>> = futures::stream::iter(event.records)
        .map(|record| {
            let (parse, handle) = (&parse, &handle);
            async move {
                let id = record.message_id.clone().unwrap_or_default();
                if is_replayed(&record) {
                    note(Metric::DeadLettersReplayed, Labels::NONE, 1);
                }
                let work = async {
                    match parse(&record) {
                        Ok(job) => handle(job)
                            .await
                            .inspect_err(|error| {
                                tracing::error!(sqs.message_id = %id, %error, "the job of queue message {id} failed");
                            })
                            .is_ok(),
                        Err(error) => {
                            tracing::error!(sqs.message_id = %id, %error, "queue message {id} is not a job");
                            false
                        }
                    }
                };
                // The others of the event are none the worse for it.
                let done = panics::caught(work).await.unwrap_or_else(|panics::Panicked| {
                    tracing::error!(sqs.message_id = %id, "the job of queue message {id} panicked");
                    false
                });
                (!done).then(|| {
                    let mut failure = BatchItemFailure::default();
                    failure.item_identifier = id;
                    failure
                })
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed.into_iter().flatten().collect();
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(message: &SqsMessage) -> Result<u32, std::num::ParseIntError> {
        body(message).parse()
    }

    #[tokio::test]
    async fn only_what_failed_comes_again() {
        let event: SqsEvent = serde_json::from_value(serde_json::json!({
            "Records": [
                {"messageId": "1", "body": "1", "attributes": {}, "messageAttributes": {}},
                {"messageId": "2", "body": "no number", "attributes": {}, "messageAttributes": {}},
                {"messageId": "3", "body": "3", "attributes": {}, "messageAttributes": {}}
            ]
        }))
        .unwrap();
        let answer = each(event, number, async |n| if n == 3 { Err("three") } else { Ok(()) }).await;
        let mut ids: Vec<_> = answer
            .batch_item_failures
            .iter()
            .map(|failure| failure.item_identifier.as_str())
            .collect();
        ids.sort_unstable();
        assert_eq!(ids, ["2", "3"]);
    }

    #[tokio::test]
    async fn a_dead_letter_that_was_sent_back_counts_when_it_comes_for_the_first_time() {
        let message = |count: &str, attributes: &serde_json::Value| serde_json::json!({"messageId": "1", "body": "1", "attributes": {"ApproximateReceiveCount": count}, "messageAttributes": attributes});
        let replayed = serde_json::json!({REPLAYED: {"stringValue": "1", "dataType": "String"}});
        let event = serde_json::json!({"Records": [
            message("1", &replayed), message("2", &replayed), message("1", &serde_json::json!({})), message("1", &replayed)
        ]});
        let event: SqsEvent = serde_json::from_value(event).unwrap();
        let (_, noted) = revocation_metrics::gathered(each(event, number, async |_| Ok::<_, &str>(()))).await;
        assert_eq!(noted.values(Metric::DeadLettersReplayed), [2]);
    }

    #[tokio::test]
    async fn a_message_that_makes_its_job_panic_comes_again_alone() {
        let event: SqsEvent = serde_json::from_value(serde_json::json!({
            "Records": [
                {"messageId": "1", "body": "1", "attributes": {}, "messageAttributes": {}},
                {"messageId": "2", "body": "2", "attributes": {}, "messageAttributes": {}},
                {"messageId": "3", "body": "3", "attributes": {}, "messageAttributes": {}}
            ]
        }))
        .unwrap();
        let answer = each(event, number, async |n| {
            assert_ne!(n, 2, "planted");
            Ok::<_, &str>(())
        })
        .await;
        let failed = answer.batch_item_failures.iter();
        assert_eq!(failed.map(|failure| failure.item_identifier.as_str()).collect::<Vec<_>>(), ["2"]);
    }
}
