//! The simulated devices: made, filled, asked what they show.

use std::collections::BTreeMap;

use revocation_rules::channel::{Channel, Tokens};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::StandError;

/// The control API of the vendors' simulator.
#[derive(Debug, Clone)]
pub struct Devices {
    http: reqwest::Client,
    control: String,
}

/// What a device shows now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Titles, oldest first.
    pub titles: Vec<String>,
    /// Pushes that took effect on it.
    pub pushes: u64,
    /// Notifications that a vendor's recall took away.
    pub removed: u64,
}

/// Devices of an app that are alike.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Alike {
    /// `active`, `unregistered` or `offline`.
    pub state: String,
    /// Pushes that took effect on each.
    pub pushes: u64,
    /// Notifications that a vendor's recall took away from each.
    pub removed: u64,
    /// The titles that each shows, oldest first.
    pub shows: Vec<String>,
    pub devices: u64,
}

/// Devices asked about or changed in one call.
const AT_ONCE: usize = 5_000;

impl Devices {
    pub(crate) fn new(http: reqwest::Client, control: String) -> Self {
        Self { http, control }
    }

    pub async fn register(&self, vendor: &str, app: &str, tokens: &[String], state: &str) -> Result<(), StandError> {
        for tokens in tokens.chunks(AT_ONCE) {
            self.control("/devices", &json!({"vendor": vendor, "app": app, "tokens": tokens, "state": state}))
                .await?;
        }
        Ok(())
    }

    /// Shows a message on devices, as its sender would have. Without a key it cannot be overwritten.
    pub async fn deliver(&self, vendor: &str, tokens: &[String], key: Option<&str>, title: &str) -> Result<(), StandError> {
        self.show(tokens, &json!({"vendor": vendor, "key": key, "title": title, "body": title}))
            .await
    }

    /// The same over vivo, under the number that vivo gave the sender for a later recall.
    pub async fn deliver_in_task(&self, tokens: &[String], key: Option<&str>, task: &str, title: &str) -> Result<(), StandError> {
        self.show(
            tokens,
            &json!({"vendor": "vivo", "key": key, "task": task, "title": title, "body": title}),
        )
        .await
    }

    async fn show(&self, tokens: &[String], message: &Value) -> Result<(), StandError> {
        for tokens in tokens.chunks(AT_ONCE) {
            let mut message = message.clone();
            message["tokens"] = json!(tokens);
            self.control("/deliver", &message).await?;
        }
        Ok(())
    }

    /// The user opens (`open`) or clears (`clear`) what is shown under a key.
    pub async fn take_off(&self, what: &str, vendor: &str, tokens: &[String], key: &str) -> Result<(), StandError> {
        for tokens in tokens.chunks(AT_ONCE) {
            self.control(&format!("/{what}"), &json!({"vendor": vendor, "tokens": tokens, "key": key}))
                .await?;
        }
        Ok(())
    }

    pub async fn bars(&self, vendor: &str, tokens: &[String]) -> Result<BTreeMap<String, Bar>, StandError> {
        let mut bars = BTreeMap::new();
        for tokens in tokens.chunks(AT_ONCE) {
            let answer = self.control("/bars", &json!({"vendor": vendor, "tokens": tokens})).await?;
            for (token, bar) in answer.as_object().into_iter().flatten() {
                bars.insert(token.clone(), read(bar));
            }
        }
        Ok(bars)
    }

    /// Deliveries as they are recorded, the token of each being its target: those to browsers with the keys of their
    /// subscriptions.
    pub async fn deliveries(&self, channel: Channel, tokens: &[String]) -> Result<Vec<Value>, StandError> {
        let mut deliveries: Vec<Value> = tokens.iter().map(|token| json!({"token": token, "target": token})).collect();
        if channel.facts().tokens == Tokens::Endpoints {
            let told = self
                .control("/subscriptions", &json!({"vendor": channel, "tokens": tokens}))
                .await?;
            for (delivery, token) in deliveries.iter_mut().zip(tokens) {
                delivery["keys"] = told[token].clone();
            }
        }
        Ok(deliveries)
    }

    /// Makes the vendor misbehave, e.g. `{"vendor": "huawei", "latency_ms": 50}`.
    pub async fn fault(&self, fault: &Value) -> Result<(), StandError> {
        self.control("/faults", fault).await.map(|_| ())
    }

    pub async fn no_faults(&self) -> Result<(), StandError> {
        self.control("/faults/clear", &json!({})).await.map(|_| ())
    }

    /// All devices of an app, counted.
    pub async fn tally(&self, vendor: &str, app: &str) -> Result<Vec<Alike>, StandError> {
        let path = "/tally";
        let lines = self.control(path, &json!({"vendor": vendor, "app": app})).await?;
        serde_json::from_value(lines).map_err(|error| StandError::Unexpected(format!("{path}: {error}")))
    }

    /// From now on the vendor takes no more of an app within a second; devices or requests, as it counts itself.
    pub async fn quota(&self, vendor: &str, per_second: u64) -> Result<(), StandError> {
        self.control("/quotas", &json!({"vendor": vendor, "per_second": per_second}))
            .await
            .map(|_| ())
    }

    /// Of how many devices the vendor has said what became of the push, by the millisecond since 1970.
    pub async fn answers(&self, vendor: &str) -> Result<Vec<(u64, u64)>, StandError> {
        let path = "/answers";
        let answer = self.http.get(format!("{}{path}", self.control)).send().await;
        let answers = self.read(path, answer).await?;
        serde_json::from_value(answers[vendor].clone()).map_err(|error| StandError::Unexpected(format!("{path}: {error}")))
    }

    /// Per vendor: logins, calls, pushes, violations.
    pub async fn stats(&self) -> Result<Value, StandError> {
        let path = "/stats";
        let answer = self.http.get(format!("{}{path}", self.control)).send().await;
        self.read(path, answer).await
    }

    pub(crate) async fn control(&self, path: &str, body: &Value) -> Result<Value, StandError> {
        let answer = self.http.post(format!("{}{path}", self.control)).json(body).send().await;
        self.read(path, answer).await
    }

    async fn read(&self, path: &str, answer: Result<reqwest::Response, reqwest::Error>) -> Result<Value, StandError> {
        let failed = |source| StandError::Http {
            doing: format!("could not reach the vendors' simulator at {path}"),
            source,
        };
        let answer = answer.map_err(failed)?;
        let status = answer.status();
        let body = answer.text().await.map_err(failed)?;
        if status.is_success() {
            Ok(serde_json::from_str(&body).unwrap_or(Value::Null))
        } else {
            Err(StandError::Control {
                path: path.to_owned(),
                status: status.as_u16(),
                body,
            })
        }
    }
}

fn read(bar: &Value) -> Bar {
    Bar {
        titles: bar["notifications"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|shown| shown["title"].as_str().map(str::to_owned))
            .collect(),
        pushes: bar["pushes"].as_u64().unwrap_or_default(),
        removed: bar["removed"].as_u64().unwrap_or_default(),
    }
}
