//! Warm functions of the HTTP API: CPU, and what they ask of AWS, for a push of ten deliveries and of a hundred million.

use std::time::Duration;

use revocation_rules::channel::Channel;
use serde_json::Value;

use crate::error::BenchError;
use crate::events::request;
use crate::figure::Figure;
use crate::function::Function;
use crate::scene::{BATCH, Scene, record_event, revoke_event};
use crate::swarm;

const ROUNDS: usize = 5;
const TIMES: u32 = 100;
/// Batches of a push of a hundred million.
const BATCHES: u64 = 100_000;

pub async fn requests(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    scene.recorded("requests", Channel::Huawei).await?;
    let shard = shard(scene, "requests-located").await?;
    scene.fakes.freeze(true)?;
    let gate = request("GET", "/v1/tasks/requests/gate", "channel=huawei", &Value::Null);
    let mut figures = Vec::new();
    for (name, function, event, target) in [
        ("revoke", "revoke", revoke_event("requests"), 430.0),
        ("gate", "lookup", gate, 200.0),
    ] {
        let function = scene.function(function).await?;
        let small = asked(scene, &function, &event).await?;
        swarm::grow(&scene.fakes, "requests", shard, BATCHES)?;
        let large = asked(scene, &function, &event).await?;
        let cpu = function.cpu_us(&event, scene.options.runs(ROUNDS), TIMES).await?;
        swarm::shrink(&scene.fakes)?;
        function.stop().await?;
        figures.push(Figure::new(format!("{name}_cpu_us"), "us", cpu).at_most(target));
        let fields = ["aws_calls", "read_units", "write_units"].into_iter().zip(small).zip(large);
        for ((field, small), large) in fields {
            figures.push(Figure::one(format!("{name}_{field}"), "at 1,000", small));
            figures.push(Figure::one(format!("{name}_{field}_100_million"), "at 100 million", large).at_most(small));
        }
    }
    let record = scene.function("record").await?;
    let cpu = record
        .cpu_us(&record_event("requests", Channel::Huawei), scene.options.runs(ROUNDS), TIMES / 5)
        .await?;
    record.stop().await?;
    let deliveries = f64::from(u32::try_from(BATCH)?);
    let each = cpu.iter().map(|us| us / deliveries).collect();
    figures.push(Figure::new("record_1000_cpu_us", "us", cpu));
    figures.push(Figure::new("record_cpu_us_per_delivery", "us", each).at_most(2.0));
    Ok(figures)
}

/// Calls, read units and write units of one event, once it is warm.
async fn asked(scene: &Scene, function: &Function, event: &Value) -> Result<[f64; 3], BenchError> {
    function.invoke(event, Duration::from_secs(30)).await?;
    scene.fakes.counts()?;
    function.invoke(event, Duration::from_secs(30)).await?;
    let counts = scene.fakes.counts()?;
    Ok([f64::from(u32::try_from(counts.all_calls())?), counts.read_units, counts.write_units])
}

/// Where a batch of the one name lies, in every push with as many shards.
async fn shard(scene: &Scene, task: &str) -> Result<u64, BenchError> {
    Ok(scene.revoked(task, Channel::Huawei).await?.shard)
}
