//! What the kernel says of a process: its CPU time to the nanosecond, its memory.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::error::BenchError;

#[derive(Debug, Clone, Copy)]
pub struct Process {
    pid: Pid,
    clock: ClockId,
}

impl Process {
    pub fn of(pid: u32) -> Result<Self, BenchError> {
        let pid = Pid::from_raw(i32::try_from(pid)?);
        Ok(Self {
            pid,
            clock: clock_getcpuclockid(pid)?,
        })
    }

    /// Of all its threads, in user space and in the kernel.
    pub fn cpu(self) -> Result<Duration, BenchError> {
        Ok(clock_gettime(self.clock)?.into())
    }

    /// Resident now, and at most so far, in MB of a million bytes.
    pub fn memory_mb(self) -> Result<(f64, f64), BenchError> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kib: f64 = line.trim().split(' ').next()?.parse().ok()?;
            Some(kib * 1024.0 / 1e6)
        };
        of("VmRSS:")
            .zip(of("VmHWM:"))
            .ok_or_else(|| BenchError::new("the kernel does not say how much memory a process has"))
    }

    pub fn signal(self, signal: Signal) -> Result<(), BenchError> {
        Ok(kill(self.pid, signal)?)
    }
}
