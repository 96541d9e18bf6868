//! One recall, from an empty stand to the figures.

use std::collections::BTreeMap;
use std::time::Duration;

use generate::pascal;
use revocation_rules::channel::Channel;
use serde_json::Value;
use stand::{Stand, StandError, StandUsage, Tenant};

use crate::check::{Expected, check};
use crate::deliveries::{Mix, PER_BATCH, Share};
use crate::prepare::{in_turn, prepare};
use crate::quotas::{floor_s, quota};
use crate::report::{Calls, Run, Throttling};
use crate::timeline::Timeline;
use crate::watch::{revoke, settled, settled_s};

const TASK: &str = "/v1/tasks/20842863";
/// How long a recall may take before it is given up, beside its floor.
const PATIENCE: Duration = Duration::from_mins(20);

/// Records a push, takes it back and says how long everything took.
pub async fn recall(deliveries: u64, mix: Mix, throttling: Throttling, say: impl Fn(&str)) -> Result<Run, StandError> {
    let shares = mix.shares(deliveries / PER_BATCH);
    let rates = rates(&shares, throttling);
    let rates: Vec<(&str, &str)> = rates.iter().map(|(name, rate)| (name.as_str(), rate.as_str())).collect();
    let stand = Stand::start_counted(&rates, &say).await?;
    let tenant = stand.tenant("shop", "default").await?;
    say(&format!("recording {deliveries} deliveries over {}", mix.as_str()));
    let of_channels = || shares.iter().map(|share| (share.channel, share.batches));
    let recorded = prepare(&stand, &tenant, TASK, in_turn(of_channels(), PER_BATCH)).await?;
    say(&format!(
        "recorded in {:.1} s; taking them back, {}",
        recorded.as_secs_f64(),
        throttling.as_str()
    ));
    if throttling != Throttling::None {
        for share in &shares {
            if let Some(quota) = quota(share.channel) {
                stand.devices.quota(share.channel.as_str(), quota.per_second.into()).await?;
            }
        }
    }
    let measured = measured(&stand, &tenant, deliveries, &shares, throttling, recorded, &say).await;
    stand.explained(measured).await
}

async fn measured(
    stand: &Stand,
    tenant: &Tenant,
    deliveries: u64,
    shares: &[Share],
    throttling: Throttling,
    recorded: Duration,
    say: impl Fn(&str),
) -> Result<Run, StandError> {
    let (calls_before, usage_before) = (stand.aws.calls(), stand.usage()?);
    let revoked = revoke(tenant, TASK).await?;
    let floor = match throttling {
        Throttling::None => 0.0,
        Throttling::QuotaPaced | Throttling::Quota => floor_s(shares.iter().map(|share| (share.channel, share.deliveries()))),
    };
    let patience = PATIENCE + Duration::from_secs_f64(floor);
    let settled = settled(tenant, &revoked.path, deliveries, patience, &say).await?;
    let (calls, usage) = (stand.aws.calls(), stand.usage()?);

    let timeline = timeline(stand, shares).await?;
    let expected: Vec<Expected> = shares.iter().map(expected).collect();
    let checked = check(stand, tenant, &settled, &expected).await?;
    let since = |at: Option<u64>| at.map_or(f64::NAN, |at| seconds(at.saturating_sub(revoked.sent_at_ms)));
    let mut wrong = checked.wrong;
    if timeline.total() < deliveries {
        wrong.push(format!("vendors answered about {} deliveries only", timeline.total()));
    }
    let answered_100_s = since(timeline.when(100, deliveries));
    Ok(Run {
        throttling,
        recorded_s: recorded.as_secs_f64(),
        accepted_s: revoked.accepted.as_secs_f64(),
        gate_s: revoked.gate.as_secs_f64(),
        first_answer_s: since(timeline.first()),
        answered_50_s: since(timeline.when(50, deliveries)),
        answered_95_s: since(timeline.when(95, deliveries)),
        answered_99_s: since(timeline.when(99, deliveries)),
        answered_100_s,
        settled_s: settled_s(&settled, revoked.sent_at_ms),
        floor_s: floor,
        deliveries_per_s: as_f64(deliveries) / answered_100_s,
        outcomes: checked.outcomes,
        wrong,
        asked_again: timeline.total().saturating_sub(deliveries),
        over_quota: over_quota(&stand.devices.stats().await?),
        dispatches: dispatches(stand, shares).await?,
        aws_calls: difference(&calls_before, calls),
        local_aws_cpu_s: cpu(usage_before, usage, |usage| usage.local_aws.cpu_s),
        functions_cpu_s: cpu(usage_before, usage, |usage| usage.functions.cpu_s),
        vendors_cpu_s: cpu(usage_before, usage, |usage| usage.this_program.cpu_s),
        peak_bytes: usage.local_aws.peak_bytes + usage.this_program.peak_bytes,
    })
}

