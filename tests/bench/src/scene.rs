//! What is recorded and revoked before anything is measured: by the functions themselves.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use revocation_rules::channel::Channel;
use revocation_testkit::token;
use serde_json::{Value, json};

use crate::clock;
use crate::error::BenchError;
use crate::events::{messages, request};
use crate::fakes::Fakes;
use crate::function::{self, Function};
use crate::options::Options;
use crate::peer::Peers;

/// Deliveries of each batch.
pub const BATCH: usize = 1_000;
/// What the id of each batch begins with; nine digits follow.
pub const STEM: &str = "batch-";
const SHORT: Duration = Duration::from_secs(30);

/// Everything that measures works with.
pub struct Scene {
    pub options: Options,
    pub fakes: Fakes,
    pub peers: Peers,
    record: Function,
    revoke: Function,
    fanout: Function,
}

/// A push that was revoked, and the jobs that this made.
#[derive(Debug, Clone)]
pub struct Revoked {
    pub task: String,
    pub revocation: String,
    /// The message of its one batch, and the one that looks whether it can settle.
    pub dispatch: String,
    pub check: String,
    pub shard: u64,
}

impl Scene {
    pub async fn set(options: Options) -> Result<Self, BenchError> {
        std::fs::create_dir_all(&options.out)?;
        let fakes = Fakes::start(&options.out).await?;
        let peers = Peers::ready(&options).await?;
        let up = async |name: &str| Function::up(&[&options.functions.join(name)], &fakes, &[]).await;
        let (record, revoke, fanout) = (up("record").await?, up("revoke").await?, up("fanout").await?);
        Ok(Self {
            options,
            fakes,
            peers,
            record,
            revoke,
            fanout,
        })
    }

    pub fn binary(&self, name: &str) -> PathBuf {
        self.options.functions.join(name)
    }

    /// A function that is up.
    pub async fn function(&self, name: &str) -> Result<Function, BenchError> {
        Function::up(&[&self.binary(name)], &self.fakes, &[]).await
    }

    pub async fn dispatcher(&self, channel: Channel) -> Result<Function, BenchError> {
        let binary = self.binary("dispatch");
        let command: [&Path; 1] = [&binary];
        Function::up(&command, &self.fakes, &self.fakes.dispatcher(channel)).await
    }

    /// The CPU of each of `times` events of a batch that the store forgets to end. Fails unless the vendor was asked for
    /// each of its deliveries each time: what asks nobody takes nothing.
    pub async fn dispatch_cpu_us(&self, dispatcher: &Function, event: &Value, rounds: usize, times: u32) -> Result<Vec<f64>, BenchError> {
        self.fakes.devices_asked()?;
        let cpu = dispatcher.cpu_us(event, rounds, times).await?;
        self.were_asked(function::WARM_UPS + rounds as u64 * u64::from(times))?;
        Ok(cpu)
    }

    /// Whether every delivery of so many batches reached the vendor since it was last asked.
    pub fn were_asked(&self, batches: u64) -> Result<(), BenchError> {
        let (asked, expected) = (self.fakes.devices_asked()?, batches * BATCH as u64);
        if asked == expected {
            Ok(())
        } else {
            Err(BenchError::new(format!("{asked} devices were asked for instead of {expected}")))
        }
    }

    /// A task with one batch of 1,000.
    pub async fn recorded(&self, task: &str, channel: Channel) -> Result<(), BenchError> {
        self.fakes.freeze(false)?;
        let sent_at = clock::now() - SignedDuration::from_hours(1);
        let mut body = json!({
            "type": "batch", "title": "Autumn sale", "sent_at": sent_at.to_string(), "expected_deliveries": 100_000_000,
        });
        let path = format!("/v1/tasks/{task}");
        if self.record.invoke(&request("PUT", &path, "", &body), SHORT).await.is_err() {
            // A version that does not ask how many there will be.
            body.as_object_mut().map(|body| body.remove("expected_deliveries"));
            self.record.invoke(&request("PUT", &path, "", &body), SHORT).await?;
        }
        self.record.invoke(&record_event(task, channel), SHORT).await?;
        Ok(())
    }

    /// The same, revoked, and walked.
    pub async fn revoked(&self, task: &str, channel: Channel) -> Result<Revoked, BenchError> {
        self.recorded(task, channel).await?;
        self.fakes.messages()?;
        self.revoke.invoke(&revoke_event(task), SHORT).await?;
        let sent = self.fakes.messages()?;
        let walk = named(&sent, "fanout")?;
        self.fanout.invoke(&messages([walk.as_str()]), Duration::from_mins(1)).await?;
        let sent = self.fakes.messages()?;
        let dispatch = named(&sent, "dispatch")?;
        let job: Value = serde_json::from_str(&dispatch)?;
        let text = |name: &str| {
            job[name]
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| BenchError::new(format!("no {name} in {job}")))
        };
        Ok(Revoked {
            task: task.to_owned(),
            revocation: text("revocation")?,
            check: named(&sent, "check")?,
            shard: job["shard"].as_u64().unwrap_or_default(),
            dispatch,
        })
    }

    /// A revoked push whose batch has ended: overwritten at Huawei.
    pub async fn ended(&self, task: &str) -> Result<Revoked, BenchError> {
        let revoked = self.revoked(task, Channel::Huawei).await?;
        let dispatcher = self.dispatcher(Channel::Huawei).await?;
        dispatcher
            .invoke(&messages([revoked.dispatch.as_str()]), Duration::from_mins(1))
            .await?;
        dispatcher.stop().await?;
        Ok(revoked)
    }
}

/// The message of this kind.
pub fn named(sent: &[(String, String)], kind: &str) -> Result<String, BenchError> {
    let is = |body: &str| serde_json::from_str::<Value>(body).is_ok_and(|job| job["job"] == kind);
    let found = sent.iter().find(|(_, body)| is(body));
    found
        .map(|(_, body)| body.clone())
        .ok_or_else(|| BenchError::new(format!("no job {kind} among {} messages", sent.len())))
}

/// With a notice of its own: without one the app's is read as well.
pub fn revoke_event(task: &str) -> Value {
    let body = json!({"reason": "wrong price", "notice": {"title": "Correction", "text": "Please ignore our last message."}});
    request("POST", &format!("/v1/tasks/{task}/revocations"), "", &body)
}

pub fn record_event(task: &str, channel: Channel) -> Value {
    let deliveries = (0..BATCH).map(|nth| json!({"token": token(channel, nth as u64), "target": format!("user-{nth}")}));
    let mut body = json!({
        "batch_id": format!("{STEM}{:09}", 0), "channel": channel.as_str(), "deliveries": deliveries.collect::<Vec<_>>(),
    });
    if channel == Channel::Apns {
        body["collapse_id"] = "autumn-sale".into();
    } else {
        body["notify_id"] = 730_021.into();
    }
    request("POST", &format!("/v1/tasks/{task}/deliveries"), "", &body)
}
