//! `make dev`: the whole system on this machine, until it is told to stop.
//!
//! What is printed to standard output is a shell script: the settings, and lines to try the system with.
//! What is being done goes to standard error.

use std::process::ExitCode;

use stand::{Stand, StandError, told_to_stop, try_out};

#[tokio::main]
async fn main() -> ExitCode {
    let stop = match told_to_stop() {
        Ok(stop) => stop,
        Err(error) => return failed(&error),
    };
    tokio::select! {
        ended = dev() => match ended {
            Ok(never) => match never {},
            Err(error) => failed(&error),
        },
        () = stop => {
            eprintln!("  stopped");
            ExitCode::SUCCESS
        }
    }
}

/// Ends only by being dropped, or when it does not come up.
async fn dev() -> Result<std::convert::Infallible, StandError> {
    let stand = Stand::start(|doing| eprintln!("  {doing}")).await?;
    print!("{}", try_out(&stand, stand.stack.api_url()).await?);
    println!("\n# Paste these lines into a shell in this folder. Ctrl-C here ends everything.");
    std::future::pending().await
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("dev: {error}");
    ExitCode::FAILURE
}
