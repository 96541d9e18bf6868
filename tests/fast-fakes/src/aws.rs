//! Whatever SDK asks: the operation is in `X-Amz-Target`, its arguments are JSON.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use crate::counts::Counts;
use crate::dynamo::{Refused, Tables};
use crate::swarm::Swarm;

/// Messages that are kept until they are taken.
const MOST_KEPT: usize = 400;

/// What is sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// What was sent to a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub queue_url: String,
    pub body: String,
}

#[derive(Default)]
struct Inner {
    tables: Tables,
    messages: Vec<Message>,
    secrets: HashMap<String, String>,
    counts: Counts,
}

/// All of AWS that a function asks, in one process.
#[derive(Default)]
pub struct FastAws(Mutex<Inner>);

impl FastAws {
    /// Answers one request. `target` is as in the header: the service, a dot, the operation.
    pub fn answer(&self, target: &str, body: &[u8]) -> Answer {
        let asked: Value = match serde_json::from_slice(body) {
            Ok(asked) => asked,
            Err(error) => return refused(&Refused(format!("no JSON: {error}"))),
        };
        let (service, operation) = target.rsplit_once('.').unwrap_or(("", target));
        let mut inner = self.inner();
        inner.counts.call(operation);
        inner.counts.bytes_in += body.len() as u64;
        let answer = match service {
            "DynamoDB_20120810" => {
                let Inner { tables, counts, .. } = &mut *inner;
                tables.answer(operation, &asked, counts)
            }
            "AmazonSQS" => inner.queue(operation, &asked).map(|answer| answer.to_string()),
            "secretsmanager" => inner.secret(&asked).map(|answer| answer.to_string()),
            _ => Err(Refused(format!("no service of ours: {target}"))),
        };
        match answer {
            Ok(text) => {
                inner.counts.bytes_out += text.len() as u64;
                Answer {
                    status: 200,
                    body: text.into_bytes(),
                }
            }
            Err(why) => refused(&why),
        }
    }

    /// From now on writes are answered and counted, and change nothing; or change what is kept again.
    pub fn freeze(&self, frozen: bool) {
        self.inner().tables.frozen = frozen;
    }

    /// What was asked since this was last called.
    pub fn take_counts(&self) -> Counts {
        std::mem::take(&mut self.inner().counts)
    }

    /// What was sent to queues since this was last called.
    pub fn take_messages(&self) -> Vec<Message> {
        std::mem::take(&mut self.inner().messages)
    }

    /// Bytes of all items, with the 100 that each costs beside.
    pub fn kept_bytes(&self) -> u64 {
        self.inner().tables.bytes()
    }

    pub fn put_secret(&self, name: &str, text: &str) {
        self.inner().secrets.insert(name.to_owned(), text.to_owned());
    }

    /// One recorded batch is read as many from now on, or is itself again.
    pub fn swarm(&self, swarm: Option<Swarm>) {
        self.inner().tables.swarm = swarm;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn queue(&mut self, operation: &str, asked: &Value) -> Result<Value, Refused> {
        let url = asked["QueueUrl"].as_str().ok_or_else(|| Refused("no queue".to_owned()))?;
        match operation {
            "SendMessage" => Ok(self.keep(url, asked)?),
            "SendMessageBatch" => {
                let entries = asked["Entries"].as_array().ok_or_else(|| Refused("no entries".to_owned()))?;
                let sent = entries.iter().map(|entry| {
                    let mut sent = self.keep(url, entry)?;
                    sent["Id"] = entry["Id"].clone();
                    Ok(sent)
                });
                let sent: Vec<Value> = sent.collect::<Result<_, Refused>>()?;
                Ok(json!({"Successful": sent, "Failed": []}))
            }
            _ => Err(Refused(format!("queues do no {operation}"))),
        }
    }

    fn keep(&mut self, url: &str, entry: &Value) -> Result<Value, Refused> {
        let body = entry["MessageBody"].as_str().ok_or_else(|| Refused("no body".to_owned()))?;
        self.counts.messages += 1;
        self.counts.queue_requests += body.len().div_ceil(64 * 1024) as u64;
        let nth = self.counts.messages;
        // A push of any size sends any number of messages: the first and the last ones do.
        if self.messages.len() >= MOST_KEPT {
            self.messages.remove(MOST_KEPT / 2);
        }
        self.messages.push(Message {
            queue_url: url.to_owned(),
            body: body.to_owned(),
        });
        Ok(json!({"MessageId": format!("message-{nth}"), "MD5OfMessageBody": hex(&Md5::digest(body.as_bytes()))}))
    }

    fn secret(&self, asked: &Value) -> Result<Value, Refused> {
        let name = asked["SecretId"].as_str().unwrap_or_default();
        let text = self.secrets.get(name).ok_or_else(|| Refused(format!("no secret {name}")))?;
        Ok(json!({"ARN": name, "Name": name, "SecretString": text, "VersionId": "00000000-0000-0000-0000-000000000001"}))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Cannot fail: writing to a string.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn refused(why: &Refused) -> Answer {
    let body = json!({"__type": "com.amazonaws.fake#ValidationException", "message": why.0});
    Answer {
        status: 400,
        body: body.to_string().into_bytes(),
    }
}
