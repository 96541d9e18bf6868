//! What a million deliveries cost, recorded and revoked: counted units, measured CPU, list prices.

use revocation_rules::channel::Channel;
use std::time::Duration;

use crate::bill::{self, Bill, Line, Prices};
use crate::error::BenchError;
use crate::events::messages;
use crate::fakes::VENDORS;
use crate::figure::Figure;
use crate::scene::{Revoked, Scene, named, record_event, revoke_event};
use crate::swarm::{Walk, grow, shrink, walk};

/// Batches of 1,000 in a million.
const BATCHES: f64 = 1_000.0;
const SHORT: Duration = Duration::from_mins(1);
/// Days that a month is counted with.
const MONTH: f64 = 30.0;
/// The memory of the functions behind the API, which the template gives all that say nothing else.
const HTTP_GB: f64 = 0.25;

/// Those with a target, and what a million may cost, recorded and revoked.
const TARGETS: [(Channel, f64); 2] = [(Channel::Huawei, 0.06), (Channel::Apns, 0.03)];

pub async fn cost(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    let prices = Prices::read()?;
    let (mut figures, mut lines) = (Vec::new(), Vec::new());
    for name in VENDORS {
        let channel = Channel::parse(name).ok_or_else(|| BenchError::new(format!("there is no channel {name}")))?;
        let recorded = recorded(scene, &prices, channel).await?.times(BATCHES);
        let revoked = revoked(scene, &prices, channel).await?;
        if let Some((_, target)) = TARGETS.iter().find(|(with, _)| *with == channel) {
            let figure = |what: &str, value| Figure::one(format!("cost_{channel}_{what}_usd"), "USD", value);
            figures.push(figure("recording", recorded.without_storage(&prices)));
            figures.push(figure("storage", recorded.storage(&prices)));
            figures.push(figure("revoking", revoked.usd(&prices)));
            figures.push(figure("million", recorded.usd(&prices) + revoked.usd(&prices)).at_most(*target));
        }
        for (what, bill) in [("recorded", recorded), ("revoked", revoked)] {
            lines.push(Line { channel: name, what, bill });
        }
    }
    if let Some(document) = &scene.options.costs {
        bill::renew(document, &lines, &prices)?;
    }
    Ok(figures)
}

/// One batch of 1,000, recorded and kept until its time is over.
async fn recorded(scene: &Scene, prices: &Prices, channel: Channel) -> Result<Bill, BenchError> {
    let task = format!("cost-{channel}");
    scene.recorded(&task, channel).await?;
    let kept = kept_bytes(scene)?;
    // Recorded under another batch id, so that it is new.
    let mut once = record_event(&task, channel);
    once["body"] = once["body"]
        .as_str()
        .unwrap_or_default()
        .replace("000000000\"", "000000001\"")
        .into();
    let record = scene.function("record").await?;
    scene.fakes.counts()?;
    let recorded = record.invoke(&once, SHORT).await?;
    let counts = scene.fakes.counts()?;
    let bytes = kept_bytes(scene)? - kept;
    record.stop().await?;
    Ok(Bill {
        write_units: counts.write_units,
        read_units: counts.read_units,
        http_requests: 1.0,
        invocations: 1.0,
        gb_seconds: recorded.took.as_secs_f64() * HTTP_GB,
        gb_months: gb_months(bytes, prices.days_kept),
        ..Bill::default()
    })
}

/// A million that is revoked: walked, each of its batches worked on and its outcomes kept, and counted.
async fn revoked(scene: &Scene, prices: &Prices, channel: Channel) -> Result<Bill, BenchError> {
    let task = format!("cost-{channel}");
    let revoked = scene.revoked(&format!("{task}-revoked"), channel).await?;
    let dispatcher = scene.dispatcher(channel).await?;
    let kept = kept_bytes(scene)?;
    scene.fakes.counts()?;
    scene.fakes.devices_asked()?;
    let worked = dispatcher.invoke(&messages([revoked.dispatch.as_str()]), SHORT).await?;
    scene.were_asked(1)?;
    let counts = scene.fakes.counts()?;
    dispatcher.stop().await?;
    let spent = Bill {
        write_units: counts.write_units,
        read_units: counts.read_units,
        invocations: 1.0,
        gb_seconds: worked.took.as_secs_f64() * prices.memory_gb,
        gb_months: gb_months(kept_bytes(scene)? - kept, prices.days_outcomes_kept),
        ..Bill::default()
    };
    let walked = [
        walk_of(scene, &format!("{task}-walk"), channel, revoked.shard).await?,
        count_of(scene, &revoked).await?,
    ];
    let walked = walked.iter().map(|walk| Bill {
        write_units: walk.write_units,
        read_units: walk.read_units,
        // A message is sent, received and removed, and ten travel in one request.
        queue_requests: f64::from(u32::try_from(walk.messages).unwrap_or(u32::MAX)) * 3.0 / 10.0,
        invocations: f64::from(u32::try_from(walk.invocations).unwrap_or(u32::MAX)),
        gb_seconds: walk.wall.as_secs_f64() * prices.memory_gb,
        ..Bill::default()
    });
    Ok(walked.fold(spent.times(BATCHES), |sum, walk| sum.and(&walk)))
}

fn gb_months(bytes: f64, days: f64) -> f64 {
    bytes / 1e9 * days / MONTH
}

fn kept_bytes(scene: &Scene) -> Result<f64, BenchError> {
    let told = scene.fakes.tell(&serde_json::json!({"take_kept_bytes": true}))?;
    told["kept_bytes"]
        .as_f64()
        .ok_or_else(|| BenchError::new("the fakes do not say how much they keep"))
}

/// The fan-out of a million.
async fn walk_of(scene: &Scene, task: &str, channel: Channel, shard: u64) -> Result<Walk, BenchError> {
    scene.recorded(task, channel).await?;
    scene.fakes.messages()?;
    let revoke = scene.function("revoke").await?;
    revoke.invoke(&revoke_event(task), SHORT).await?;
    revoke.stop().await?;
    let first = named(&scene.fakes.messages()?, "fanout")?;
    walk_million(scene, task, shard, &first).await
}

/// The recount that settles a million.
async fn count_of(scene: &Scene, ended: &Revoked) -> Result<Walk, BenchError> {
    walk_million(scene, &ended.task, ended.shard, &ended.check).await
}

async fn walk_million(scene: &Scene, task: &str, shard: u64, first: &str) -> Result<Walk, BenchError> {
    grow(&scene.fakes, task, shard, 1_000)?;
    let function = scene.function("fanout").await?;
    let walked = walk(&scene.fakes, &function, first).await?;
    function.stop().await?;
    shrink(&scene.fakes)?;
    Ok(walked)
}
