//! Ends a function's processes in the middle of their work, as a crash would.

use std::process::Command;

use crate::error::StandError;
use crate::processes::{functions, is};
use crate::stand::Stand;

/// Kills every running process of `function`. Returns how many there were.
///
/// # Errors
/// When the processes of this machine cannot be read.
pub fn kill_function(stand: &Stand, function: &str) -> Result<usize, StandError> {
    let pids = running(stand, function)?;
    Ok(pids.into_iter().filter(|pid| kill_process(*pid)).count())
}

/// The processes of `function` that run now.
///
/// # Errors
/// When the processes of this machine cannot be read.
pub fn running(stand: &Stand, function: &str) -> Result<Vec<u32>, StandError> {
    let of_function = functions(stand)?.into_iter().filter(|(_, name)| is(name, function));
    Ok(of_function.map(|(pid, _)| pid).collect())
}

/// Kills one of [`running`]. `false` when it is gone already.
pub fn kill_process(pid: u32) -> bool {
    let ended = Command::new("kill").args(["-9", &pid.to_string()]).status();
    ended.is_ok_and(|status| status.success())
}
