//! Ends a function's processes in the middle of their work, as a crash would.

use std::path::Path;
use std::process::Command;

use crate::error::StandError;
use crate::stand::Stand;

/// Kills every running process of `function`. Returns how many there were.
///
/// # Errors
/// When the processes of this machine cannot be read.
pub fn kill_function(stand: &Stand, function: &str) -> Result<usize, StandError> {
    let mut killed = 0;
    for pid in pids(stand, function)? {
        let ended = Command::new("kill").args(["-9", &pid.to_string()]).status();
        killed += usize::from(ended.is_ok_and(|status| status.success()));
    }
    Ok(killed)
}

/// The processes of this stand whose environment names the function.
fn pids(stand: &Stand, function: &str) -> Result<Vec<u32>, StandError> {
    let name = format!("AWS_LAMBDA_FUNCTION_NAME=message-revoke-{function}");
    let endpoint = format!("AWS_ENDPOINT_URL={}", stand.aws.endpoint());
    let processes = std::fs::read_dir("/proc").map_err(|error| StandError::Unexpected(format!("/proc can not be read: {error}")))?;
    Ok(processes
        .flatten()
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let environment = std::fs::read(Path::new("/proc").join(u32::to_string(pid)).join("environ")).unwrap_or_default();
            let has = |wanted: &str| environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes());
            has(&name) && has(&endpoint)
        })
        .collect())
}
