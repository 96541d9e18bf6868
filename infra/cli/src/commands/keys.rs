//! `revoke keys`: the same as `revocation-keys`, which talks to the table itself.

use revocation_keys::{Arguments, run as keys};
use revocation_lambda::telemetry;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Said;
use crate::screen::Screen;

pub async fn run(arguments: Arguments, screen: &Screen) -> Result<Exit, Failure> {
    telemetry::start_command();
    let lines = keys(arguments).await?.lines();
    let shown = lines.join("\n");
    let said = Said {
        keys: Some(lines),
        ..Said::default()
    };
    screen.end(&shown, said, Exit::Done)
}
