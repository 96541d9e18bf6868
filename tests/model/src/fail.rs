//! Why a run has failed.

/// A bound that was passed. Each is named once, whatever the number of times.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fail {
    #[error("an invocation of {function} would not finish within its {seconds} s")]
    Invocation { function: &'static str, seconds: u64 },
    #[error("{function} needs {needs_mb} MB and has {has_mb}")]
    Memory {
        function: &'static str,
        needs_mb: u64,
        has_mb: u64,
    },
    #[error("{what} has {bytes} bytes, and {limit} are allowed")]
    Bytes { what: &'static str, bytes: usize, limit: usize },
    #[error("{what} has {count}, and {limit} are allowed")]
    Count { what: &'static str, count: usize, limit: usize },
    #[error("{partition} was throttled for {seconds} s without a break")]
    Throttled { partition: String, seconds: u64 },
    #[error("{jobs} jobs of {queue} were parked")]
    Parked { queue: &'static str, jobs: usize },
    #[error("{deliveries} deliveries ended as failed")]
    GivenUp { deliveries: u64 },
    #[error("the work does not end: {settled} of {all} revocations had settled after {seconds} s")]
    DoesNotEnd { settled: usize, all: usize, seconds: u64 },
    #[error("a sweep is {minutes} minutes behind")]
    SweepBehind { minutes: u64 },
}
