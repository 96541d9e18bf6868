//! What a million deliveries cost, recorded and revoked: counted units, measured CPU, list prices.

use revocation_rules::channel::Channel;
use std::time::Duration;

use crate::error::BenchError;
use crate::events::messages;
use crate::figure::Figure;
use crate::scene::{Revoked, Scene, named, record_event, revoke_event};
use crate::swarm::{Walk, grow, shrink, walk};

/// List prices, with their date.
const PRICES: &str = include_str!("../../prices.toml");
/// Batches of 1,000 in a million.
const BATCHES: f64 = 1_000.0;
const SHORT: Duration = Duration::from_mins(1);

struct Prices {
    write_unit: f64,
    read_unit: f64,
    queue_request: f64,
    gb_second: f64,
    invocation: f64,
    http_request: f64,
    storage_gb_month: f64,
    backup_gb_month: f64,
    days_kept: f64,
    days_outcomes_kept: f64,
    memory_gb: f64,
}

impl Prices {
    fn read() -> Result<Self, BenchError> {
        let of = |name: &str| -> Result<f64, BenchError> {
            let line = PRICES.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
            let line = line.ok_or_else(|| BenchError::new(format!("no price {name}")))?;
            Ok(line.trim().parse()?)
        };
        Ok(Self {
            write_unit: of("write_units_per_million")? / 1e6,
            read_unit: of("read_units_per_million")? / 1e6,
            queue_request: of("queue_requests_per_million")? / 1e6,
            gb_second: of("lambda_gb_second")?,
            invocation: of("lambda_invocations_per_million")? / 1e6,
            http_request: of("http_requests_per_million")? / 1e6,
            storage_gb_month: of("storage_gb_month")?,
            backup_gb_month: of("backup_gb_month")?,
            days_kept: of("days_kept")?,
            days_outcomes_kept: of("days_outcomes_kept")?,
            memory_gb: of("dispatch_memory_gb")?,
        })
    }
}

pub async fn cost(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    let prices = Prices::read()?;
    let mut figures = Vec::new();
    for (channel, target) in [(Channel::Huawei, 0.06), (Channel::Apns, 0.03)] {
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
        let units = |counts: &fast_fakes::Counts| counts.write_units * prices.write_unit + counts.read_units * prices.read_unit;
        let stored = |bytes: f64, days: f64| bytes / 1e9 * days / 30.0 * (prices.storage_gb_month + prices.backup_gb_month);
        let storage = stored(bytes, prices.days_kept);
        let time = |seconds: f64, gb: f64| seconds * gb * prices.gb_second + prices.invocation;
        let recording = units(&counts) + prices.http_request + time(recorded.took.as_secs_f64(), 0.25) + storage;

        let revoked = scene.revoked(&format!("{task}-revoked"), channel).await?;
        let dispatcher = scene.dispatcher(channel).await?;
        let kept = kept_bytes(scene)?;
        scene.fakes.counts()?;
        scene.fakes.devices_asked()?;
        let worked = dispatcher.invoke(&messages([revoked.dispatch.as_str()]), SHORT).await?;
        scene.were_asked(1)?;
        let counts = scene.fakes.counts()?;
        dispatcher.stop().await?;
        let outcomes = stored(kept_bytes(scene)? - kept, prices.days_outcomes_kept);
        let dispatching = units(&counts) + time(worked.took.as_secs_f64(), prices.memory_gb) + outcomes;

        let walked = [
            walk_of(scene, &format!("{task}-walk"), channel, revoked.shard).await?,
            count_of(scene, &revoked).await?,
        ];
        let walking = walked.iter().map(|walk| {
            let units = walk.write_units * prices.write_unit + walk.read_units * prices.read_unit;
            // A message is sent, received and removed, and ten travel in one request.
            let queue = f64::from(u32::try_from(walk.messages).unwrap_or(u32::MAX)) * 3.0 / 10.0 * prices.queue_request;
            units + queue + time(walk.wall.as_secs_f64(), prices.memory_gb)
        });
        let revoking = BATCHES * dispatching + walking.sum::<f64>();
        let per_million = BATCHES * recording + revoking;
        figures.push(Figure::one(
            format!("cost_{channel}_recording_usd"),
            "USD",
            BATCHES * (recording - storage),
        ));
        figures.push(Figure::one(format!("cost_{channel}_storage_usd"), "USD", BATCHES * storage));
        figures.push(Figure::one(format!("cost_{channel}_revoking_usd"), "USD", revoking));
        figures.push(Figure::one(format!("cost_{channel}_million_usd"), "USD", per_million).at_most(target));
    }
    Ok(figures)
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
