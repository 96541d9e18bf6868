//! `make bench-kill`: takes a push back while its workers are killed, and says what that cost.
//!
//! Exits 0 only if every delivery is accounted for and every simulated device shows what its outcome claims.

use std::process::ExitCode;

use recall::{Killed, Mix, Options, Wrong, kill_while_recalling};

const USAGE: &str = "usage: bench-kill [--deliveries N] [--kills N]";
/// Which processes are killed is decided by it; when they are is not.
const SEED: u64 = 13;

#[tokio::main]
async fn main() -> ExitCode {
    let given = Options {
        deliveries: 30_000,
        mix: Mix::Huawei,
        runs: Vec::new(),
        kills: 50,
    };
    let options = match given.read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(Wrong(why)) => {
            eprintln!("bench-kill: {why}\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    match kill_while_recalling(options.deliveries, options.kills, SEED, |doing| println!("  {doing}")).await {
        Ok(killed) => {
            print(&killed);
            if killed.wrong.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("bench-kill: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(killed: &Killed) {
    for line in &killed.story {
        println!("{line}");
    }
    println!("\n{} deliveries in {} batches", killed.deliveries, killed.batches);
    println!(
        "killed            {:?}, all within {:.1} s of the first vendor answer",
        killed.kills, killed.last_kill_s
    );
    println!("settled after     {:.1} s", killed.settled_s);
    println!(
        "outcomes          {:?}",
        killed.outcomes.values().map(|outcome| &outcome.0).collect::<Vec<_>>()
    );
    println!("lost workers      {}", killed.lost_workers);
    println!("asked twice       {} devices", killed.pushed_again);
    for line in &killed.wrong {
        println!("WRONG: {line}");
    }
}
