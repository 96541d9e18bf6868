//! `make watch`: like `make dev`, with the HTTP functions run from source and rebuilt when it changes.
//!
//! They work on the tables and queues of the local stack, whose deployed functions do the rest.

use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use generate::pascal;
use local_stack::Keeper;
use revocation_rules::channel::Channel;
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
    println!("\n# Paste these lines into a shell in this folder. The functions behind the HTTP API run from source.");
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

/// What `infra/template.yaml` sets for the functions behind the HTTP API.
fn settings(stand: &Stand) -> Result<Vec<(&'static str, String)>, StandError> {
    let output = |name: &str| Ok::<_, StandError>(stand.stack.get(name)?.to_owned());
    let urls: Result<Vec<_>, StandError> = Channel::dispatched()
        .map(|channel| {
            Ok(format!(
                "{channel}={}",
                output(&format!("Dispatch{}QueueUrl", pascal(channel.as_str())))?
            ))
        })
        .collect();
    let channels: Vec<_> = Channel::dispatched().map(Channel::as_str).collect();
    Ok(vec![
        ("PUSHES_TABLE", output("PushesTableName")?),
        ("ACCESS_KEYS_TABLE", output("AccessKeysTableName")?),
        ("RPC_NONCES_TABLE", output("RpcNoncesTableName")?),
        ("RPC_SECRETS_KEY", output("RpcSecretsKeyId")?),
        ("CALLBACK_SENDER_KEYS", "allow".to_owned()),
        ("CONNECTIONS_TABLE", output("ConnectionsTableName")?),
        ("FANOUT_QUEUE_URL", output("FanoutQueueUrl")?),
        ("UNSUPPORTED_QUEUE_URL", output("UnsupportedQueueUrl")?),
        ("RECEIPTS_QUEUE_URL", output("ReceiptsQueueUrl")?),
        ("SOCKET_URL", output("SocketUrl")?),
        // Frames are posted where devices connect.
        ("SOCKET_API_URL", output("SocketUrl")?.replacen("ws", "http", 1)),
        ("DISPATCH_QUEUE_URLS", urls?.join(",")),
        ("CHANNELS", channels.join(",")),
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
