//! What a million deliveries cost, recorded and revoked: counted units, measured CPU, list prices.

use std::time::Duration;

use crate::error::BenchError;
use crate::events::messages;
use crate::figure::Figure;
use crate::scene::{Scene, record_event};

/// List prices, with their date.
const PRICES: &str = include_str!("../../prices.toml");
/// Batches of 1,000 in a million.
const BATCHES: f64 = 1_000.0;
const SHORT: Duration = Duration::from_secs(60);

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
            memory_gb: of("dispatch_memory_gb")?,
        })
    }
}

pub async fn cost(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    let prices = Prices::read()?;
    let mut figures = Vec::new();
    for (channel, target) in [("huawei", 0.06), ("apns", 0.03)] {
        let task = format!("cost-{channel}");
        scene.recorded(&task, channel).await?;
        let kept = scene.fakes.tell(&serde_json::json!({"take_kept_bytes": true}))?;
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
        let kept_now = scene.fakes.tell(&serde_json::json!({"take_kept_bytes": true}))?;
        let bytes = kept_now["kept_bytes"].as_f64().unwrap_or_default() - kept["kept_bytes"].as_f64().unwrap_or_default();
        record.stop().await?;
        let units = |counts: &fast_fakes::Counts| counts.write_units * prices.write_unit + counts.read_units * prices.read_unit;
        let storage = bytes / 1e9 * prices.days_kept / 30.0 * (prices.storage_gb_month + prices.backup_gb_month);
        let time = |seconds: f64, gb: f64| seconds * gb * prices.gb_second + prices.invocation;
        let recording = units(&counts) + prices.http_request + time(recorded.took.as_secs_f64(), 0.25) + storage;

        let revoked = scene.revoked(&format!("{task}-revoked"), channel).await?;
        let dispatcher = scene.dispatcher(channel).await?;
        scene.fakes.counts()?;
        let worked = dispatcher.invoke(&messages([revoked.dispatch.as_str()]), SHORT).await?;
        let counts = scene.fakes.counts()?;
        dispatcher.stop().await?;
        // A message is sent, received and removed: three requests; ten travel in one.
        let queue = 3.0 / 10.0 * prices.queue_request;
        let dispatching = units(&counts) + queue + time(worked.took.as_secs_f64(), prices.memory_gb) + prices.read_unit * 4.0;
        let per_million = BATCHES * (recording + dispatching);
        figures.push(Figure::one(
            format!("cost_{channel}_recording_usd"),
            "USD",
            BATCHES * (recording - storage),
        ));
        figures.push(Figure::one(format!("cost_{channel}_storage_usd"), "USD", BATCHES * storage));
        figures.push(Figure::one(format!("cost_{channel}_revoking_usd"), "USD", BATCHES * dispatching));
        figures.push(Figure::one(format!("cost_{channel}_million_usd"), "USD", per_million).at_most(target));
    }
    Ok(figures)
}
