//! The operator's command.
//!
//! | part | file |
//! |---|---|
//! | the command line | `arguments` |
//! | profiles, the environment, the key | `settings`, `key` |
//! | a dry run that is kept: its digest, and when it is stale | `plan` |
//! | where plans lie | `plans` |
//! | what each command does | `commands` |
//! | asking until it is settled, with bars | `watch`, `bars` |
//! | what is said: to people, to programs | `text`, `line`, `screen` |
//! | what went wrong, what to do, and the exit code | `failure`, `exit` |

mod arguments;
mod bars;
mod commands;
mod exit;
mod failure;
mod key;
mod line;
mod plan;
mod plans;
mod screen;
mod settings;
mod subject;
mod text;
mod watch;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Reads the command line, does what it says, and says how that ended.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(said) => {
            // Help and version come this way, too. A reader that is gone is none of our business.
            let _ = said.print();
            let exit = if said.use_stderr() { Exit::BadInput } else { Exit::Done };
            return exit.into();
        }
    };
    let Arguments { common, command } = arguments;
    let screen = Screen::new(&common, command.name());
    let ended = done(&common, command, &screen);
    match ended {
        Ok(exit) => exit.into(),
        Err(Failure::NobodyReads) => Exit::Done.into(),
        Err(failure) => {
            screen.failed(&failure);
            failure.exit().into()
        }
    }
}

fn done(common: &arguments::Common, command: Command, screen: &Screen) -> Result<Exit, Failure> {
    match command {
        // They need neither settings nor the network.
        Command::Completions { shell } => commands::manual::completions(shell),
        Command::Man { to } => commands::manual::man(to.as_deref()),
        Command::Schema => commands::manual::schema(),
        Command::Keys(arguments) => runtime()?.block_on(commands::keys::run(arguments, screen)),
        Command::Asking(command) => {
            let session = commands::Session::new(common, screen)?;
            runtime()?.block_on(session.run(command))
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::local("starting"))
}
