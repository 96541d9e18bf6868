//! The table, the JSON and the chart.

use std::path::Path;

use serde_json::Value;

use crate::error::BenchError;
use crate::figure::{Figure, Target};
use crate::{chart, document};

/// What limits a figure, as its profile says: a line each, `name = why`.
const LIMITS: &str = include_str!("../limits.toml");

pub fn limited_by(name: &str) -> Option<&'static str> {
    let line = LIMITS
        .lines()
        .find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='))?;
    Some(line.trim().trim_matches('"'))
}

/// Prints the table, and writes all three into `out`; the table also into `into`, if that is given.
pub fn write(figures: &[Figure], out: &Path, into: Option<&Path>) -> Result<(), BenchError> {
    let table = table(figures);
    println!("{table}");
    let json: Value = figures.iter().map(Figure::to_json).collect();
    std::fs::write(out.join("bench.json"), serde_json::to_string_pretty(&json)?)?;
    std::fs::write(out.join("table.md"), &table)?;
    std::fs::write(out.join("bench.svg"), chart::svg(figures))?;
    if let Some(document) = into {
        document::renew(document, &table, &chart::svg(figures))?;
    }
    eprintln!("written: {0}/bench.json, {0}/table.md, {0}/bench.svg", out.display());
    Ok(())
}

/// In Markdown, which reads well in a terminal, too.
fn table(figures: &[Figure]) -> String {
    let head = ["figure", "median", "least", "most", "runs", "unit", "target", "met"].map(str::to_owned);
    let mut rows = vec![head];
    for figure in figures {
        let (target, met) = match figure.target {
            Some(target @ Target::AtMost(most)) => (format!("at most {}", number(most)), is_met(target, figure)),
            Some(target @ Target::AtLeast(least)) => (format!("at least {}", number(least)), is_met(target, figure)),
            None => (String::new(), String::new()),
        };
        rows.push([
            figure.name.clone(),
            number(figure.value()),
            number(figure.min()),
            number(figure.max()),
            figure.runs().to_string(),
            figure.unit.to_owned(),
            target,
            met,
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..8).map(width).collect();
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            1..=4 => format!(" {cell:>width$} "),
            _ => format!(" {cell:<width$} "),
        });
        format!("|{}|", cells.collect::<Vec<_>>().join("|"))
    };
    let rule = widths.iter().enumerate().map(|(at, width)| match at {
        1..=4 => format!("{}:", "-".repeat(width + 1)),
        _ => "-".repeat(width + 2),
    });
    let rule = format!("|{}|", rule.collect::<Vec<_>>().join("|"));
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    lines.insert(1, rule);
    lines.join("\n")
}

fn is_met(target: Target, figure: &Figure) -> String {
    if target.is_met(figure.value()) { "yes" } else { "NO" }.to_owned()
}

/// With three digits that say something.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        0.0 => 0,
        size if size < 0.1 => 4,
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}
