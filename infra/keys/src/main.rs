//! Makes, lists, disables and enables access keys.
//!
//! The table is named by `--table` or `ACCESS_KEYS_TABLE`; region and
//! credentials are the AWS SDK's own settings.

mod make;
mod senders;

use clap::{Parser, Subcommand};
use revocation_app::ports::{KeyState, Role, StoreError};
use revocation_aws::{DynamoAccessKeys, sdk_config};
use revocation_lambda::config::environment;
use revocation_rules::ids::{AppId, KeyId, Tenant, WorkspaceId};

/// Access keys of message-revoke.
#[derive(Parser)]
#[command(name = "revocation-keys")]
struct Arguments {
    /// The table of keys; else the environment's `ACCESS_KEYS_TABLE`.
    #[arg(long, global = true)]
    table: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a key and print it, once: `<key id>.<secret>`.
    New {
        #[arg(long)]
        app: AppId,
        #[arg(long)]
        workspace: WorkspaceId,
        /// sender, viewer, operator or admin.
        #[arg(long, value_parser = role)]
        role: Role,
    },
    /// List the keys, without their secrets.
    List,
    /// Refuse a key from now on; functions may believe it for another minute.
    Disable { id: KeyId },
    /// Accept a disabled key again.
    Enable { id: KeyId },
    #[command(flatten)]
    Senders(senders::Bindings),
}

#[derive(Debug, thiserror::Error)]
enum KeysError {
    #[error("name the table with --table or ACCESS_KEYS_TABLE")]
    NoTable,
    #[error("there is no key {0}")]
    Unknown(KeyId),
    #[error("there is no such binding")]
    NotBound,
    #[error("{error}{}", causes(.error))]
    Store {
        #[from]
        error: StoreError,
    },
}

fn causes(error: &StoreError) -> String {
    std::iter::successors(std::error::Error::source(error), |cause| cause.source())
        .fold(String::new(), |all, cause| format!("{all}: {cause}"))
}

fn role(text: &str) -> Result<Role, &'static str> {
    Role::parse(text).ok_or("a role is sender, viewer, operator or admin")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("revocation-keys: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), KeysError> {
    let table = arguments
        .table
        .or_else(|| environment("ACCESS_KEYS_TABLE"))
        .ok_or(KeysError::NoTable)?;
    let keys = DynamoAccessKeys::new(aws_sdk_dynamodb::Client::new(&sdk_config().await), table);
    match arguments.command {
        Command::New { app, workspace, role } => {
            let key = make::make(&keys, Tenant { app, workspace }, role).await?;
            println!("{}.{}", key.id, key.secret);
        }
        Command::List => {
            for key in keys.list().await? {
                let state = match key.state {
                    KeyState::Active => "active",
                    KeyState::Disabled => "disabled",
                };
                println!("{}  {}  {}  {state}  {}", key.id, key.tenant, key.role.as_str(), key.created_at);
            }
        }
        Command::Disable { id } => set(&keys, id, KeyState::Disabled).await?,
        Command::Enable { id } => set(&keys, id, KeyState::Active).await?,
        Command::Senders(command) => {
            if !senders::run(&keys, command).await? {
                return Err(KeysError::NotBound);
            }
        }
    }
    Ok(())
}

async fn set(keys: &DynamoAccessKeys, id: KeyId, state: KeyState) -> Result<(), KeysError> {
    if keys.set_state(&id, state).await? {
        Ok(())
    } else {
        Err(KeysError::Unknown(id))
    }
}
