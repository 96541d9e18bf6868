//! The command; `revocation_keys` does it.

use clap::Parser;
use revocation_keys::{Arguments, run};
use revocation_lambda::telemetry;

/// Access keys of message-revoke.
#[derive(Parser)]
#[command(name = "revocation-keys")]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    telemetry::start_command();
    match run(Line::parse().arguments).await {
        Ok(answer) => {
            for line in answer.lines() {
                println!("{line}");
            }
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("revocation-keys: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
