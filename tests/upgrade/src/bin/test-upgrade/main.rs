//! `make test-upgrade`: an older version and this one side by side, while pushes are taken back. docs/upgrade.md.
//!
//! Exits 0 only if every call was answered below 500, every delivery is accounted for, and every simulated device shows
//! what its outcome claims.

use std::path::PathBuf;
use std::process::ExitCode;

use upgrade::{Older, run};

const USAGE: &str = "usage: test-upgrade COMMIT BINARIES SOURCES [DELIVERIES [SEED]]";
const DELIVERIES: u64 = 60_000;
/// In which order functions are switched is decided by it.
const SEED: u64 = 17;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |nth: usize, otherwise| match arguments.get(nth) {
        Some(text) => text.parse().ok(),
        None => Some(otherwise),
    };
    let ([commit, binaries, tree, ..], Some(deliveries), Some(seed)) = (&arguments[..], number(3, DELIVERIES), number(4, SEED)) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let older = Older {
        commit: commit.clone(),
        binaries: PathBuf::from(binaries),
        tree: PathBuf::from(tree),
    };
    let folder = older.binaries.join("side-by-side");
    match run(older, &folder, deliveries, seed, |doing| println!("  {doing}")).await {
        Ok(report) => {
            println!("\n{report}");
            if report.wrong().is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("test-upgrade: {error}");
            ExitCode::FAILURE
        }
    }
}
