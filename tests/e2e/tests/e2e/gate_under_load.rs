//! Law L1 under load: a revoke in the middle of 10,000 recordings.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::future::{join, join_all, try_join_all};
use libtest_mimic::Failed;
use stand::{Stand, Tenant};

use crate::Outcome;
use crate::fixture::{all_show, aws, batch, check, expect, outcomes, revoke, settled, show, task, text, tokens};
use crate::turns::Alone;

const CLIENTS: usize = 5;
const BATCHES: usize = 20;
const BATCH: usize = 100;

pub async fn nothing_shows_the_original_after_a_revoke_in_the_middle_of_recording(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("load", "default").await?;
    under_load(stand, &tenant, "load", None).await.map(|_| ())
}

/// It is tried again where no other test waits for it: with the sweep, after a minute or two.
pub async fn nothing_shows_the_original_though_the_fan_out_is_killed_half_way(stand: &Stand, alone: &mut Alone<'_>) -> Outcome {
    let tenant = stand.tenant("killed", "default").await?;
    // The walk takes less than a second; once in a while it is through before it can be killed.
    for nth in 0..3 {
        if under_load(stand, &tenant, &format!("killed-{nth}"), Some(&mut *alone)).await? == FanOut::Killed {
            return Ok(());
        }
    }
    Err("the fan-out was through before it could be killed, three times".into())
}

#[derive(PartialEq, Eq)]
enum FanOut {
    Left,
    Killed,
}

/// Kills the fan-out half way if nobody else needs it. Says what became of it.
async fn under_load(stand: &Stand, tenant: &Tenant, name: &str, mut alone: Option<&mut Alone<'_>>) -> Result<FanOut, Failed> {
    let push = task(tenant, name).await?;
    let all: Vec<Vec<String>> = (0..CLIENTS)
        .map(|client| {
            let channel = channel(client);
            tokens(channel, &format!("{name}-{client}"), BATCHES * BATCH)
        })
        .collect();
    for (client, tokens) in all.iter().enumerate() {
        show(stand, tenant, channel(client), tokens).await?;
    }

    let calls = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let recording = async {
        let ended = try_join_all(
            all.iter()
                .enumerate()
                .map(|(client, tokens)| record(tenant, &push, client, tokens, &calls)),
        )
        .await;
        done.store(true, Ordering::SeqCst);
        ended
    };
    let revoking = async {
        // In the middle: when half of the calls have been answered.
        while calls.load(Ordering::SeqCst) < (CLIENTS * BATCHES / 2) as u64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let revocation = revoke(tenant, &push).await?;
        let revoked_at = Instant::now();
        let watched = async {
            let Some(alone) = alone.as_deref_mut() else {
                return Ok::<_, Failed>(FanOut::Left);
            };
            let fan_out = kill_fan_out(stand, tenant, name, &revocation).await?;
            if fan_out == FanOut::Killed {
                alone.is_over().await?;
            }
            Ok(fan_out)
        };
        let (fan_out, gates) = join(watched, ask_gates(tenant, &push, &done)).await;
        Ok::<_, Failed>((revocation, revoked_at, gates?, fan_out?))
    };
    let (recorded, revoked) = join(recording, revoking).await;
    let told: Vec<(Instant, String)> = recorded?.into_iter().flatten().collect();
    let (revocation, revoked_at, asked, fan_out) = revoked?;

    // No record call that began after the 2xx was told to go on.
    let wrong = told.iter().filter(|(began, gate)| *began > revoked_at && gate != "revoked").count();
    check(wrong == 0, || format!("{wrong} record calls were told to go on after the revoke"))?;
    let after = told.iter().filter(|(began, _)| *began > revoked_at).count();
    check(after > 10, || {
        format!("only {after} record calls came after the revoke: it was not in the middle")
    })?;
    check(asked > 0, || "the gate was never asked".to_owned())?;

    let total = CLIENTS * BATCHES * BATCH;
    settled(tenant, &revocation, total).await?;
    let ended = outcomes(tenant, &revocation).await?;
    let targets: HashSet<&String> = ended.iter().map(|(target, ..)| target).collect();
    check(ended.len() == total && targets.len() == total, || {
        format!("{} outcomes for {} targets of {total} deliveries", ended.len(), targets.len())
    })?;
    for (client, tokens) in all.iter().enumerate() {
        all_show(stand, channel(client), tokens, "Message revoked").await?;
    }
    Ok(fan_out)
}

/// Most on Huawei, one client on Apple.
const fn channel(client: usize) -> &'static str {
    if client == 0 { "apns" } else { "huawei" }
}

/// Records everything, two calls at a time. Returns when each call began and what the gate said.
async fn record(
    tenant: &Tenant,
    push: &str,
    client: usize,
    tokens: &[String],
    calls: &AtomicU64,
) -> Result<Vec<(Instant, String)>, Failed> {
    let mut told = Vec::new();
    let batches: Vec<_> = tokens.chunks(BATCH).enumerate().collect();
    for pair in batches.chunks(2) {
        let answers = join_all(pair.iter().map(|(nth, tokens)| async move {
            let began = Instant::now();
            let body = batch(channel(client), &format!("c{client}-b{nth}"), tokens);
            let answer = tenant.sender.post(&format!("{push}/deliveries"), &body).await;
            calls.fetch_add(1, Ordering::SeqCst);
            (began, answer)
        }))
        .await;
        for (began, answer) in answers {
            let answer = answer?;
            expect(&answer, 200)?;
            told.push((began, text(&answer.body["gate"]).to_owned()));
        }
    }
    Ok(told)
}

/// Asks the gate until recording ends; every answer must be "revoked". Returns how often it was asked.
async fn ask_gates(tenant: &Tenant, push: &str, done: &AtomicBool) -> Result<usize, Failed> {
    let mut asked = 0;
    while !done.load(Ordering::SeqCst) {
        let answer = tenant.sender.get(&format!("{push}/gate?channel=huawei")).await?;
        check(answer.body["gate"] == "revoked", || {
            format!("the gate said {} after the revoke", answer.body)
        })?;
        asked += 1;
    }
    Ok(asked)
}

/// Kills the fan-out's process when its walk has begun and is not done.
async fn kill_fan_out(stand: &Stand, tenant: &Tenant, name: &str, revocation: &str) -> Result<FanOut, Failed> {
    let dynamo = aws_sdk_dynamodb::Client::new(&aws(stand).await);
    let table = stand.stack.get("PushesTableName")?;
    let id = revocation.rsplit('/').next().unwrap_or_default();
    let pk = format!("{}/{}#task#{name}", tenant.app, tenant.workspace);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        let item = dynamo
            .get_item()
            .table_name(table)
            .key("pk", aws_sdk_dynamodb::types::AttributeValue::S(pk.clone()))
            .key("sk", aws_sdk_dynamodb::types::AttributeValue::S(format!("revocation#{id}")))
            .consistent_read(true)
            .send()
            .await?;
        let fanout = item
            .item()
            .and_then(|item| item.get("fanout"))
            .and_then(|fanout| fanout.as_s().ok())
            .cloned()
            .unwrap_or_default();
        let (some_done, some_left) = (fanout.contains("done"), fanout.contains("start"));
        if some_done && some_left {
            let killed = stand::kill_function(stand, "fanout")?;
            check(killed > 0, || "there was no process of the fan-out to kill".to_owned())?;
            return Ok(FanOut::Killed);
        }
        if some_done {
            return Ok::<_, Failed>(FanOut::Left);
        }
    }
    Err("the fan-out never began".into())
}
