//! What walks a whole push: of a hundred million deliveries, in batches of 1,000.

use std::time::{Duration, Instant};

use revocation_rules::channel::Channel;
use serde_json::{Value, json};

use crate::error::BenchError;
use crate::events::request;
use crate::figure::Figure;
use crate::scene::{Revoked, Scene};
use crate::swarm::{Walk, grow, make_due, shrink, walk};

/// The time that a function of the HTTP API has.
const LIMIT: Duration = Duration::from_secs(10);
/// Headers that one query gives at most.
const PAGE: f64 = 500.0;

pub async fn walks(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    let batches = if scene.options.quick { 10_000 } else { 100_000 };
    let mut figures = fan_out(scene, batches).await?;
    figures.extend(recount(scene, batches).await?);
    figures.extend(sweep(scene, batches).await?);
    figures.extend(look_ups(scene, batches).await?);
    Ok(figures)
}

async fn fan_out(scene: &Scene, batches: u64) -> Result<Vec<Figure>, BenchError> {
    // The walk of one batch has shown where it lies; the large one starts where nothing was walked.
    let located = scene.revoked("walk-located", Channel::Huawei).await?;
    scene.recorded("walk-fanout", Channel::Huawei).await?;
    scene.fakes.messages()?;
    let revoke = scene.function("revoke").await?;
    revoke.invoke(&crate::scene::revoke_event("walk-fanout"), LIMIT).await?;
    revoke.stop().await?;
    let first = crate::scene::named(&scene.fakes.messages()?, "fanout")?;
    grow(&scene.fakes, "walk-fanout", located.shard, batches)?;
    let function = scene.function("fanout").await?;
    let walked = walk(&scene.fakes, &function, &first).await?;
    function.stop().await?;
    shrink(&scene.fakes)?;
    if walked.messages < batches {
        return Err(BenchError::new(format!("{} messages for {batches} batches", walked.messages)));
    }
    let mut figures = figures("fanout", &walked, batches, 8.0);
    figures[0] = figures[0].clone().at_most(8.0);
    Ok(figures)
}

async fn recount(scene: &Scene, batches: u64) -> Result<Vec<Figure>, BenchError> {
    let ended = scene.ended("walk-recount").await?;
    grow(&scene.fakes, &ended.task, ended.shard, batches)?;
    let function = scene.function("fanout").await?;
    let walked = walk(&scene.fakes, &function, &ended.check).await?;
    function.stop().await?;
    shrink(&scene.fakes)?;
    let mut figures = figures("recount", &walked, batches, 10.0);
    figures[0] = figures[0].clone().at_most(10.0);
    figures.push(Figure::one("recount_100_million_read_units", "units", walked.read_units).at_most(10_000.0));
    Ok(figures)
}

/// Of a revocation whose every batch is outstanding and still in a queue.
async fn sweep(scene: &Scene, batches: u64) -> Result<Vec<Figure>, BenchError> {
    let revoked = scene.revoked("walk-sweep", Channel::Huawei).await?;
    grow(&scene.fakes, &revoked.task, revoked.shard, batches)?;
    make_due(&scene.fakes, &revoked)?;
    scene.fakes.messages()?;
    scene.fakes.counts()?;
    let sweep = scene.function("sweep").await?;
    let swept = sweep.invoke(&json!({}), Duration::from_secs(55)).await?;
    let cpu = swept.cpu.as_secs_f64() * 1e6;
    let memory = sweep.process.memory_mb()?.1;
    sweep.stop().await?;
    let mut figures = vec![
        Figure::one("sweep_one_cpu_us", "us", cpu),
        Figure::one("sweep_memory_mb", "MB", memory).at_most(40.0),
    ];
    let handed_on = scene.fakes.messages()?;
    let function = scene.function("fanout").await?;
    for (_, message) in handed_on {
        let walked = walk(&scene.fakes, &function, &message).await?;
        let queued = u32::try_from(walked.messages)?;
        figures.push(Figure::one("sweep_jobs_queued_again", "messages", f64::from(queued)));
        figures.push(Figure::one("sweep_recount_memory_mb", "MB", walked.memory_mb).at_most(40.0));
        figures.push(Figure::one("sweep_longest_invocation_s", "s", walked.longest.as_secs_f64()).at_most(10.0));
    }
    function.stop().await?;
    shrink(&scene.fakes)?;
    Ok(figures)
}

