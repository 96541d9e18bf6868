//! Takes a push back while its workers are killed, as crashes would.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use revocation_rules::channel::Channel;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stand::{Stand, StandError, Tenant, kill_process, running};

use crate::check::{Expected, check};
use crate::deliveries::{GONE_PER_BATCH, PER_BATCH};
use crate::prepare::{in_turn, prepare};
use crate::report::{ChannelOutcome, Seconds};
use crate::watch::{revoke, settled, settled_s};

const TASK: &str = "/v1/tasks/20842863";
const CHANNEL: Channel = Channel::Huawei;
/// Smaller batches than usual, so that there are many to be killed in.
const PER_KILLED_BATCH: u64 = 100;
/// How long a vendor takes to answer here, so that workers are killed while they wait for it, too.
const LATENCY_MS: u64 = 50;
/// Between two kills, at random up to twice that: a process that was killed is there again as soon as there is work.
const KILL_EVERY: Duration = Duration::from_millis(50);
/// Nobody is killed later. Whoever kills every worker that comes proves only that nothing is done meanwhile.
const KILL_FOR: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_mins(15);
/// Whose processes are killed: all that a revocation needs from its request on.
const FUNCTIONS: [&str; 2] = ["fanout", "dispatch-huawei"];

/// What a recall under kills came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Killed {
    pub deliveries: u64,
    pub batches: u64,
    /// Processes that were killed, by function.
    pub kills: BTreeMap<String, u64>,
    /// From the first vendor answer to the last kill.
    pub last_kill_s: Seconds,
    /// From the request to revoke until it settled.
    pub settled_s: Seconds,
    pub outcomes: BTreeMap<String, ChannelOutcome>,
    /// Devices that were pushed to more than once: between a vendor's answer and our write there is no transaction.
    pub pushed_again: u64,
    /// Batches taken up again after their worker was lost.
    pub lost_workers: u64,
    /// Everything that is not as it must be, one line each.
    pub wrong: Vec<String>,
    /// What the functions said of what was lost and of settling.
    pub story: Vec<String>,
}

/// Records, takes back, and kills a random process `kills` times meanwhile. `seed` decides which.
pub async fn kill_while_recalling(deliveries: u64, kills: u64, seed: u64, say: impl Fn(&str)) -> Result<Killed, StandError> {
    let stand = Stand::start(&say).await?;
    let tenant = stand.tenant("shop", "default").await?;
    let batches = deliveries / PER_KILLED_BATCH;
    say(&format!("recording {deliveries} deliveries in {batches} batches"));
    prepare(&stand, &tenant, TASK, in_turn([(CHANNEL, batches)], PER_KILLED_BATCH)).await?;
    stand
        .devices
        .fault(&json!({"vendor": CHANNEL.as_str(), "latency_ms": LATENCY_MS}))
        .await?;
    let measured = measured(&stand, &tenant, deliveries, kills, seed, &say).await;
    stand.explained(measured).await
}

async fn measured(
    stand: &Stand,
    tenant: &Tenant,
    deliveries: u64,
    kills: u64,
    seed: u64,
    say: impl Fn(&str),
) -> Result<Killed, StandError> {
    let revoked = revoke(tenant, TASK).await?;
    say("revoked; killing");
    let (settled, (killed, last_kill)) =
        tokio::try_join!(settled(tenant, &revoked.path, deliveries, PATIENCE, &say), kill(stand, kills, seed))?;
    let gone = deliveries / PER_BATCH * GONE_PER_BATCH;
    let expected = Expected {
        channel: CHANNEL,
        overwritten: deliveries - gone,
        gone,
    };
    let checked = check(stand, tenant, &settled, &[expected]).await?;
    let log = stand.aws.function_log("dispatch-huawei").await?;
    Ok(Killed {
        deliveries,
        batches: deliveries / PER_KILLED_BATCH,
        kills: killed,
        last_kill_s: last_kill.as_secs_f64(),
        settled_s: settled_s(&settled, revoked.sent_at_ms),
        outcomes: checked.outcomes,
        pushed_again: checked.pushed_again,
        lost_workers: log
            .lines()
            .filter(|line| line.contains("was lost; its deliveries are asked for again"))
            .count() as u64,
        wrong: checked.wrong,
        story: story(stand).await?,
    })
}

async fn kill(stand: &Stand, kills: u64, seed: u64) -> Result<(BTreeMap<String, u64>, Duration), StandError> {
    // Whoever kills the fan-out first has nobody else to kill for a minute.
    while stand.devices.answers(CHANNEL.as_str()).await?.is_empty() {
        tokio::time::sleep(KILL_EVERY).await;
    }
    let (began, mut random, mut killed) = (Instant::now(), seed, BTreeMap::new());
    let (mut done, mut last) = (0, Duration::ZERO);
    while done < kills && began.elapsed() < KILL_FOR {
        random = next(random);
        tokio::time::sleep(KILL_EVERY * (u32::try_from(random >> 33).unwrap_or_default() % 200) / 100).await;
        let mut candidates = Vec::new();
        for function in FUNCTIONS {
            candidates.extend(running(stand, function)?.into_iter().map(|pid| (function, pid)));
        }
        random = next(random);
        let nth = usize::try_from(random >> 33).unwrap_or_default();
        let Some(&(function, pid)) = candidates.get(nth % candidates.len().max(1)) else {
            continue;
        };
        if kill_process(pid) {
            *killed.entry(function.to_owned()).or_default() += 1;
            (done, last) = (done + 1, began.elapsed());
        }
    }
    Ok((killed, last))
}

/// One step of a linear congruential generator; its upper bits are good enough to choose by.
const fn next(random: u64) -> u64 {
    random
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407)
}

/// What the functions said of what was lost, of waiting, and of settling; each function's in the order in which it said it.
async fn story(stand: &Stand) -> Result<Vec<String>, StandError> {
    const TELLING: [&str; 5] = ["was lost", "queued what nobody", "settled", "handed on", "ERROR"];
    let mut story = Vec::new();
    for function in ["sweep", "dispatch-huawei", "fanout"] {
        let log = stand.aws.function_log(function).await?;
        let telling = log.lines().filter(|line| TELLING.iter().any(|word| line.contains(word)));
        story.extend(telling.map(|line| format!("{function}: {}", message(line))));
    }
    Ok(story)
}

/// What a line of a log says to people.
fn message(line: &str) -> String {
    let said = serde_json::from_str::<Value>(line).ok();
    said.and_then(|said| said["message"].as_str().map(str::to_owned))
        .unwrap_or_else(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_log_is_told_by_its_message() {
        assert_eq!(message(r#"{"level":"WARN","message":"a worker was lost"}"#), "a worker was lost");
        assert_eq!(message("REPORT RequestId: 1"), "REPORT RequestId: 1");
    }
}
