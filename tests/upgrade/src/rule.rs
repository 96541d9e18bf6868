//! What an older function does with what only the newer version knows: it leaves the job, and asks nobody.

use std::time::Duration;

use recall::{Batch, NOTICE, TITLE};
use reqwest::Method;
use revocation_rules::channel::{Channel, Tokens};
use serde_json::json;
use stand::{Stand, StandError, Tenant};

use crate::big::{expect, now, record, revoke, settled};
use crate::calls::Calls;
use crate::versions::{Version, Versions};

const DEVICES: u64 = 30;
/// How long the older version has it: several walks, none of which gets to the end.
const WAITS: Duration = Duration::from_secs(20);
/// Batches that no other push has.
const NTH: u64 = 1 << 32;

/// A push over channels that only the newer version has, and over one that both have.
pub struct Unknown {
    tenant: Tenant,
    task: &'static str,
    batches: Vec<(Channel, Vec<String>)>,
    revocation: String,
}

/// What the older version said of it.
#[derive(Debug, Default)]
pub struct Said {
    /// Deliveries, of which those over channels that it does not have.
    pub deliveries: u64,
    pub unknown: u64,
    /// Of those, the ones that had ended before the newer version was there again.
    pub ended_before: u64,
    /// Answers to questions that need what it cannot read.
    pub answers: Vec<(&'static str, u16)>,
    /// From the newer version's return until all had settled.
    pub settled: Duration,
}

impl Unknown {
    /// Recorded by the newer version.
    pub async fn record(stand: &Stand, calls: &Calls, unknown: &[Channel]) -> Result<Self, StandError> {
        let tenant = stand.tenant("shop", "unknown").await?;
        let task = "/v1/tasks/unknown";
        let push = json!({"type": "batch", "title": TITLE, "sent_at": now()?});
        expect(&calls.ask("register", &tenant.sender, Method::PUT, task, Some(&push)).await, 201)?;
        let mut batches = Vec::new();
        for channel in [Channel::Huawei].iter().chain(unknown).copied() {
            let (vendor, batch) = (
                channel.as_str(),
                Batch {
                    channel,
                    nth: NTH,
                    size: DEVICES,
                },
            );
            let tokens: Vec<String> = match channel.facts().tokens {
                Tokens::AsTheyAre | Tokens::Hexadecimal | Tokens::DevicesOrAudiences => batch.tokens(),
                Tokens::Endpoints => (0..DEVICES).map(|n| stand.token_of(channel, &format!("unknown-{n:06}"))).collect(),
            };
            stand.devices.register(vendor, &tenant.app_at(vendor), &tokens, "active").await?;
            stand.devices.deliver(vendor, &tokens, Some(&batch.key()), TITLE).await?;
            let mut recording = batch.recording();
            recording["deliveries"] = stand.devices.deliveries(channel, &tokens).await?.into();
            record(calls, &tenant, task, &recording).await?;
            batches.push((channel, tokens));
        }
        Ok(Self {
            tenant,
            task,
            batches,
            revocation: String::new(),
        })
    }

    /// Taken back while every function is at the older version.
    pub async fn meets_the_older(&mut self, stand: &Stand, calls: &Calls) -> Result<Said, StandError> {
        self.revocation = revoke(calls, &self.tenant, self.task).await?;
        let gate = format!("{}/gate", self.task);
        let (_, answer) = calls.ask("gate", &self.tenant.sender, Method::GET, &gate, None).await;
        if answer["gate"] != "revoked" {
            calls.wrong(format!("the gate of {} answered {answer}", self.task));
        }
        tokio::time::sleep(WAITS).await;

        let mut said = Said::default();
        let (_, now) = calls.ask("status", &self.tenant.viewer, Method::GET, &self.revocation, None).await;
        if now["state"] == "settled" {
            calls.wrong(format!("the older version settled what it cannot read: {now}"));
        }
        said.ended_before = now["progress"]["total"]["ended"].as_u64().unwrap_or_default();
        for (channel, tokens) in &self.batches {
            said.deliveries += DEVICES;
            if *channel != Channel::Huawei {
                said.unknown += DEVICES;
                self.all_show(stand, calls, *channel, tokens, TITLE).await?;
            }
        }
        // They need every header of the push, so they may fail; they are counted apart from all others.
        let apart = Calls::default();
        let outcomes = format!("{}/outcomes", self.revocation);
        let (status, _) = apart.ask("outcomes", &self.tenant.viewer, Method::GET, &outcomes, None).await;
        said.answers.push(("outcomes", status));
        let (path, body) = (
            format!("{}/revocations", self.task),
            json!({"reason": "wrong price", "dry_run": true}),
        );
        let (status, _) = apart.ask("dry run", &self.tenant.operator, Method::POST, &path, Some(&body)).await;
        said.answers.push(("dry run", status));
        Ok(said)
    }

    /// Every function is at the newer version again: nothing was lost.
    pub async fn meets_the_newer(&self, stand: &Stand, calls: &Calls, said: &mut Said) -> Result<(), StandError> {
        let (now, took) = settled(calls, &self.tenant, &self.revocation, said.deliveries).await?;
        said.settled = took;
        for (channel, tokens) in &self.batches {
            let outcomes = &now["progress"]["channels"][channel.as_str()]["outcomes"];
            if outcomes["overwritten"] != DEVICES {
                calls.wrong(format!("{channel} ended {outcomes}, not {DEVICES} overwritten"));
            }
            self.all_show(stand, calls, *channel, tokens, NOTICE).await?;
        }
        Ok(())
    }

    /// The older `lookup` is there once more: the gate stays closed, whatever it makes of the rest, and the newer one finds
    /// everything as it was.
    pub async fn is_looked_at_by_the_older(&self, calls: &Calls, versions: &Versions, said: &mut Said) -> Result<(), StandError> {
        let (apart, viewer, gate) = (Calls::default(), &self.tenant.viewer, format!("{}/gate", self.task));
        let (_, before) = calls.ask("status", viewer, Method::GET, &self.revocation, None).await;
        let switch = |version| {
            let switched = versions.switch("lookup", version);
            switched.map_err(|error| StandError::Unexpected(format!("lookup was not switched: {error}")))
        };
        switch(Version::Older)?;
        let (_, answer) = calls.ask("gate", &self.tenant.sender, Method::GET, &gate, None).await;
        if answer["gate"] != "revoked" {
            calls.wrong(format!("the gate of {} answered {answer}", self.task));
        }
        let (status, _) = apart.ask("status", viewer, Method::GET, &self.revocation, None).await;
        said.answers.push(("status of what has settled", status));
        let outcomes = format!("{}/outcomes", self.revocation);
        let (status, _) = apart.ask("outcomes", viewer, Method::GET, &outcomes, None).await;
        said.answers.push(("outcomes of it", status));
        switch(Version::Newer)?;
        let (_, after) = calls.ask("status", viewer, Method::GET, &self.revocation, None).await;
        if before["progress"] != after["progress"] {
            calls.wrong(format!("{} was {before} and is {after}", self.revocation));
        }
        Ok(())
    }

    async fn all_show(&self, stand: &Stand, calls: &Calls, channel: Channel, tokens: &[String], title: &str) -> Result<(), StandError> {
        for (token, bar) in stand.devices.bars(channel.as_str(), tokens).await? {
            if bar.titles != [title] {
                calls.wrong(format!("{channel} device {token} shows {:?}, not \"{title}\"", bar.titles));
            }
        }
        Ok(())
    }
}
