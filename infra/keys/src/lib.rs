//! Makes, lists, labels, disables and enables access keys, and ends readable secrets.
//!
//! The table is named by `--table` or `ACCESS_KEYS_TABLE`, the KMS key that seals the secrets of
//! keys that sign by `--kms-key` or `RPC_SECRETS_KEY`; region and credentials are the AWS SDK's own
//! settings. Every change is one line of the audit, on stderr; stdout has the answer only.
//!
//! Two commands are made of it: `revocation-keys`, and `revoke keys` of `infra/cli`.

mod make;
mod seal;
mod senders;
mod signatures;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use revocation_app::ports::{AccessKeyStore as _, KeyState, SecretForm, SecretText, StoreError, with_causes};
use revocation_aws::{DynamoAccessKeys, KmsSeal, sdk_config_of_a_command};
use revocation_http::audit::{self, Asked, Who};
use revocation_lambda::config::environment;
use revocation_rules::actor::KeyLabel;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{AppId, KeyId, Tenant, WorkspaceId};
use revocation_rules::queue_sender::QueueSender;
use revocation_rules::role::Role;

pub use revocation_aws::ListedKey;

pub use crate::signatures::SignaturesError;

/// Which table and KMS key, and what to do.
#[derive(Args)]
pub struct Arguments {
    /// The table of keys; else the environment's `ACCESS_KEYS_TABLE`.
    #[arg(long, global = true)]
    table: Option<String>,
    /// The KMS key for secrets of keys that sign; else the environment's `RPC_SECRETS_KEY`.
    #[arg(long, global = true)]
    kms_key: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make a key and print it, once: `<key id>.<secret>`.
    New {
        #[arg(long)]
        app: AppId,
        #[arg(long)]
        workspace: WorkspaceId,
        /// sender, viewer, operator, admin or callback.
        #[arg(long, value_parser = role)]
        role: Role,
        #[arg(long, value_parser = channel, help = format!("Whose callbacks a key of the role callback is for: {}", callers()))]
        channel: Option<Channel>,
        /// What people call it, as in --label 'Night shift'.
        #[arg(long)]
        label: Option<KeyLabel>,
        /// It signs calls of mPaaS SDKs: its secret is kept, too, encrypted by KMS.
        #[arg(long)]
        rpc: bool,
    },
    /// List the keys, without their secrets.
    List,
    /// Call a key something else, or nothing.
    Label { id: KeyId, label: Option<KeyLabel> },
    /// Refuse a key from now on; functions may believe it for another minute.
    Disable { id: KeyId },
    /// Accept a disabled key again.
    Enable { id: KeyId },
    /// Keep no secret readable: those of older keys become digests, sealed beside it where a key may sign.
    Seal {
        /// No older key signs calls of mPaaS SDKs: digests only.
        #[arg(long)]
        digest_only: bool,
    },
    #[command(flatten)]
    Senders(senders::Bindings),
    #[command(flatten)]
    Signatures(signatures::Signatures),
}

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("name the table with --table or ACCESS_KEYS_TABLE")]
    NoTable,
    #[error("name the KMS key with --kms-key or RPC_SECRETS_KEY; it is the stack's output RpcSecretsKeyId")]
    NoKmsKey,
    #[error("a key of the role callback needs --channel, and no other has one")]
    Channel,
    #[error("a {} key has nothing to sign: --rpc is for viewers, operators and admins", .0.as_str())]
    NothingToSign(Role),
    #[error("there is no key {0}")]
    Unknown(KeyId),
    #[error("there is no such binding")]
    NotBound,
    #[error(transparent)]
    Signatures(#[from] signatures::SignaturesError),
    #[error("{}{}", with_causes(.error), advice(.error))]
    Store {
        #[from]
        error: StoreError,
    },
}

/// A change whose answer was lost may have been made: every command may be given again, but `new` makes another key.
fn advice(error: &StoreError) -> &'static str {
    match error {
        StoreError::Unavailable(_) => "\nwait a moment, look with `list` whether it was done, and try again if it was not",
        StoreError::Damaged { .. } | StoreError::TooLarge { .. } => "",
    }
}

fn role(text: &str) -> Result<Role, &'static str> {
    Role::parse(text).ok_or("a role is sender, viewer, operator, admin or callback")
}

fn channel(text: &str) -> Result<Channel, String> {
    let known = Channel::parse(text).filter(|channel| channel.facts().calls_back);
    known.ok_or_else(|| format!("a channel with callbacks is {}", callers()))
}

/// The channels whose vendors call back.
fn callers() -> String {
    let callers = Channel::ALL.into_iter().filter(|channel| channel.facts().calls_back);
    callers.map(Channel::as_str).collect::<Vec<_>>().join(", ")
}

/// What a command has to say.
pub enum Answer {
    /// A new key with its secret, `<key id>.<secret>`: said once.
    Made(SecretText),
    Keys(Vec<ListedKey>),
    /// Which keys changed.
    Changed(Vec<KeyId>),
    Senders(Vec<(QueueSender, Tenant, Timestamp)>),
}

