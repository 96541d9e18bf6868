//! Sends jobs in tens, many calls at once, and looks at each answer: a batch
//! that was taken may hold messages that were not.
//!
//! Every message names its tenant as its group, so that the queues are fair
//! (ADR 0036): the jobs of one tenant wait behind its own, not others' behind them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use futures::StreamExt as _;
use futures::stream;
use revocation_app::ports::{Job, JobQueue, QueueError, Source};
use revocation_rules::channel::Channel;

use super::encode;
use super::group::group_of;
use crate::failure::{AwsFailure, source};
use crate::pause::{TRIES, before_try};

const OPERATION: &str = "SendMessageBatch";
/// What SQS takes in one call.
const BATCH: usize = 10;
/// Calls on the way at once.
const CALLS: usize = 16;
/// The longest delay that SQS takes.
const MAX_DELAY: Duration = Duration::from_mins(15);

/// Where jobs go.
#[derive(Debug, Clone, Default)]
pub struct QueueUrls {
    pub fanout: String,
    /// One per channel that this deployment has a dispatcher for.
    pub dispatch: HashMap<Channel, String>,
    /// For dispatches on every other channel, which end as unsupported.
    pub unsupported: String,
    /// Empty for whoever takes no receipts.
    pub receipts: String,
}

impl QueueUrls {
    /// What [`QueueUrls::parse_dispatch`] reads.
    pub const FORMAT: &str = "a list such as huawei=<url>,apns=<url>";

    /// Reads `huawei=<url>,apns=<url>`. `None` for anything else.
    pub fn parse_dispatch(list: &str) -> Option<HashMap<Channel, String>> {
        list.split(',')
            .map(|entry| {
                let (channel, url) = entry.split_once('=')?;
                Some((Channel::parse(channel.trim())?, url.trim().to_owned()))
            })
            .collect()
    }

    fn of(&self, job: &Job) -> &str {
        match job {
            Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) => &self.fanout,
            Job::Dispatch(job) => self.dispatch.get(&job.channel).unwrap_or(&self.unsupported),
            Job::Confirm { .. } => &self.receipts,
        }
    }
}

#[derive(Debug, Clone)]
pub struct SqsJobQueue {
    client: Client,
    urls: QueueUrls,
}

/// A job as SQS takes it.
struct Message {
    body: String,
    group: String,
}

/// How one batch went.
struct BatchEnd {
    not_sent: usize,
    failure: Option<Source>,
}

impl SqsJobQueue {
    pub fn new(client: Client, urls: QueueUrls) -> Self {
        Self { client, urls }
    }

    /// Sends up to ten messages; those that SQS could not take are sent again.
    async fn send_batch(&self, url: &str, mut messages: Vec<Message>, delay: i32) -> BatchEnd {
        for nth in 0..TRIES {
            before_try(nth).await;
            let entries = match entries(&messages, delay) {
                Ok(entries) => entries,
                Err(failure) => return BatchEnd::failed(messages.len(), failure),
            };
            let sent = self
                .client
                .send_message_batch()
                .queue_url(url)
                .set_entries(Some(entries))
                .send()
                .await;
            let answer = match sent {
                Ok(answer) => answer,
                Err(error) => return BatchEnd::failed(messages.len(), source(OPERATION, &error)),
            };
            let failed: Vec<&str> = answer.failed().iter().map(BatchResultErrorEntry::id).collect();
            let mut place = 0..messages.len();
            messages.retain(|_| place.next().is_some_and(|place| failed.contains(&place.to_string().as_str())));
            if messages.is_empty() {
                break;
            }
        }
        BatchEnd {
            not_sent: messages.len(),
            failure: None,
        }
    }
}

impl BatchEnd {
    fn failed(not_sent: usize, failure: Source) -> Self {
        Self {
            not_sent,
            failure: Some(failure),
        }
    }
}

/// An entry's id is its place in the batch.
fn entries(messages: &[Message], delay: i32) -> Result<Vec<SendMessageBatchRequestEntry>, Source> {
    messages
        .iter()
        .enumerate()
        .map(|(place, message)| {
            SendMessageBatchRequestEntry::builder()
                .id(place.to_string())
                .message_body(&message.body)
                .message_group_id(&message.group)
                .delay_seconds(delay)
                .build()
                .map_err(|error| Source::from(AwsFailure::new(OPERATION, error.to_string())))
        })
        .collect()
}

impl JobQueue for SqsJobQueue {
    async fn send(&self, jobs: &[Job], delay: Duration) -> Result<(), QueueError> {
        let delay = whole_seconds(delay);
        let mut by_url: BTreeMap<&str, Vec<Message>> = BTreeMap::new();
        for job in jobs {
            by_url.entry(self.urls.of(job)).or_default().push(Message {
                body: encode(job),
                group: group_of(job.tenant()),
            });
        }
        let batches: Vec<(String, Vec<Message>)> = by_url
            .into_iter()
            .flat_map(|(url, messages)| in_tens(messages).into_iter().map(move |ten| (url.to_owned(), ten)))
            .collect();
        let ends: Vec<BatchEnd> = stream::iter(batches)
            .map(|(url, messages)| async move { self.send_batch(&url, messages, delay).await })
            .buffer_unordered(CALLS)
            .collect()
            .await;
        let failed = ends.iter().map(|end| end.not_sent).sum();
        match ends.into_iter().find_map(|end| end.failure) {
            Some(failure) => Err(QueueError::Unavailable(failure)),
            None if failed > 0 => Err(QueueError::NotSent { failed, all: jobs.len() }),
            None => Ok(()),
        }
    }
}

fn in_tens(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut tens = Vec::with_capacity(messages.len().div_ceil(BATCH));
    let mut messages = messages.into_iter().peekable();
    while messages.peek().is_some() {
        tens.push(messages.by_ref().take(BATCH).collect());
    }
    tens
}

/// Never sooner than asked for, but for what SQS cannot wait.
fn whole_seconds(delay: Duration) -> i32 {
    let delay = delay.min(MAX_DELAY);
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(900)
}
