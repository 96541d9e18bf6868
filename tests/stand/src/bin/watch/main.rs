//! `make watch`: like `make dev`, with the HTTP functions run from source and rebuilt when it changes.
//!
//! They work on the tables and queues of the local stack, whose deployed functions do the rest.

use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use local_stack::Keeper;
use stand::{Stand, StandError, try_out, until_told_to_stop};

#[tokio::main]
async fn main() -> ExitCode {
    until_told_to_stop("watch", watch()).await
}

/// Ends only by being dropped, or when something does not come up or stay up.
async fn watch() -> Result<std::convert::Infallible, StandError> {
    let stand = Stand::start(|doing| eprintln!("  {doing}")).await?;
    let port = free_port().map_err(|error| StandError::Unexpected(format!("there is no free port: {error}")))?;
    let mut functions = start(&stand, port)?;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        running(&mut functions)?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    print!("{}", try_out(&stand, &format!("http://127.0.0.1:{port}")).await?);
    println!("\n# Paste these lines into a shell in this folder. record, revoke and lookup run from source.");
    println!("# Ctrl-C here ends everything.");
    loop {
        running(&mut functions)?;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// `cargo lambda watch`, with the routes of the root Cargo.toml.
fn start(stand: &Stand, port: u16) -> Result<Keeper, StandError> {
    let settings = settings(stand)?;
    let own_output = std::io::stderr().as_fd().try_clone_to_owned();
    own_output
        .and_then(|output| {
            Keeper::start("cargo", |program| {
                program
                    // It listens on every address otherwise, and starts what is no function.
                    .args(["lambda", "watch", "--wait", "--invoke-address", "127.0.0.1", "--invoke-port"])
                    .arg(port.to_string())
                    .env_remove("AWS_PROFILE")
                    .env_remove("AWS_SESSION_TOKEN")
                    .envs(stand.aws.client_env())
                    .envs(settings)
                    .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
                    // Ours is for the lines to try.
                    .stdout(output)
            })
        })
        .map_err(|error| StandError::Unexpected(format!("cargo lambda watch could not be started: {error}")))
}

/// What `infra/template.yaml` sets for record, revoke and lookup.
fn settings(stand: &Stand) -> Result<[(&'static str, String); 5], StandError> {
    let stack = &stand.stack;
    Ok([
        ("PUSHES_TABLE", stack.get("PushesTableName")?.to_owned()),
        ("ACCESS_KEYS_TABLE", stack.get("AccessKeysTableName")?.to_owned()),
        ("FANOUT_QUEUE_URL", stack.get("FanoutQueueUrl")?.to_owned()),
        (
            "DISPATCH_QUEUE_URLS",
            format!(
                "huawei={},apns={}",
                stack.get("DispatchHuaweiQueueUrl")?,
                stack.get("DispatchApnsQueueUrl")?
            ),
        ),
        ("CHANNELS", "huawei,apns".to_owned()),
    ])
}

fn running(functions: &mut Keeper) -> Result<(), StandError> {
    if functions.has_ended() {
        return Err(StandError::Unexpected("cargo lambda watch ended; what it said is above".to_owned()));
    }
    Ok(())
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
