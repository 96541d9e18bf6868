//! What came of it, for people.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use recall::Checked;

use crate::calls::Answers;
use crate::rule::Said;
use crate::versions::{Invocations, Version};

/// Whatever takes part in every revocation over the vendors here: at work in both versions, or nothing is shown.
const AT_WORK: [&str; 9] = [
    "record",
    "revoke",
    "lookup",
    "fanout",
    "receipts",
    "receipts-queued",
    "dispatch-huawei",
    "dispatch-xiaomi",
    "dispatch-apns",
];

/// A big push that was taken back while functions were switched.
pub struct Switched {
    pub to: Version,
    /// In which functions were switched.
    pub order: Vec<String>,
    pub deliveries: u64,
    /// Of those, had ended when all functions were switched.
    pub ended: u64,
    /// From the last switch until it had settled.
    pub settled: Duration,
    pub checked: Checked,
}

pub struct Report {
    /// The commit of the older version.
    pub older: String,
    pub seed: u64,
    pub switched: Vec<Switched>,
    /// Deliveries of the small pushes, and those confirmed by their devices.
    pub lives: (u64, u64),
    /// `None` when the newer version has no channel more.
    pub unknown: Option<Said>,
    pub answers: Answers,
    pub invocations: Invocations,
    wrong: Vec<String>,
}

impl Report {
    pub fn new(
        (older, seed): (String, u64),
        switched: Vec<Switched>,
        lives: (u64, u64),
        unknown: Option<Said>,
        answers: Answers,
        invocations: Invocations,
        mut wrong: Vec<String>,
    ) -> Self {
        wrong.extend(switched.iter().flat_map(|switched| switched.checked.wrong.clone()));
        for function in AT_WORK {
            let of = |version| {
                invocations
                    .get(function)
                    .and_then(|by| by.get(&version))
                    .copied()
                    .unwrap_or_default()
            };
            for version in Version::BOTH {
                if of(version) == 0 {
                    wrong.push(format!("{function} was never at work in the {} version", version.as_str()));
                }
            }
        }
        Self {
            older,
            seed,
            switched,
            lives,
            unknown,
            answers,
            invocations,
            wrong,
        }
    }

    /// Everything that is not as it must be, one line each.
    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }

    fn no_answer_or_5xx(&self) -> u64 {
        let all = self.answers.values().flatten();
        all.filter(|(status, _)| !(200..500).contains(*status))
            .map(|(_, count)| count)
            .sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "older {}, newer what is checked out; seed {}\n", self.older, self.seed)?;
        writeln!(f, "calls                answers by status")?;
        for (route, answers) in &self.answers {
            let answers: Vec<String> = answers.iter().map(|(status, count)| format!("{status}: {count}")).collect();
            writeln!(f, "  {route:<18} {}", answers.join(", "))?;
        }
        let calls: u64 = self.answers.values().flat_map(BTreeMap::values).sum();
        writeln!(f, "  {calls} in all; 5xx or no answer: {}\n", self.no_answer_or_5xx())?;
        for switched in &self.switched {
            let (to, of) = (switched.to.as_str(), switched.order.len());
            writeln!(
                f,
                "{} deliveries taken back while {of} functions were switched to {to}:",
                switched.deliveries
            )?;
            for (channel, outcomes) in &switched.checked.outcomes {
                writeln!(f, "  {channel:<10} {:?}", outcomes.0)?;
            }
            writeln!(
                f,
                "  {} had ended when the last function was switched, all had settled {:.0} s later; devices asked twice: {}\n  order: {}",
                switched.ended,
                switched.settled.as_secs_f64(),
                switched.checked.pushed_again,
                switched.order.join(" ")
            )?;
        }
        let (deliveries, confirmed) = self.lives;
        writeln!(
            f,
            "{deliveries} deliveries of small pushes meanwhile, {confirmed} confirmed by their devices\n"
        )?;
        if let Some(said) = &self.unknown {
            let answers: Vec<String> = said.answers.iter().map(|(route, status)| format!("{route} {status}")).collect();
            writeln!(
                f,
                "unknown to the older version: {} of {} deliveries of a push that it was to take back; {} ended under it,\n  \
                 it answered {}; all settled {:.0} s after the newer version had returned\n",
                said.unknown,
                said.deliveries,
                said.ended_before,
                answers.join(", "),
                said.settled.as_secs_f64()
            )?;
        }
        writeln!(f, "invocations                older   newer")?;
        for (function, by) in &self.invocations {
            let of = |version| by.get(&version).copied().unwrap_or_default();
            writeln!(f, "  {function:<22} {:>7} {:>7}", of(Version::Older), of(Version::Newer))?;
        }
        for line in &self.wrong {
            writeln!(f, "WRONG: {line}")?;
        }
        Ok(())
    }
}
