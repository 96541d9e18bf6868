//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::SignedDuration;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{PushId, PushKind, TargetId};
use revocation_rules::outcome::Outcome;
use revocation_rules::push::{PushState, PushType};

use crate::plan::PlanId;

const EXAMPLES: &str = "\
Take a wrong push back, in two steps: what would happen, and doing it:
  revoke plan task 20842863 --reason 'wrong price'
  revoke apply plan_4be1c05f9a7d2e36 --watch

Only some of it, with a text of its own:
  revoke plan task 20842863 --reason 'wrong recipients' --channel huawei --targets-from users.txt \\
    --notice-title Correction --notice-text 'Please ignore our last message.'

In a pipeline, without a terminal:
  revoke apply plan_4be1c05f9a7d2e36 --watch --confirm 20842863 --no-input --json

What became of it, and what failed:
  revoke status task 20842863
  revoke outcomes task 20842863 --failed --csv > failed.csv

Settings: --api, --key-file and --profile; else REVOKE_API, REVOKE_KEY or REVOKE_KEY_FILE, REVOKE_PROFILE; else the
profile in ~/.config/message-revoke/config.toml. The key is never an argument: others on this machine read those.

Exit codes: 0 done, or settled and nothing failed; 2 settled with failures; 3 refused; 4 bad input; 5 not settled in
time; 6 not reachable; 1 anything else; 130 stopped with Ctrl-C and 143 with SIGTERM, which lose nothing.";

/// Take wrong push messages back.
#[derive(Parser)]
#[command(name = "revoke", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args, Default)]
pub struct Common {
    /// Which profile of the configuration [else `REVOKE_PROFILE`, else its `default_profile`]
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The API's address [else `REVOKE_API`, else the profile's `api`]
    #[arg(long, global = true, value_name = "URL")]
    pub api: Option<String>,
    /// A file with the access key and nothing else [else `REVOKE_KEY`, `REVOKE_KEY_FILE`, the profile's `key_file`, a prompt]
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Say it as JSON, one object a line; `revoke schema` describes them
    #[arg(long, global = true)]
    pub json: bool,
    /// Ask nothing: what is missing is an error
    #[arg(long, global = true)]
    pub no_input: bool,
    /// How long to go on trying or watching, as in 90s or 2h [default: 30s, with --watch 30m]
    #[arg(long, global = true, value_name = "TIME", value_parser = patience)]
    pub timeout: Option<Duration>,
}

#[derive(Subcommand)]
pub enum Command {
    #[command(flatten)]
    Asking(Asking),
    /// Make, list, label, disable and enable access keys; with AWS credentials, not with an access key
    #[command(arg_required_else_help = true)]
    Keys(revocation_keys::Arguments),
    /// Print completions for a shell
    #[command(after_help = "Example:\n  revoke completions bash > ~/.local/share/bash-completion/completions/revoke")]
    Completions { shell: Shell },
    /// Print the manual page, or write one for each command
    #[command(after_help = "Example:\n  revoke man --to ~/.local/share/man/man1")]
    Man {
        /// The folder to write them to
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
    /// Print the JSON schema of what --json says
    Schema,
}

/// What asks the API.
#[derive(Subcommand)]
pub enum Asking {
    /// Say what revoking a push would do, and keep that as a plan, good for 15 minutes
    #[command(after_help = "Example:\n  revoke plan task 20842863 --reason 'wrong price'")]
    Plan(Plan),
    /// Revoke as planned, if nothing has changed since
    #[command(after_help = "\
Example:
  revoke apply plan_4be1c05f9a7d2e36 --watch

Killed half way, or cut off? Give the same command again: it is the same revocation.")]
    Apply(Apply),
    /// Show a push, or a revocation and how far it is
    #[command(after_help = SUBJECTS)]
    Status {
        #[command(flatten)]
        of: Subject,
        /// Stay until it is settled
        #[arg(long)]
        watch: bool,
    },
    /// List what became of every single delivery
    #[command(after_help = "Example:\n  revoke outcomes task 20842863 --failed --csv > failed.csv")]
    Outcomes(Outcomes),
    /// Try again what failed: after a vendor's daily quota, a wrong secret, a long outage
    #[command(after_help = SUBJECTS)]
    Replay {
        #[command(flatten)]
        of: Subject,
        /// Stay until it is settled
        #[arg(long)]
        watch: bool,
    },
    /// May its sender go on? Exit code 0 if so, 3 if it is revoked
    #[command(after_help = "Example:\n  revoke gate task 20842863 --channel huawei && send-next-batch")]
    Gate {
        kind: Kind,
        id: PushId,
        /// For this channel [default: is the whole push closed?]
        #[arg(long, value_parser = channel)]
        channel: Option<Channel>,
        /// For this target; looks into revocations that name targets, too
        #[arg(long)]
        target: Option<TargetId>,
    },
    /// List pushes, newest first
    #[command(after_help = "Example:\n  revoke list batch --name Autumn --state open")]
    List(List),
    /// Show or replace what the app's users read in place of a revoked message
    #[command(subcommand)]
    Notice(Notice),
}

const SUBJECTS: &str = "\
What to name:
  task 20842863              the push; its one revocation
  task 20842863 rvk_910a...  one of several revocations
  message m-1                the same of a message
  plan_4be1c05f9a7d2e36      what this machine planned and applied
  rvk_910a2dec89025cc1       a revocation that was applied here";

#[derive(Args)]
pub struct Plan {
    pub kind: Kind,
    /// The message id or task id
    pub id: PushId,
    /// Why, for those who read it later; never sent to a device
    #[arg(long)]
    pub reason: String,
    /// Only this channel; may be given several times [default: all]
    #[arg(long, value_parser = channel)]
    pub channel: Vec<Channel>,
    /// Only this target; may be given several times [default: all]
    #[arg(long)]
    pub target: Vec<TargetId>,
    /// Only the targets in this file, one a line; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub targets_from: Option<PathBuf>,
    #[command(flatten)]
    pub notice: NoticeText,
}

/// What devices show in the message's place.
#[derive(Args)]
pub struct NoticeText {
    /// What devices show in its place: a title of at most 40 characters [default: the push's notice, or the app's]
    #[arg(long = "notice-title", value_name = "TITLE", requires = "text")]
    pub title: Option<String>,
    /// ... and a text of at most 100 characters
    #[arg(long = "notice-text", value_name = "TEXT", requires = "title")]
    pub text: Option<String>,
    /// The notice as JSON, which may have several languages
    #[arg(long = "notice-file", value_name = "FILE", conflicts_with_all = ["title", "text"])]
    pub file: Option<PathBuf>,
}

#[derive(Args)]
pub struct Apply {
    pub plan: PlanId,
    /// Stay until it is settled
    #[arg(long)]
    pub watch: bool,
    /// The push's id once more, to say that you mean it; asked for on a terminal
    #[arg(long, value_name = "ID")]
    pub confirm: Option<String>,
    /// More deliveries may have been recorded since it was planned: the push is still being sent
    #[arg(long)]
    pub allow_more: bool,
}

#[derive(Args)]
pub struct Outcomes {
    #[command(flatten)]
    pub of: Subject,
    /// Only what failed: the outcomes failed and refused
    #[arg(long, conflicts_with = "outcome")]
    pub failed: bool,
    /// Only this outcome
    #[arg(long, value_parser = outcome)]
    pub outcome: Option<Outcome>,
    /// Only this channel
    #[arg(long, value_parser = channel)]
    pub channel: Option<Channel>,
    /// As CSV, with a line of names
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

#[derive(Args)]
pub struct List {
    /// simple and template are messages, batch and broadcast are tasks
    #[arg(value_name = "TYPE", value_parser = push_type)]
    pub push_type: PushType,
    /// The earliest time of sending, as in 2026-11-22T00:00:00Z [default: 7 days before --to]
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// The latest; at most 31 days after --from [default: now]
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// What the title begins with
    #[arg(long)]
    pub name: Option<String>,
    /// `open`, `partly_revoked` or `revoked`
    #[arg(long, value_parser = state)]
    pub state: Option<PushState>,
    /// Only messages that went to this target
    #[arg(long)]
    pub target: Option<TargetId>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    pub limit: usize,
}

#[derive(Subcommand)]
pub enum Notice {
    /// Show it
    Show,
    /// Replace it, for revocations that are requested from now on
    #[command(
        after_help = "Example:\n  revoke notice set --notice-title 'Message revoked' --notice-text 'Please ignore our last message.'"
    )]
    Set(NoticeText),
}

