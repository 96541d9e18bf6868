//! The two queues at SQS.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName};
use revocation_lambda::queue_event::REPLAYED;

use crate::send_back::{Letter, Queues};

/// How long a letter that was received is nobody else's, in seconds: longer than it takes to send ten.
const HIDDEN_S: i32 = 60;
/// How long to wait for letters, in seconds. Without waiting SQS asks only some of its servers.
const WAIT_S: i32 = 2;
/// What SQS takes at most.
const AT_ONCE: i32 = 10;

/// SQS did not do it.
#[derive(Debug, thiserror::Error)]
#[error("{doing} failed")]
pub struct QueueFailed {
    doing: &'static str,
    #[source]
    source: Box<aws_sdk_sqs::Error>,
}

fn failed(doing: &'static str) -> impl FnOnce(aws_sdk_sqs::Error) -> QueueFailed {
    move |source| QueueFailed {
        doing,
        source: Box::new(source),
    }
}

pub struct SqsQueues {
    sqs: Client,
    from: String,
    to: String,
}

impl SqsQueues {
    pub const fn new(sqs: Client, from: String, to: String) -> Self {
        Self { sqs, from, to }
    }

    /// How many letters there are, about; those that somebody holds are not counted.
    pub async fn count(&self) -> Result<u64, QueueFailed> {
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let count = self.attribute(&self.from, name).await?;
        Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
    }

    /// Does one queue park in the other?
    pub async fn belong_together(&self) -> Result<bool, QueueFailed> {
        let arn = self.attribute(&self.from, QueueAttributeName::QueueArn).await?;
        let redrive = self.attribute(&self.to, QueueAttributeName::RedrivePolicy).await?;
        let redrive = redrive.and_then(|policy| serde_json::from_str::<serde_json::Value>(&policy).ok());
        let parked_in = redrive.as_ref().and_then(|policy| policy["deadLetterTargetArn"].as_str());
        Ok(arn.is_some() && arn.as_deref() == parked_in)
    }

    async fn attribute(&self, queue: &str, name: QueueAttributeName) -> Result<Option<String>, QueueFailed> {
        let asked = self.sqs.get_queue_attributes().queue_url(queue).attribute_names(name.clone());
        let answer = asked
            .send()
            .await
            .map_err(aws_sdk_sqs::Error::from)
            .map_err(failed("reading a queue"))?;
        Ok(answer.attributes().and_then(|attributes| attributes.get(&name)).cloned())
    }
}

impl Queues for SqsQueues {
    type Error = QueueFailed;
    type Letter = Received;

    async fn receive(&self) -> Result<Vec<Received>, QueueFailed> {
        let asked = self.sqs.receive_message().queue_url(&self.from).max_number_of_messages(AT_ONCE);
        let asked = asked.visibility_timeout(HIDDEN_S).wait_time_seconds(WAIT_S);
        let asked = asked
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let answer = asked.send().await.map_err(aws_sdk_sqs::Error::from).map_err(failed("receiving"))?;
        Ok(answer.messages.unwrap_or_default().into_iter().map(Received).collect())
    }

    async fn send(&self, letter: &Received) -> Result<(), QueueFailed> {
        let Received(message) = letter;
        let mark = MessageAttributeValue::builder().data_type("String").string_value("1").build();
        // Cannot fail but for a missing type.
        let mark = mark.map_err(|error| QueueFailed {
            doing: "marking a letter",
            source: Box::new(error.into()),
        })?;
        let mut attributes: HashMap<_, _> = message.message_attributes.clone().unwrap_or_default();
        attributes.insert(REPLAYED.to_owned(), mark);
        let asked = self.sqs.send_message().queue_url(&self.to);
        let asked = asked.message_body(message.body.as_deref().unwrap_or_default());
        // Its tenant, so that the queue stays fair.
        let asked = asked.set_message_group_id(letter.system(&MessageSystemAttributeName::MessageGroupId));
        let asked = asked.set_message_attributes(Some(attributes));
        asked.send().await.map_err(aws_sdk_sqs::Error::from).map_err(failed("sending"))?;
        Ok(())
    }

    async fn delete(&self, letter: &Received) -> Result<(), QueueFailed> {
        let handle = letter.0.receipt_handle.as_deref().unwrap_or_default();
        let asked = self.sqs.delete_message().queue_url(&self.from).receipt_handle(handle);
        asked.send().await.map_err(aws_sdk_sqs::Error::from).map_err(failed("deleting"))?;
        Ok(())
    }
}

/// A letter as SQS hands it over.
pub struct Received(Message);

impl Received {
    fn system(&self, name: &MessageSystemAttributeName) -> Option<String> {
        self.0.attributes.as_ref()?.get(name).cloned()
    }
}

impl Letter for Received {
    fn id(&self) -> &str {
        self.0.message_id.as_deref().unwrap_or_default()
    }

    fn sent_at_ms(&self) -> Option<i64> {
        self.system(&MessageSystemAttributeName::SentTimestamp)?.parse().ok()
    }
}
