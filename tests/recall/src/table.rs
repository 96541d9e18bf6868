//! The figures for people.

use std::fmt::Write;

use crate::report::{Report, Run};

/// One column for each run.
pub fn table(report: &Report) -> String {
    let mut table = String::new();
    let mut line = |name: &str, of: &dyn Fn(&Run) -> String| {
        // Cannot fail: writing to a String.
        let _ = write!(table, "{name:38}");
        for run in &report.runs {
            let _ = write!(table, "{:>32}", of(run));
        }
        table.push('\n');
    };
    line("", &|run| run.throttling.as_str().to_owned());
    line("request answered (202)", &|run| seconds(run.accepted_s));
    line("gate says revoked", &|run| seconds(run.gate_s));
    line("first vendor answer", &|run| seconds(run.first_answer_s));
    line("50 % of vendor answers", &|run| seconds(run.answered_50_s));
    line("95 %", &|run| seconds(run.answered_95_s));
    line("99 %", &|run| seconds(run.answered_99_s));
    line("100 %", &|run| seconds(run.answered_100_s));
    line("settled", &|run| seconds(run.settled_s));
    line("floor: deliveries / vendor quota", &floor);
    line("deliveries a second", &|run| format!("{:.0}", run.deliveries_per_s));
    line("", &|_| String::new());
    line("recording them, before", &|run| seconds(run.recorded_s));
    line("deliveries with an outcome", &|run| run.ended().to_string());
    line("not as it must be", &|run| run.wrong.len().to_string());
    line("answers beyond one for each", &|run| run.asked_again.to_string());
    line("requests over the quota", &|run| run.over_quota.to_string());
    line("CPU: local AWS", &|run| seconds(run.local_aws_cpu_s));
    line("CPU: functions", &|run| seconds(run.functions_cpu_s));
    line("CPU: simulated vendors, client", &|run| seconds(run.vendors_cpu_s));
    line("most memory: local AWS, vendors", &|run| {
        format!("{} MB", run.peak_bytes / 1_000_000)
    });
    counted(&mut table, "dispatches, by how they ended", report, |run| &run.dispatches);
    counted(&mut table, "calls of the local AWS", report, |run| &run.aws_calls);
    for (run, channel, outcome) in report
        .runs
        .iter()
        .flat_map(|run| run.outcomes.iter().map(move |(channel, outcome)| (run, channel, outcome)))
    {
        let _ = writeln!(table, "outcomes, {}: {channel} {:?}", run.throttling.as_str(), outcome.0);
    }
    for line in report.runs.iter().flat_map(|run| &run.wrong) {
        let _ = writeln!(table, "WRONG: {line}");
    }
    table
}

fn counted(table: &mut String, what: &str, report: &Report, of: impl Fn(&Run) -> &std::collections::BTreeMap<String, u64>) {
    let names: std::collections::BTreeSet<&String> = report.runs.iter().flat_map(|run| of(run).keys()).collect();
    let _ = writeln!(table, "\n{what}");
    for name in names {
        let _ = write!(table, "  {name:36}");
        for run in &report.runs {
            let _ = write!(table, "{:>32}", of(run).get(name).copied().unwrap_or_default());
        }
        table.push('\n');
    }
}

pub(crate) fn seconds(seconds: f64) -> String {
    if seconds < 10.0 {
        format!("{seconds:.2} s")
    } else {
        format!("{seconds:.0} s")
    }
}

fn floor(run: &Run) -> String {
    if run.floor_s > 0.0 {
        seconds(run.floor_s)
    } else {
        "none".to_owned()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::machine::Machine;
    use crate::report::{ChannelOutcome, Throttling};

    pub fn report() -> Report {
        let run = |throttling, floor_s| Run {
            throttling,
            recorded_s: 61.0,
            accepted_s: 0.07,
            gate_s: 0.06,
            first_answer_s: 0.5,
            answered_50_s: 9.0,
            answered_95_s: 17.0,
            answered_99_s: 18.0,
            answered_100_s: 19.0,
            settled_s: 20.5,
            floor_s,
            deliveries_per_s: 52_631.6,
            outcomes: BTreeMap::from([(
                "huawei".to_owned(),
                ChannelOutcome(BTreeMap::from([("overwritten".to_owned(), 1_000_000)])),
            )]),
            wrong: Vec::new(),
            asked_again: 0,
            over_quota: 3,
            dispatches: BTreeMap::from([("Finished".to_owned(), 1_000)]),
            aws_calls: BTreeMap::from([("DynamoDB GetItem".to_owned(), 4_000)]),
            local_aws_cpu_s: 18.0,
            functions_cpu_s: 9.0,
            vendors_cpu_s: 3.0,
            peak_bytes: 2_000_000_000,
        };
        Report {
            command: "make bench-recall N=1000000".to_owned(),
            machine: Machine {
                cpu: "Made Up CPU".to_owned(),
                cores: 2,
                memory_gib: 24,
            },
            profile: "bench-local".to_owned(),
            deliveries: 1_000_000,
            channels: "huawei".to_owned(),
            runs: vec![run(Throttling::None, 0.0), run(Throttling::QuotaPaced, 166.7)],
        }
    }

    #[test]
    fn every_run_has_a_column_and_every_figure_a_line() {
        let table = table(&report());
        let settled = table.lines().find(|line| line.starts_with("settled")).unwrap();
        assert_eq!(settled.matches("20 s").count() + settled.matches("21 s").count(), 2, "{settled}");
        let floor = table.lines().find(|line| line.starts_with("floor")).unwrap();
        assert!(floor.contains("none") && floor.ends_with("167 s"), "{floor}");
        assert!(table.contains("DynamoDB GetItem") && !table.contains("WRONG"), "{table}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut report = report();
        report.runs[1].wrong.push("5 are missing".to_owned());
        assert!(table(&report).contains("WRONG: 5 are missing"));
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let report = report();
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}
