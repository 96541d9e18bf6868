//! `vendor-sim`: starts the simulated vendors, prints one JSON line that says where they are, and
//! stays until it is told to stop.

use std::io::Write;
use std::process::ExitCode;

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};
use vendor_sim::{Options, Sim};

const USAGE: &str = "usage: vendor-sim [--<vendor>-port N].. [--control-port N] [--apns-streams N] [--exit-with-stdin]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("vendor-sim: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let (options, exit_with_stdin) = arguments(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let stopped = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let sim = Sim::start(&options)?;
        announce(&sim)?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = stdin_closed(), if exit_with_stdin => {}
        }
        Ok::<(), std::io::Error>(())
    });
    // A read of stdin cannot be taken back; it must not hold the process.
    runtime.shutdown_background();
    stopped.map_err(|error| error.to_string())
}

fn announce(sim: &Sim) -> std::io::Result<()> {
    let mut line = json!(sim.urls);
    line["control"] = json!(sim.control);
    line["ca_pem"] = json!(sim.ca_pem);
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

async fn stdin_closed() {
    let mut stdin = tokio::io::stdin();
    let mut bytes = [0; 256];
    while matches!(stdin.read(&mut bytes).await, Ok(1..)) {}
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<(Options, bool), String> {
    let mut options = Options::default();
    let mut exit_with_stdin = false;
    while let Some(flag) = given.next() {
        match flag.as_str() {
            "--exit-with-stdin" => exit_with_stdin = true,
            "--control-port" => options.control_port = number(&flag, given.next())?,
            "--apns-streams" => options.apns_streams = number(&flag, given.next())?,
            _ => {
                let vendor = flag.strip_prefix("--").and_then(|flag| flag.strip_suffix("-port"));
                let vendor = vendor.ok_or_else(|| format!("unknown flag {flag}\n{USAGE}"))?;
                options.ports.insert(vendor.to_owned(), number(&flag, given.next())?);
            }
        }
    }
    Ok((options, exit_with_stdin))
}

fn number<T: std::str::FromStr>(flag: &str, value: Option<String>) -> Result<T, String> {
    value
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| format!("{flag} needs a number\n{USAGE}"))
}
