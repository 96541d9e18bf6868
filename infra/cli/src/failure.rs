//! What went wrong, what to do about it, and the exit code.

use std::io;
use std::path::PathBuf;

use revocation_app::ports::{StoreError, with_causes};
use revocation_client::CallError;
use revocation_keys::KeysError;

use crate::exit::Exit;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Call(#[from] CallError),
    /// What somebody gave us cannot be; the text says what to give.
    #[error("{0}")]
    Input(String),
    /// `code` never changes its meaning; `advice` says what to do.
    #[error("{detail}")]
    Refused {
        code: &'static str,
        detail: String,
        advice: String,
    },
    #[error("not settled in time")]
    NotSettled,
    /// `by` what, as its exit code.
    #[error("stopped watching")]
    Interrupted { by: Exit, resume: String },
    #[error("{doing}")]
    Local { doing: String, source: io::Error },
    /// A file of ours that cannot be read. `why` follows its name; `advice` says what to do.
    #[error("{} {why}", .file.display())]
    Unreadable { file: PathBuf, why: String, advice: &'static str },
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Whoever read what we say has stopped.
    #[error("nobody reads")]
    NobodyReads,
}

impl Failure {
    /// For `map_err`: what was being done.
    pub fn local(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Local { doing, source }
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Call(error) => of_call(error),
            Self::Input(_) => Exit::BadInput,
            Self::Refused { .. } => Exit::Refused,
            Self::NotSettled => Exit::NotSettled,
            Self::Interrupted { by, .. } => *by,
            Self::Local { .. } | Self::Unreadable { .. } => Exit::Broken,
            Self::Keys(error) => of_keys(error),
            Self::NobodyReads => Exit::Done,
        }
    }

    /// Stable; a problem's is its own.
    pub fn code(&self) -> &str {
        match self {
            Self::Call(error) => match error {
                CallError::Problem(problem) => &problem.code,
                CallError::Unreachable(_) => "unreachable",
                CallError::Busy { problem, .. } => problem.as_ref().map_or("busy", |problem| &*problem.code),
                CallError::Stranger { .. } => "not-the-api",
                CallError::Unreadable(_) => "unreadable-answer",
                CallError::Key => "bad-input",
            },
            Self::Input(_) => "bad-input",
            Self::Refused { code, .. } => code,
            Self::NotSettled => "not-settled",
            Self::Interrupted { .. } => "interrupted",
            Self::Local { .. } | Self::Unreadable { .. } => "local",
            Self::Keys(_) => "keys",
            Self::NobodyReads => "nobody-reads",
        }
    }

    /// What happened, in one line.
    pub fn detail(&self) -> String {
        match self {
            Self::Keys(error) => error.to_string(),
            Self::Call(_)
            | Self::Input(_)
            | Self::Refused { .. }
            | Self::NotSettled
            | Self::Interrupted { .. }
            | Self::Local { .. }
            | Self::Unreadable { .. }
            | Self::NobodyReads => with_causes(self),
        }
    }

    /// What to do.
    pub fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::Call(error) => return advice_of_call(error).map(str::to_owned),
            Self::Refused { advice, .. } => return Some(advice.clone()),
            Self::NotSettled => "it goes on without this command; look again with `revoke status --watch`, or give it more with --timeout",
            Self::Interrupted { resume, .. } => return Some(format!("the revocation goes on; watch it again with `{resume}`")),
            Self::Unreadable { advice, .. } => advice,
            Self::Input(_) | Self::Local { .. } | Self::Keys(_) | Self::NobodyReads => return None,
        };
        Some(advice.to_owned())
    }
}

fn of_call(error: &CallError) -> Exit {
    match error {
        CallError::Problem(problem) => match problem.status {
            401 | 403 | 409 => Exit::Refused,
            _ => Exit::BadInput,
        },
        CallError::Unreachable(_) | CallError::Busy { .. } | CallError::Stranger { .. } => Exit::Unreachable,
        CallError::Unreadable(_) => Exit::Broken,
        CallError::Key => Exit::BadInput,
    }
}

fn advice_of_call(error: &CallError) -> Option<&'static str> {
    match error {
        CallError::Problem(problem) => match problem.code.as_ref() {
            "unauthenticated" => {
                Some("give a key that is enabled: --key-file, REVOKE_KEY_FILE or REVOKE_KEY; an admin makes one with `revoke keys new`")
            }
            "forbidden" => Some("use a key of the role operator to revoke, viewer to look"),
            "push-not-found" => Some(
                "check the id and whether it is a task or a message: `revoke list` finds it; and whether the key is of its app and workspace",
            ),
            "revocation-not-found" => Some("look at the revocations of the push with `revoke status`"),
            "window-closed" => Some("nothing can be done: vendors take back for 7 days"),
            "channels-unable" => Some("name other channels, or none for all of them"),
            "too-many-revocations" => Some("revoke the whole push: plan without --channel and --target"),
            _ => None,
        },
        CallError::Unreachable(_) => {
            Some("check the address (--api, REVOKE_API, the profile) and the network; nothing is lost by asking again")
        }
        CallError::Busy { .. } => Some("nothing is lost by asking again; if it goes on, tell whoever runs the service"),
        CallError::Stranger { .. } => Some("check the address (--api, REVOKE_API, the profile)"),
        CallError::Unreadable(_) => Some("bring this command up to date"),
        CallError::Key => Some("a key looks like key-Xv2b8Q1c.3hYq...; look whether its file has anything else in it"),
    }
}

fn of_keys(error: &KeysError) -> Exit {
    match error {
        KeysError::Store { error } => of_store(error),
        KeysError::Signatures(error) => match error {
            revocation_keys::SignaturesError::Store(error) => of_store(error),
            revocation_keys::SignaturesError::Empty | revocation_keys::SignaturesError::Input(_) => Exit::BadInput,
        },
        KeysError::NoTable
        | KeysError::NoKmsKey
        | KeysError::Channel
        | KeysError::NothingToSign(_)
        | KeysError::Unknown(_)
        | KeysError::NotBound => Exit::BadInput,
    }
}

fn of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::Unavailable(_) => Exit::Unreachable,
        StoreError::Damaged { .. } | StoreError::TooLarge { .. } => Exit::Broken,
    }
}