/// What is named by up to three words.
#[derive(Args)]
pub struct Subject {
    /// A plan, a revocation, or a kind, an id and perhaps a revocation
    #[arg(required = true, num_args = 1..=3, value_names = ["WHAT", "ID", "REVOCATION"])]
    pub words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Task,
    Message,
}

impl From<Kind> for PushKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Task => Self::Task,
            Kind::Message => Self::Message,
        }
    }
}

impl Command {
    /// As `--json` says it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Keys(_) => "keys",
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
            Self::Schema => "schema",
            Self::Asking(asking) => match asking {
                Asking::Plan(_) => "plan",
                Asking::Apply(_) => "apply",
                Asking::Status { .. } => "status",
                Asking::Outcomes(_) => "outcomes",
                Asking::Replay { .. } => "replay",
                Asking::Gate { .. } => "gate",
                Asking::List(_) => "list",
                Asking::Notice(_) => "notice",
            },
        }
    }
}

fn one_of(known: impl Iterator<Item = &'static str>) -> String {
    format!("must be one of {}", known.collect::<Vec<_>>().join(", "))
}

fn channel(text: &str) -> Result<Channel, String> {
    Channel::parse(text).ok_or_else(|| one_of(Channel::ALL.into_iter().map(Channel::as_str)))
}

fn outcome(text: &str) -> Result<Outcome, String> {
    Outcome::parse(text).ok_or_else(|| one_of(Outcome::ALL.into_iter().map(Outcome::as_str)))
}

fn push_type(text: &str) -> Result<PushType, String> {
    PushType::parse(text).ok_or_else(|| one_of(PushType::ALL.into_iter().map(PushType::as_str)))
}

fn state(text: &str) -> Result<PushState, String> {
    PushState::parse(text).ok_or_else(|| one_of(PushState::ALL.into_iter().map(PushState::as_str)))
}

fn patience(text: &str) -> Result<Duration, String> {
    let wrong = || "must be a time such as 90s, 30m or 2h".to_owned();
    let read: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(read).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_whole() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(patience("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(patience("1h 30m"), Ok(Duration::from_mins(90)));
        for wrong in ["", "90", "-3s", "0s", "soon"] {
            assert!(patience(wrong).is_err(), "{wrong}");
        }
    }

    /// A key in an argument is read by everybody on the machine.
    #[test]
    fn no_argument_takes_a_key() {
        fn ask(command: &clap::Command) {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                assert!(!["key", "secret", "access_key", "token"].contains(&name), "{name}");
            }
            command.get_subcommands().for_each(ask);
        }
        ask(&Arguments::command());
    }
}