impl Answer {
    /// As people and scripts read it; nothing where a change was all that was asked for.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Made(key) => vec![key.expose().to_owned()],
            Self::Keys(keys) => keys.iter().map(line).collect(),
            Self::Changed(ids) => ids.iter().map(KeyId::to_string).collect(),
            Self::Senders(senders) => senders
                .iter()
                .map(|(sender, tenant, at)| format!("{sender}  {tenant}  {at}"))
                .collect(),
        }
    }
}

/// Does it, with the region and the credentials of the AWS SDK's own settings. Start logging before: the audit is a log.
///
/// # Errors
/// What is missing in the arguments; what is not there; a table or KMS that does not answer.
pub async fn run(arguments: Arguments) -> Result<Answer, KeysError> {
    let table = arguments
        .table
        .or_else(|| environment("ACCESS_KEYS_TABLE"))
        .ok_or(KeysError::NoTable)?;
    let aws = sdk_config_of_a_command().await;
    let keys = DynamoAccessKeys::new(aws_sdk_dynamodb::Client::new(&aws), table);
    let kms_key = arguments.kms_key.or_else(|| environment("RPC_SECRETS_KEY"));
    let seal = || {
        let kms_key = kms_key.ok_or(KeysError::NoKmsKey)?;
        Ok::<_, KeysError>(KmsSeal::new(aws_sdk_kms::Client::new(&aws), kms_key))
    };
    match arguments.command {
        Command::New {
            app,
            workspace,
            role,
            channel,
            label,
            rpc,
        } => {
            if (role == Role::Callback) != channel.is_some() {
                return Err(KeysError::Channel);
            }
            if rpc && !seal::may_sign(role) {
                return Err(KeysError::NothingToSign(role));
            }
            let wanted = make::Wanted {
                tenant: Tenant { app, workspace },
                role,
                channel,
                label,
            };
            let seal = if rpc { Some(seal()?) } else { None };
            let (key, secret) = make::make(&keys, wanted, seal.as_ref()).await?;
            audit::write(&Asked::action("keys new"), Who::Key(&key.actor(), &key.tenant), "made");
            Ok(Answer::Made(SecretText::new(format!("{}.{}", key.id, secret.expose()))))
        }
        Command::List => Ok(Answer::Keys(keys.list().await?)),
        Command::Label { id, label } => {
            let found = keys.set_label(&id, label.as_ref()).await?;
            changed(&keys, &id, found, "keys label", "labelled").await
        }
        Command::Disable { id } => {
            let found = keys.set_state(&id, KeyState::Disabled).await?;
            changed(&keys, &id, found, "keys disable", "disabled").await
        }
        Command::Enable { id } => {
            let found = keys.set_state(&id, KeyState::Active).await?;
            changed(&keys, &id, found, "keys enable", "enabled").await
        }
        Command::Seal { digest_only } => {
            let seal = if digest_only { None } else { Some(seal()?) };
            let sealed = seal::seal(&keys, seal.as_ref()).await?;
            for id in &sealed {
                changed(&keys, id, true, "keys seal", "sealed").await?;
            }
            Ok(Answer::Changed(sealed))
        }
        Command::Signatures(command) => {
            let signatures::Changed {
                found,
                id,
                command,
                result,
            } = signatures::run(&keys, command, std::io::stdin()).await?;
            changed(&keys, &id, found, command, result).await
        }
        Command::Senders(command) => match senders::run(&keys, command).await? {
            senders::Done::Changed => Ok(Answer::Changed(Vec::new())),
            senders::Done::NotThere => Err(KeysError::NotBound),
            senders::Done::Listed(bound) => Ok(Answer::Senders(bound)),
        },
    }
}

/// One line says which key was changed; that there is none is the command's answer.
async fn changed(keys: &DynamoAccessKeys, id: &KeyId, found: bool, command: &'static str, result: &str) -> Result<Answer, KeysError> {
    let key = if found { keys.access_key(id).await? } else { None };
    let key = key.ok_or_else(|| KeysError::Unknown(id.clone()))?;
    audit::write(&Asked::action(command), Who::Key(&key.actor(), &key.tenant), result);
    Ok(Answer::Changed(Vec::new()))
}

/// As lists show it: columns with two blanks between them, the label last: it may have blanks of its own.
fn line(key: &ListedKey) -> String {
    let state = match key.state {
        KeyState::Active => "active",
        KeyState::Disabled => "disabled",
    };
    let secret = match key.secret {
        SecretForm::Digest => "digest",
        SecretForm::Sealed => "sealed",
        SecretForm::Readable => "readable",
    };
    let role = match key.channel {
        Some(channel) => format!("{}:{channel}", key.role.as_str()),
        None => key.role.as_str().to_owned(),
    };
    let label = key.label.as_ref().map_or("", KeyLabel::as_str);
    let line = format!("{}  {}  {role}  {state}  {secret}  {}  {label}", key.id, key.tenant, key.created_at);
    line.trim_end().to_owned()
}
