//! Jobs that confirm: several may name the same batch, since each device speaks
//! for itself. Each batch of an event is looked at once, and once more for each look that receipts wait for.

use std::collections::BTreeMap;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures::StreamExt;
use revocation_app::confirm_batch;
use revocation_app::ports::WorkError;
use revocation_app::ports::{Job, Ports};
use revocation_lambda::{panics, queue_event};
use revocation_rules::ids::BatchRef;
use revocation_rules::looks::Look;

/// What the function works with.
pub struct Deps<P: Ports> {
    pub store: P::Store,
    pub queue: P::Queue,
    pub clock: P::Clock,
}

/// Batches that are looked at at once.
const AT_ONCE: usize = 10;

pub async fn handle<P: Ports>(deps: &Deps<P>, event: SqsEvent) -> SqsBatchResponse {
    each_batch(event, async |batch, look, nth| confirm(deps, &batch, look, nth).await).await
}

async fn confirm<P: Ports>(deps: &Deps<P>, batch: &BatchRef, look: Option<Look>, nth: u32) -> Result<(), WorkError> {
    let end = confirm_batch(&deps.store, &deps.queue, &deps.clock, batch, nth, look).await?;
    tracing::info!(?end, nth, "looked for what devices confirmed");
    Ok(())
}

/// All messages of an event that name one batch, and one look, if any.
#[derive(Default)]
struct Asked {
    /// How often it was looked at by the one that has the most looks left.
    nth: u32,
    messages: Vec<String>,
}

/// A batch that cannot be looked at comes again with all its messages; so does
/// what is no job of ours, until the redrive policy parks it.
async fn each_batch(event: SqsEvent, look: impl AsyncFn(BatchRef, Option<Look>, u32) -> Result<(), WorkError>) -> SqsBatchResponse {
    let mut asked: BTreeMap<(BatchRef, Option<Look>), Asked> = BTreeMap::new();
    let mut failed: Vec<String> = Vec::new();
    for record in event.records {
        let job = revocation_aws::decode(queue_event::body(&record));
        let id = record.message_id.unwrap_or_default();
        match job {
            Ok(Job::Confirm { batch, nth, look }) => {
                let first = Asked { nth, messages: Vec::new() };
                let asked = asked.entry((batch, look)).or_insert(first);
                asked.nth = asked.nth.min(nth);
                asked.messages.push(id);
            }
            Ok(Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) | Job::Dispatch(_)) => {
                tracing::error!(sqs.message_id = %id, "queue message {id} is a job of another queue");
                failed.push(id);
            }
            Err(error) => {
                tracing::error!(sqs.message_id = %id, %error, "queue message {id} is not a job");
                failed.push(id);
            }
        }
    }
    let looked: Vec<Vec<String>> = futures::stream::iter(asked)
        .map(|((batch, of), asked)| {
            let look = &look;
            async move {
                let messages = asked.messages.len();
                match panics::caught(look(batch, of, asked.nth)).await {
                    Ok(Ok(())) => return None,
                    Ok(Err(error)) => tracing::error!(%error, messages, "could not look at a batch"),
                    Err(error) => tracing::error!(%error, messages, "could not look at a batch"),
                }
                Some(asked.messages)
            }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |failed| failed)
        .collect()
        .await;
    failed.extend(looked.into_iter().flatten());
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed.into_iter().map(failure).collect();
    response
}

fn failure(id: String) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = id;
    failure
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use revocation_app::ports::StoreError;
    use revocation_rules::ids::{PushKind, PushRef, Tenant};

    use super::*;

    fn job(batch: &str, nth: u32, look: Option<u64>) -> String {
        revocation_aws::encode(&Job::Confirm {
            batch: BatchRef {
                push: PushRef {
                    tenant: Tenant {
                        app: "shop".parse().unwrap(),
                        workspace: "default".parse().unwrap(),
                    },
                    kind: PushKind::Task,
                    id: "t1".parse().unwrap(),
                },
                shard: 0,
                batch: batch.parse().unwrap(),
            },
            nth,
            look: look.map(|nth| Look { nth, by: 1 }),
        })
    }

    #[tokio::test]
    async fn each_batch_is_looked_at_once_and_comes_again_with_all_its_messages() {
        let bodies = [
            job("b1", 3, None),
            job("b2", 0, None),
            job("b1", 1, None),
            job("b2", 0, None),
            "no job".to_owned(),
            job("b3", 20, None),
            job("b3", 0, Some(1)),
            job("b3", 0, Some(1)),
            job("b3", 0, Some(2)),
        ];
        let records = bodies.iter().enumerate().map(
            |(nth, body)| serde_json::json!({ "messageId": nth.to_string(), "body": body, "attributes": {}, "messageAttributes": {} }),
        );
        let event = serde_json::from_value(serde_json::json!({ "Records": records.collect::<Vec<_>>() })).unwrap();
        let looks = RefCell::new(Vec::new());
        let answer = each_batch(event, async |batch, look, nth| {
            let fails = batch.batch.as_str() == "b2";
            let look = look.map(|look| look.nth);
            looks.borrow_mut().push((batch.batch.as_str().to_owned(), look, nth));
            if fails {
                return Err(StoreError::Unavailable("away".into()).into());
            }
            Ok(())
        })
        .await;
        let mut looks = looks.into_inner();
        looks.sort();
        let expected = [
            ("b1", None, 1),
            ("b2", None, 0),
            ("b3", None, 20),
            ("b3", Some(1), 0),
            ("b3", Some(2), 0),
        ];
        assert_eq!(looks, expected.map(|(batch, look, nth)| (batch.to_owned(), look, nth)));
        let mut failed: Vec<_> = answer
            .batch_item_failures
            .iter()
            .map(|failure| failure.item_identifier.as_str())
            .collect();
        failed.sort_unstable();
        assert_eq!(failed, ["1", "3", "4"]);
    }
}
