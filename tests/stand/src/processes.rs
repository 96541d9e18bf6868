//! The processes of a stand, found by what their environment says and never by a name.

use std::path::{Path, PathBuf};

use crate::error::StandError;
use crate::stand::Stand;

/// Where the system says how much a process has used; in hundredths of a second on every Linux there is.
const TICKS_A_SECOND: f64 = 100.0;

/// What processes have used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Of all cores together.
    pub cpu_s: f64,
    /// The most memory they had, each at its own time.
    pub peak_bytes: u64,
}

impl Usage {
    fn add(&mut self, other: Self) {
        self.cpu_s += other.cpu_s;
        self.peak_bytes += other.peak_bytes;
    }
}

/// What a stand has used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StandUsage {
    pub local_aws: Usage,
    /// Those that still run.
    pub functions: Usage,
    /// This program: the simulated vendors, and whoever uses the stand.
    pub this_program: Usage,
}

impl Stand {
    /// What everything has used so far.
    ///
    /// # Errors
    /// When the processes of this machine cannot be read.
    pub fn usage(&self) -> Result<StandUsage, StandError> {
        let mut usage = StandUsage {
            this_program: used(std::process::id()),
            ..StandUsage::default()
        };
        let port = self.aws.endpoint();
        let port = format!("GATEWAY_PORT={}", port.rsplit(':').next().unwrap_or_default());
        for (pid, environment) in environments()? {
            match function_of(self, &environment) {
                Some(_) => usage.functions.add(used(pid)),
                // The functions inherit it; so does the shell that keeps the local AWS, which uses nothing.
                None if has(&environment, &port) => usage.local_aws.add(used(pid)),
                None => {}
            }
        }
        Ok(usage)
    }
}

/// Every process of a function of this stand, with the function's whole name.
pub(crate) fn functions(stand: &Stand) -> Result<Vec<(u32, String)>, StandError> {
    let all = environments()?.into_iter();
    Ok(all
        .filter_map(|(pid, environment)| Some((pid, function_of(stand, &environment)?)))
        .collect())
}

/// Is `name` that of `function`, which goes without the name of the stack?
pub(crate) fn is(name: &str, function: &str) -> bool {
    name.strip_prefix("message-revoke-") == Some(function)
}

/// A function's process is told its name, and where this stand's local AWS is.
fn function_of(stand: &Stand, environment: &[u8]) -> Option<String> {
    let endpoint = format!("AWS_ENDPOINT_URL={}", stand.aws.functions_endpoint());
    if !has(environment, &endpoint) {
        return None;
    }
    entries(environment).find_map(|entry| {
        let name = entry.strip_prefix(b"AWS_LAMBDA_FUNCTION_NAME=")?;
        Some(String::from_utf8_lossy(name).into_owned())
    })
}

fn environments() -> Result<Vec<(u32, Vec<u8>)>, StandError> {
    let processes = std::fs::read_dir("/proc").map_err(|error| StandError::Unexpected(format!("/proc cannot be read: {error}")))?;
    Ok(processes
        .flatten()
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, std::fs::read(of(pid, "environ")).ok()?)))
        .collect())
}

fn entries(environment: &[u8]) -> impl Iterator<Item = &[u8]> {
    environment.split(|byte| *byte == 0)
}

fn has(environment: &[u8], wanted: &str) -> bool {
    entries(environment).any(|entry| entry == wanted.as_bytes())
}

fn of(pid: u32, file: &str) -> PathBuf {
    Path::new("/proc").join(pid.to_string()).join(file)
}

/// Nothing of a process that has just ended.
fn used(pid: u32) -> Usage {
    let read = |file| std::fs::read_to_string(of(pid, file)).unwrap_or_default();
    Usage {
        cpu_s: cpu_s(&read("stat")),
        peak_bytes: peak_bytes(&read("status")),
    }
}

/// User and system time: the 14th and 15th field. The second, a name in parentheses, may have blanks.
fn cpu_s(stat: &str) -> f64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS_A_SECOND
}

fn peak_bytes(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_memory_are_read_whatever_a_process_is_called() {
        let stat = "12 (a (b) c) S 1 12 12 0 -1 4194560 2000 0 0 0 150 50 7 8 20 0 9 0 1 2 3";
        assert!((cpu_s(stat) - 2.0).abs() < 1e-9);
        assert_eq!(peak_bytes("Name:\tx\nVmPeak:\t 9 kB\nVmHWM:\t    2048 kB\n"), 2 * 1024 * 1024);
        assert_eq!(used(u32::MAX), Usage::default());
        assert!(used(std::process::id()).peak_bytes > 0);
    }
}
