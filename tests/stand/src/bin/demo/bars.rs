//! Live progress, a bar per channel.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::Value;
use stand::{StandError, Tenant};

const EVERY: Duration = Duration::from_millis(300);

/// Follows a revocation until `total` deliveries are settled. Returns its last state.
pub async fn watch(tenant: &Tenant, revocation: &str, total: usize, patience: Duration) -> Result<Value, StandError> {
    let began = Instant::now();
    let live = std::io::stdout().is_terminal();
    let all = MultiProgress::new();
    let mut bars: BTreeMap<String, ProgressBar> = BTreeMap::new();
    let mut said = 0;
    loop {
        let now = tenant.viewer.get(revocation).await?.body;
        let progress = &now["progress"];
        for (channel, progress) in progress["channels"].as_object().into_iter().flatten() {
            let bar = bars
                .entry(channel.clone())
                .or_insert_with(|| all.add(ProgressBar::new(0).with_style(style()).with_message(channel.clone())));
            bar.set_length(progress["requested"].as_u64().unwrap_or_default());
            bar.set_position(progress["ended"].as_u64().unwrap_or_default());
        }
        let ended = progress["total"]["ended"].as_u64().unwrap_or_default();
        if !live && ended != said {
            said = ended;
            println!("  {ended} of {} ended", progress["total"]["requested"]);
        }
        if now["state"] == "settled" && ended == total as u64 {
            for bar in bars.values() {
                bar.finish();
            }
            return Ok(now);
        }
        if began.elapsed() > patience {
            return Err(StandError::Unexpected(format!("not settled after {} s: {now}", patience.as_secs())));
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Waits until so many devices have said themselves that the message is gone. Returns the revocation's last state.
pub async fn confirmed(tenant: &Tenant, revocation: &str, devices: usize, patience: Duration) -> Result<Value, StandError> {
    let began = Instant::now();
    loop {
        let now = tenant.viewer.get(revocation).await?.body;
        if now["state"] == "settled" && now["progress"]["total"]["confirmed_by_device"] == devices {
            return Ok(now);
        }
        if began.elapsed() > patience {
            return Err(StandError::Unexpected(format!(
                "not confirmed after {} s: {now}",
                patience.as_secs()
            )));
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("  {msg:10} [{bar:40}] {pos:>5} of {len:<5} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
