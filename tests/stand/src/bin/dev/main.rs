//! `make dev`: the whole system on this machine, until it is told to stop.
//!
//! What is printed to standard output is a shell script: the settings, and lines to try the system with.
//! What is being done goes to standard error.

use std::process::ExitCode;

use stand::{Stand, StandError, try_out, until_told_to_stop};

#[tokio::main]
async fn main() -> ExitCode {
    until_told_to_stop("dev", dev()).await
}

/// Ends only by being dropped, or when it does not come up.
async fn dev() -> Result<std::convert::Infallible, StandError> {
    let stand = Stand::start(|doing| eprintln!("  {doing}")).await?;
    print!("{}", try_out(&stand, stand.stack.api_url()).await?);
    println!("\n# Paste these lines into a shell in this folder. Ctrl-C here ends everything.");
    std::future::pending().await
}
