//! What a measurement comes to, as it is written to `target/bench/recall.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// Seconds, to a thousandth.
pub type Seconds = f64;

/// How often the functions asked for each operation of the local AWS.
pub type Calls = BTreeMap<String, u64>;

/// Everything of one command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub command: String,
    pub machine: Machine,
    /// Which binaries the functions were: a Cargo profile.
    pub profile: String,
    pub deliveries: u64,
    /// `huawei`, or `all vendors`.
    pub channels: String,
    pub runs: Vec<Run>,
}

/// How the simulated vendors took what they were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throttling {
    /// Everything, as fast as it came.
    None,
    /// No more than their documented quotas, and each channel's `RatePerSecond` was set to its quota.
    QuotaPaced,
    /// No more than their documented quotas, of which the functions were not told.
    Quota,
}

impl Throttling {
    pub const ALL: [Self; 3] = [Self::None, Self::QuotaPaced, Self::Quota];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "no quota",
            Self::QuotaPaced => "at the vendor's quota",
            Self::Quota => "at a quota we are not told of",
        }
    }

    /// As it is chosen on the command line.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::None => "unthrottled",
            Self::QuotaPaced => "quota",
            Self::Quota => "quota-unpaced",
        }
    }
}

/// One recall. All times are seconds from when the request to revoke was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub throttling: Throttling,
    /// Making the devices and recording every delivery, before.
    pub recorded_s: Seconds,
    pub accepted_s: Seconds,
    pub gate_s: Seconds,
    pub first_answer_s: Seconds,
    pub answered_50_s: Seconds,
    pub answered_95_s: Seconds,
    pub answered_99_s: Seconds,
    pub answered_100_s: Seconds,
    pub settled_s: Seconds,
    /// Deliveries by the vendors' quotas: no recall is faster. 0 without throttling.
    pub floor_s: Seconds,
    /// Deliveries, by the time until the last was answered.
    pub deliveries_per_s: f64,
    pub outcomes: BTreeMap<String, ChannelOutcome>,
    /// Everything that is not as it must be, one line each.
    pub wrong: Vec<String>,
    /// Answers of vendors beyond one for each delivery.
    pub asked_again: u64,
    /// Requests that a vendor refused because of its quota.
    pub over_quota: u64,
    /// How the dispatches ended, counted from the functions' logs.
    pub dispatches: BTreeMap<String, u64>,
    /// From the request to revoke until it settled.
    pub aws_calls: Calls,
    pub local_aws_cpu_s: Seconds,
    pub functions_cpu_s: Seconds,
    /// The simulated vendors and the watching client.
    pub vendors_cpu_s: Seconds,
    /// The most that the local AWS and this program had, together.
    pub peak_bytes: u64,
}

/// What became of a channel's deliveries, by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelOutcome(pub BTreeMap<String, u64>);

impl Run {
    /// How many deliveries have an outcome.
    pub fn ended(&self) -> u64 {
        self.outcomes.values().flat_map(|channel| channel.0.values()).sum()
    }
}