async fn look_ups(scene: &Scene, batches: u64) -> Result<Vec<Figure>, BenchError> {
    let located = scene.revoked("walk-located-2", Channel::Huawei).await?;
    scene.recorded("walk-totals", Channel::Huawei).await?;
    grow(&scene.fakes, "walk-totals", located.shard, batches)?;
    let lookup = scene.function("lookup").await?;
    let totals = request("GET", "/v1/tasks/walk-totals/totals", "", &Value::Null);
    let totals = timed(&lookup, &totals).await?;
    let revoke = scene.function("revoke").await?;
    let dry = json!({"reason": "wrong price", "dry_run": true});
    let dry = request("POST", "/v1/tasks/walk-totals/revocations", "", &dry);
    let dry = timed(&revoke, &dry).await?;
    revoke.stop().await?;
    shrink(&scene.fakes)?;

    let ended = scene.ended("walk-failed").await?;
    grow(&scene.fakes, &ended.task, ended.shard, batches)?;
    let (pages, seconds) = failed(&lookup, &ended).await?;
    lookup.stop().await?;
    shrink(&scene.fakes)?;
    Ok(vec![
        Figure::one("totals_100_million_s", "s", totals).at_most(2.0),
        Figure::one("dry_run_100_million_s", "s", dry).at_most(2.0),
        Figure::one("failed_100_million_pages", "pages", pages),
        Figure::one("failed_100_million_s", "s", seconds),
    ])
}

async fn timed(function: &crate::function::Function, event: &Value) -> Result<f64, BenchError> {
    let invoked = function.invoke(event, Duration::from_secs(30)).await?;
    Ok(invoked.took.as_secs_f64())
}

/// Reads the list of what failed to its end; nothing did.
async fn failed(lookup: &crate::function::Function, ended: &Revoked) -> Result<(f64, f64), BenchError> {
    let path = format!("/v1/tasks/{}/revocations/{}/outcomes", ended.task, ended.revocation);
    let (began, mut pages, mut cursor) = (Instant::now(), 0.0, String::new());
    loop {
        let query = format!("outcome=failed{cursor}");
        let invoked = lookup.invoke(&request("GET", &path, &query, &Value::Null), LIMIT).await?;
        pages += 1.0;
        let body: Value = serde_json::from_str(invoked.answer["body"].as_str().unwrap_or_default())?;
        match body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok((pages, began.elapsed().as_secs_f64())),
        }
    }
}

fn figures(name: &str, walked: &Walk, batches: u64, longest: f64) -> Vec<Figure> {
    let count = u32::try_from(batches).map_or(0.0, f64::from);
    let cpu = walked.cpu.as_secs_f64();
    let invocations = u32::try_from(walked.invocations).map_or(0.0, f64::from);
    vec![
        Figure::one(format!("{name}_100_million_s"), "s", walked.wall.as_secs_f64()),
        Figure::one(format!("{name}_100_million_cpu_s"), "s", cpu),
        Figure::one(format!("{name}_invocations"), "invocations", invocations),
        Figure::one(format!("{name}_longest_invocation_s"), "s", walked.longest.as_secs_f64()).at_most(longest.max(10.0)),
        Figure::one(format!("{name}_memory_mb"), "MB", walked.memory_mb).at_most(40.0),
        Figure::one(format!("{name}_page_cpu_us"), "us", cpu * 1e6 / (count / PAGE)),
    ]
}