/// The parameters that tell each channel of its vendor's quota.
fn rates(shares: &[Share], throttling: Throttling) -> Vec<(String, String)> {
    match throttling {
        Throttling::None | Throttling::Quota => Vec::new(),
        Throttling::QuotaPaced => shares.iter().filter_map(|share| rate(share.channel)).collect(),
    }
}

/// A rate is of deliveries, whatever the vendor counts.
fn rate(channel: Channel) -> Option<(String, String)> {
    let rate = quota(channel)?.deliveries_per_second();
    Some((format!("{}RatePerSecond", pascal(channel.as_str())), rate.to_string()))
}

fn expected(share: &Share) -> Expected {
    let [(_, overwritten), (_, gone)] = share.ends();
    Expected {
        channel: share.channel,
        overwritten,
        gone,
    }
}

async fn timeline(stand: &Stand, shares: &[Share]) -> Result<Timeline, StandError> {
    let mut answers = Vec::new();
    for share in shares {
        answers.extend(stand.devices.answers(share.channel.as_str()).await?);
    }
    Ok(Timeline::new(answers))
}

fn over_quota(stats: &Value) -> u64 {
    let vendors = stats.as_object().into_iter().flatten();
    vendors.filter_map(|(_, stats)| stats["over_quota"].as_u64()).sum()
}

/// How the jobs of all dispatchers ended.
async fn dispatches(stand: &Stand, shares: &[Share]) -> Result<BTreeMap<String, u64>, StandError> {
    let mut ends = BTreeMap::new();
    for share in shares {
        let log = stand
            .aws
            .function_log(&format!("dispatch-{}", share.channel.as_str().replace('_', "-")))
            .await?;
        for end in log.lines().filter_map(end_of_dispatch) {
            *ends.entry(end.to_owned()).or_default() += 1;
        }
    }
    Ok(ends)
}

/// `"end":"Finished"` of a line that says how a dispatch ended.
fn end_of_dispatch(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("\"end\":\"")?;
    rest.split_once('"').map(|(end, _)| end)
}

fn difference(before: &Calls, after: Calls) -> Calls {
    let more = |(operation, count): (String, u64)| {
        let more = count - before.get(&operation).copied().unwrap_or(0);
        (more > 0).then_some((operation, more))
    };
    after.into_iter().filter_map(more).collect()
}

fn cpu(before: StandUsage, after: StandUsage, of: impl Fn(&StandUsage) -> f64) -> f64 {
    (of(&after) - of(&before)).max(0.0)
}

fn seconds(ms: u64) -> f64 {
    as_f64(ms) / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_told_of_its_quota_in_deliveries() {
        let shares = Mix::All.shares(10);
        let rates = rates(&shares, Throttling::QuotaPaced);
        assert!(rates.contains(&("HuaweiRatePerSecond".to_owned(), "6000".to_owned())), "{rates:?}");
        assert!(
            rates.contains(&("XiaomiRatePerSecond".to_owned(), "250000".to_owned())),
            "{rates:?}"
        );
        assert!(!rates.iter().any(|(name, _)| name.starts_with("Apns")), "{rates:?}");
        assert!(super::rates(&shares, Throttling::Quota).is_empty());
    }

    #[test]
    fn only_lines_that_say_how_a_dispatch_ended_are_counted() {
        assert_eq!(
            end_of_dispatch(r#"{"fields":{"end":"ComesBack","message":"x"}}"#),
            Some("ComesBack")
        );
        assert_eq!(end_of_dispatch(r#"{"fields":{"message":"END"}}"#), None);
    }

    #[test]
    fn calls_are_those_made_meanwhile() {
        let calls = |counts: &[(&str, u64)]| counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Calls>();
        let more = difference(&calls(&[("a", 2), ("b", 3)]), calls(&[("a", 2), ("b", 5), ("c", 1)]));
        assert_eq!(more, calls(&[("b", 2), ("c", 1)]));
    }
}
