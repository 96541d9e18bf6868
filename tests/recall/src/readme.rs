//! The block of the README that has the figure, made from a report.

use std::fmt::Write;

use revocation_testkit::grouped;

use crate::report::{Report, Run};
use crate::table::seconds;

pub const BEGIN: &str = "<!-- make bench-recall: begin -->";
pub const END: &str = "<!-- make bench-recall: end -->";

/// What a column is called, and what of a run stands in it.
type Column = (&'static str, fn(&Run) -> String);

const COLUMNS: [Column; 7] = [
    ("gate closed", |run| seconds(run.gate_s)),
    ("first answer", |run| seconds(run.first_answer_s)),
    ("50 %", |run| seconds(run.answered_50_s)),
    ("95 %", |run| seconds(run.answered_95_s)),
    ("99 %", |run| seconds(run.answered_99_s)),
    ("100 %", |run| seconds(run.answered_100_s)),
    ("settled", |run| seconds(run.settled_s)),
];

/// The lines between [`BEGIN`] and [`END`], with both.
pub fn block(report: &Report) -> String {
    let mut block = format!("{BEGIN}\n");
    // Cannot fail: writing to a String.
    let _ = writeln!(
        block,
        "{} deliveries over {}, taken back by `{}` on {}:\n",
        grouped(report.deliveries),
        report.channels,
        report.command,
        report.machine.in_words()
    );
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let _ = writeln!(block, "| simulated vendor | {} | vendor-quota floor |", names.join(" | "));
    let _ = writeln!(block, "|{}", "---|".repeat(COLUMNS.len() + 2));
    for run in &report.runs {
        let figures: Vec<String> = COLUMNS.iter().map(|(_, of)| of(run)).collect();
        let floor = if run.floor_s > 0.0 { seconds(run.floor_s) } else { String::new() };
        let _ = writeln!(block, "| {} | {} | {floor} |", run.throttling.as_str(), figures.join(" | "));
    }
    block + END
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::report;

    /// A block with every figure left out.
    fn form(block: &str) -> String {
        let digits_out: String = block
            .chars()
            .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
            .collect();
        let mut form = digits_out;
        for (longer, shorter) in [("00", "0"), ("0,0", "0"), ("0.0", "0")] {
            while form.contains(longer) {
                form = form.replace(longer, shorter);
            }
        }
        form
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            (grouped(1_000), grouped(10), grouped(1_000_000)),
            ("1,000".into(), "10".into(), "1,000,000".into())
        );
    }

    #[test]
    fn the_block_in_the_readme_is_one_that_the_command_writes() {
        let readme = include_str!("../../../README.md");
        let (_, after) = readme.split_once(BEGIN).unwrap();
        let (inner, _) = after.split_once(END).unwrap();
        let found = format!("{BEGIN}{inner}{END}");
        // Its own command, machine and channels.
        let between = |begin: &str, end: &str| found.split_once(begin).unwrap().1.split_once(end).unwrap().0.to_owned();
        let mut same = report();
        same.command = between("taken back by `", "` on ");
        assert!(same.command.starts_with("make bench-recall N="), "{}", same.command);
        same.channels = between(" deliveries over ", ", taken");
        let machine = between("` on ", ":\n");
        let wanted = block(&same).replace(&same.machine.in_words(), &machine);
        assert_eq!(form(&found), form(&wanted));
    }

    #[test]
    fn without_figures_blocks_are_alike_and_with_another_column_they_are_not() {
        let mut other = report();
        other.runs[0].gate_s = 123.0;
        other.deliveries = 10_000;
        assert_eq!(form(&block(&other)), form(&block(&report())));
        other.runs.pop();
        assert_ne!(form(&block(&other)), form(&block(&report())));
    }
}
