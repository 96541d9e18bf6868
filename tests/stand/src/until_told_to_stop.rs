//! Runs something until somebody ends the program.

use std::convert::Infallible;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::error::StandError;

/// Runs `program`, which ends only by being dropped or by failing, until Ctrl-C, SIGTERM or the end of the
/// terminal; not until the end of the input, so that it may run in the background.
pub async fn until_told_to_stop(name: &str, program: impl Future<Output = Result<Infallible, StandError>>) -> ExitCode {
    let failed = |error: &dyn std::error::Error| {
        eprintln!("{name}: {error}");
        ExitCode::FAILURE
    };
    let stop = match told_to_stop() {
        Ok(stop) => stop,
        Err(error) => return failed(&error),
    };
    tokio::select! {
        ended = program => match ended {
            Ok(never) => match never {},
            Err(error) => failed(&error),
        },
        () = stop => {
            eprintln!("  stopped");
            ExitCode::SUCCESS
        }
    }
}

/// The signals are taken over at the call, not at the first `await`.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
