//! `make bench-recall`: records, takes back and settles a push of a million deliveries through the real functions on
//! this machine, and says how long everything took. docs/recall.md says what the figures are and are not.
//!
//! Exits 0 only if every delivery is accounted for and every simulated device shows what its outcome claims.

use std::path::PathBuf;
use std::process::ExitCode;

use recall::{Machine, Mix, Options, Report, Throttling, Wrong, block, recall, table};
use stand::StandError;

const USAGE: &str = "usage: bench-recall [--deliveries N] [--mix] [--runs unthrottled,quota,quota-unpaced]";

#[tokio::main]
async fn main() -> ExitCode {
    let given = Options {
        deliveries: 1_000_000,
        mix: Mix::Huawei,
        runs: vec![Throttling::None, Throttling::QuotaPaced],
        kills: 0,
    };
    let options = match given.read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(Wrong(why)) => {
            eprintln!("bench-recall: {why}\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    match measure(&options).await {
        Ok(report) if report.runs.iter().all(|run| run.wrong.is_empty()) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench-recall: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Result<Report, StandError> {
    let profile = profile()?;
    let mut report = Report {
        command: command(options, &profile),
        machine: Machine::this(),
        profile,
        deliveries: options.deliveries,
        channels: options.mix.as_str().to_owned(),
        runs: Vec::new(),
    };
    for throttling in &options.runs {
        println!("== {} deliveries, {}", options.deliveries, throttling.as_str());
        let run = recall(options.deliveries, options.mix, *throttling, |doing| println!("  {doing}")).await?;
        report.runs.push(run);
        // After each, so that what was measured is there even if the next one fails.
        write(&report)?;
    }
    println!("\n{}, binaries of the profile {}\n", report.machine.in_words(), report.profile);
    println!("{}\n{}", table(&report), block(&report));
    Ok(report)
}

/// As it is repeated.
fn command(options: &Options, profile: &str) -> String {
    let mix = match options.mix {
        Mix::Huawei => "",
        Mix::All => " MIX=1",
    };
    // What is built for tests, which takes more time than what is deployed.
    let profile = if profile == "debug" { " PROFILE=dev" } else { "" };
    format!("make bench-recall N={}{mix}{profile}", options.deliveries)
}

/// The folder that this program and the functions were built into: cargo calls it as the profile.
fn profile() -> Result<String, StandError> {
    let folder = local_stack::built_binaries()?;
    Ok(folder
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned()))
}

fn write(report: &Report) -> Result<(), StandError> {
    let failed = |error: &dyn std::error::Error| StandError::Unexpected(format!("writing the report: {error}"));
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench"));
    let text = serde_json::to_string_pretty(report).map_err(|error| failed(&error))?;
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("recall.json"), text + "\n"))
        .map_err(|error| failed(&error))
}
