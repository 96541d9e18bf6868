//! What each command does.

mod apply;
mod find;
mod gate;
pub mod keys;
mod list;
pub mod manual;
mod notice;
mod outcomes;
mod plan;
mod replay;
mod status;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use revocation_app::ports::Clock as _;
use revocation_aws::SystemClock;
use revocation_client::{Client, Until};
use revocation_http::wire::NoticeBody;
use revocation_lambda::config::environment;

use crate::arguments::{Asking, Common, NoticeText};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::key;
use crate::plans::Plans;
use crate::screen::{Screen, quoted, warn};
use crate::settings;

/// Of a call that is not watched.
const PATIENCE: Duration = Duration::from_secs(30);
/// Of a revocation that is.
const WATCHED_FOR: Duration = Duration::from_mins(30);

/// What all commands that ask the API have.
pub struct Session<'a> {
    client: Client,
    screen: &'a Screen,
    plans: Plans,
    timeout: Option<Duration>,
}

impl<'a> Session<'a> {
    pub fn new(common: &Common, screen: &'a Screen) -> Result<Self, Failure> {
        let settings = settings::read(common, environment)?;
        if let Some(file) = key::exposed(&settings.key) {
            let name = quoted(&file.display().to_string());
            warn(&format!("everybody on this machine may read the key in {name}: chmod 600 {name}"));
        }
        let key = key::read(settings.key, screen.somebody)?;
        Ok(Self {
            client: Client::new(settings.api, &key)?,
            screen,
            plans: Plans::in_state(&settings.state),
            timeout: common.timeout,
        })
    }

    pub async fn run(&self, command: Asking) -> Result<Exit, Failure> {
        match command {
            Asking::Plan(arguments) => self.plan(arguments).await,
            Asking::Apply(arguments) => self.apply(arguments).await,
            Asking::Status { of, watch } => self.status(&of, Stay::from(watch)).await,
            Asking::Outcomes(arguments) => self.outcomes(arguments).await,
            Asking::Replay { of, watch } => self.replay(&of, Stay::from(watch)).await,
            Asking::Gate { kind, id, channel, target } => self.gate(kind, id, channel, target).await,
            Asking::List(arguments) => self.list(arguments).await,
            Asking::Notice(command) => self.notice(command).await,
        }
    }

    fn until(&self, stay: Stay) -> Until {
        match stay {
            // All that is done while it is watched.
            Stay::UntilSettled => Until::from_now(self.timeout.unwrap_or(WATCHED_FOR)),
            Stay::No => self.soon(),
        }
    }

    /// For one call; a list has as much for each page.
    fn soon(&self) -> Until {
        Until::from_now(self.timeout.unwrap_or(PATIENCE))
    }
}

fn now() -> Timestamp {
    SystemClock.now()
}

/// Is the command to stay?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stay {
    UntilSettled,
    No,
}

impl From<bool> for Stay {
    /// Of `--watch`.
    fn from(watch: bool) -> Self {
        if watch { Self::UntilSettled } else { Self::No }
    }
}

/// The text that stands in a file, or comes in at `-`.
fn text_of(file: &Path) -> Result<String, Failure> {
    let read = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    read.map_err(|error| Failure::Input(format!("{} can not be read: {error}", file.display())))
}

/// A notice, if one is given.
fn notice_of(text: &NoticeText) -> Result<Option<NoticeBody>, Failure> {
    let given = match (&text.file, &text.title, &text.text) {
        (Some(file), _, _) => {
            let wrong = |error| Failure::Input(format!("{} is no notice: {error}", file.display()));
            return serde_json::from_str(&text_of(file)?).map(Some).map_err(wrong);
        }
        (None, Some(title), Some(text)) => serde_json::json!({ "title": title, "text": text }),
        (None, Some(_) | None, Some(_) | None) => return Ok(None),
    };
    let wrong = |error| Failure::Input(format!("the notice can not be one: {error}"));
    serde_json::from_value(given).map(Some).map_err(wrong)
}
