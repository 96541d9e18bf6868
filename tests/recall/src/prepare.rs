//! Devices that show the push, and its recording: batch by batch, so that no list of a million is ever held.

use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use revocation_rules::channel::Channel;
use serde_json::{Value, json};
use stand::{Api, Stand, StandError, Tenant};

use crate::deliveries::{Batch, TITLE};
use crate::watch::now;

/// Record calls at the same time: more than the local gateway works on at once.
const AT_ONCE: usize = 4;
/// How often a record call that was not answered is made again. Recording is idempotent.
const TRIES: usize = 5;

/// Registers a push, shows it on its devices and records it through the API. Returns how long that took.
pub async fn prepare(stand: &Stand, tenant: &Tenant, task: &str, batches: Vec<Batch>) -> Result<Duration, StandError> {
    let began = Instant::now();
    let push = json!({"type": "batch", "title": TITLE, "sent_at": now()?.to_string()});
    let registered = tenant.sender.put(task, &push).await?;
    if registered.status != 201 {
        return Err(StandError::Unexpected(format!("registering was answered {}", registered.status)));
    }
    stream::iter(batches)
        .map(async |batch| {
            show(stand, tenant, batch).await?;
            record(&tenant.sender, task, batch).await
        })
        .buffer_unordered(AT_ONCE)
        .try_for_each(async |()| Ok(()))
        .await?;
    Ok(began.elapsed())
}

/// Its devices, those that are gone among them, show the push.
pub async fn show(stand: &Stand, tenant: &Tenant, batch: Batch) -> Result<(), StandError> {
    let vendor = batch.channel.as_str();
    let (app, tokens) = (tenant.app_at(vendor), batch.tokens());
    let gone = &tokens[tokens.len() - batch.gone()..];
    stand.devices.register(vendor, &app, &tokens, "active").await?;
    stand.devices.deliver(vendor, &tokens, Some(&batch.key()), TITLE).await?;
    stand.devices.register(vendor, &app, gone, "unregistered").await
}

/// Not held against the API's description, as [`Api::post`] would: that takes longer than recording.
async fn record(sender: &Api, task: &str, batch: Batch) -> Result<(), StandError> {
    let (path, body) = (format!("{task}/deliveries"), batch.recording());
    let mut last = String::new();
    for _ in 0..TRIES {
        match ask(sender, Method::POST, &path, Some(&body)).await {
            Ok((200, _)) => return Ok(()),
            Ok((status, answer)) => last = format!("{status}: {answer}"),
            Err(error) => last = error.to_string(),
        }
    }
    Err(StandError::Unexpected(format!("recording {} was answered {last}", batch.id())))
}

/// A call of the API that is not held against its description.
pub async fn ask(api: &Api, method: Method, path: &str, body: Option<&Value>) -> Result<(u16, Value), StandError> {
    let failed = |source| StandError::Http {
        doing: format!("could not ask {path}"),
        source,
    };
    let request = api.request(method, path);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.send().await.map_err(failed)?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await.map_err(failed)?))
}

/// The batches of a push, one of each channel in turn, as a sender to several vendors would have them.
pub fn in_turn(shares: impl IntoIterator<Item = (Channel, u64)>, size: u64) -> Vec<Batch> {
    let shares: Vec<(Channel, u64)> = shares.into_iter().collect();
    let most = shares.iter().map(|(_, batches)| *batches).max().unwrap_or_default();
    let nth_of_each = |nth| {
        let there = shares.iter().filter(move |(_, batches)| nth < *batches);
        there.map(move |(channel, _)| Batch {
            channel: *channel,
            nth,
            size,
        })
    };
    (0..most).flat_map(nth_of_each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_batch_of_every_channel_has_its_turn() {
        let batches = in_turn([(Channel::Huawei, 3), (Channel::Apns, 1)], 1_000);
        let ids: Vec<String> = batches.into_iter().map(Batch::id).collect();
        assert_eq!(ids, ["huawei-000000", "apns-000000", "huawei-000001", "huawei-000002"]);
    }
}
