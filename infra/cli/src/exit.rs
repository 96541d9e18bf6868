//! How the command ended, as a number that scripts read.

use std::process::ExitCode;

use revocation_http::wire::{RevocationAnswer, Word};
use revocation_rules::outcome::Outcome;

/// Numbers never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done. A revocation that was watched is settled, and nothing failed. A gate is open.
    Done = 0,
    /// Something on this machine is in the way: a folder that cannot be written, an answer that cannot be read.
    Broken = 1,
    /// Settled, and deliveries ended `failed` or `refused`.
    Failures = 2,
    /// The API said no, the plan is stale, or the gate is closed.
    Refused = 3,
    /// What was asked for cannot be.
    BadInput = 4,
    /// Not settled when the time was over, or when nobody read any more. It goes on without the command.
    NotSettled = 5,
    /// Nobody answered, or nobody who could.
    Unreachable = 6,
    /// Ctrl-C. What was asked for goes on.
    Interrupted = 130,
    /// SIGTERM, from a pipeline that is cancelled. The same.
    Terminated = 143,
}

impl Exit {
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Of a settled revocation.
    pub fn settled(revocation: &RevocationAnswer<'_>) -> Self {
        if failures(revocation) == 0 { Self::Done } else { Self::Failures }
    }
}

/// What counts as a failure: every try failed, or the vendor said no for good.
pub const FAILURES: [Outcome; 2] = [Outcome::Failed, Outcome::Refused];

/// How many deliveries ended so.
pub fn failures(revocation: &RevocationAnswer<'_>) -> u64 {
    let outcomes = &revocation.progress.total.outcomes;
    FAILURES.iter().filter_map(|outcome| outcomes.get(&Word::Known(*outcome))).sum()
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
