//! A run's figures as a table for people and as JSON for programs.

use std::fmt::Write as _;

use revocation_testkit::grouped;

use crate::run::Figures;

/// One column of the table: its heading, and what stands in it.
type Column = (&'static str, fn(&Figures) -> String);

const COLUMNS: [Column; 17] = [
    ("deliveries", |run| grouped(run.size.deliveries)),
    ("revocations", |run| grouped(run.size.revocations as u64)),
    ("gate s", |run| format!("{:.2}", run.gate_s)),
    ("first call s", |run| time(run.first_vendor_call_s)),
    ("50 % s", |run| time(run.answered_s[0])),
    ("95 % s", |run| time(run.answered_s[1])),
    ("99 % s", |run| time(run.answered_s[2])),
    ("settled s", |run| time(run.settled_s)),
    ("AWS calls", |run| grouped(run.aws_calls_in_all)),
    ("throttled", |run| grouped(run.throttled)),
    ("read units", |run| rounded(run.read_units)),
    ("write units", |run| rounded(run.write_units)),
    ("vendor calls", |run| grouped(run.vendor_calls)),
    ("USD", |run| format!("{:.4}", run.dollars)),
    ("hottest", |run| {
        format!("{:.0} % {}", run.hottest_share * 100.0, run.hottest_partition)
    }),
    ("memory", |run| run.largest_memory.clone()),
    ("longest", |run| {
        format!("{:.1} s {}", run.longest_invocation_s, run.longest_invocation)
    }),
];

fn time(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.2}")
    } else {
        rounded(seconds)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of a run are small and not negative"
)]
fn rounded(number: f64) -> String {
    grouped(number.round().max(0.0) as u64)
}

/// A table in Markdown, one row a run, and beneath it why each has failed that has.
pub fn table(title: &str, runs: &[Figures]) -> String {
    let mut text = format!("### {title}\n\n");
    let headings: Vec<&str> = COLUMNS.iter().map(|(heading, _)| *heading).collect();
    let _ = writeln!(text, "| {} |\n|{}", headings.join(" | "), "---|".repeat(headings.len()));
    for run in runs {
        let cells: Vec<String> = COLUMNS.iter().map(|(_, cell)| cell(run)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    for run in runs {
        for fail in &run.fails {
            let _ = writeln!(text, "\nFAILED, {}: {fail}", run.name);
        }
    }
    text
}
