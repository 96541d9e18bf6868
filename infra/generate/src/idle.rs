//! What a stack that does nothing costs: counted in the template, at the list prices, in `docs/cost.md`.

use std::fmt::Write as _;

use crate::error::GenerateError;
use crate::{in_project, read, template};

const PAGE: &str = "docs/cost.md";
/// The one home of prices.
const PRICES: &str = "tests/bench/prices.toml";
const BEGIN: &str = "<!-- make generate: begin -->";
const END: &str = "<!-- make generate: end -->";

/// Lambda asks each queue with five pollers, which each wait for 20 seconds.
const ASKED_A_MINUTE: u32 = 5 * 60 / 20;
const MINUTES_A_MONTH: u32 = 30 * 24 * 60;
/// More than a sweep takes that finds nothing, in seconds and gigabytes.
const SWEEP_GB_SECONDS: f64 = 0.1 * 0.5;

/// The page with its table of today.
pub(crate) fn page() -> Result<String, GenerateError> {
    let text = read(&in_project(PAGE))?;
    let parts = text.split_once(BEGIN).zip(text.split_once(END));
    let ((before, _), (_, after)) = parts.ok_or(GenerateError::NoMarks(PAGE))?;
    let table = table(&template::render()?, &read(&in_project(PRICES))?)?;
    Ok(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

fn table(template: &str, prices: &str) -> Result<String, GenerateError> {
    let price = |name: &'static str| {
        let line = prices.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
        let price = line.and_then(|price| price.trim().parse::<f64>().ok());
        price.ok_or(GenerateError::NoPrice(name))
    };
    let many = |kind: &str| {
        let kind = format!("    Type: {kind}");
        f64::from(u32::try_from(template.lines().filter(|line| **line == *kind).count()).unwrap_or(u32::MAX))
    };
    let asked = f64::from(ASKED_A_MINUTE * MINUTES_A_MONTH) / 1e6;
    let swept = f64::from(MINUTES_A_MONTH);
    let rows = [
        (
            "queue that Lambda asks, 648,000 times a month",
            many("AWS::Lambda::EventSourceMapping"),
            asked * price("queue_requests_per_million")?,
        ),
        (
            "sweep a minute, 0.1 s each",
            many("AWS::Events::Rule"),
            swept * (price("lambda_invocations_per_million")? / 1e6 + SWEEP_GB_SECONDS * price("lambda_gb_second")?),
        ),
        ("alarm", many("AWS::CloudWatch::Alarm"), price("alarm_month")?),
        ("dashboard", many("AWS::CloudWatch::Dashboard"), price("dashboard_month")?),
        ("KMS key", many("AWS::KMS::Key"), price("key_month")?),
    ];
    let mut table = String::from("| each | how many | USD a month each | USD a month |\n|---|---:|---:|---:|\n");
    let mut sum = 0.0;
    for (what, many, each) in rows.into_iter().filter(|(_, many, _)| *many > 0.0) {
        // Cannot fail: writing to a string.
        let _ = writeln!(table, "| {what} | {many:.0} | {each:.2} | {:.2} |", many * each);
        sum += many * each;
    }
    let secret = price("secret_month")?;
    let _ = writeln!(
        table,
        "| **together** | | | **{sum:.2}** |\n| and each secret, one for a tenant and a vendor | | {secret:.2} | |"
    );
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: &str = "queue_requests_per_million = 1.00\nlambda_invocations_per_million = 0\nlambda_gb_second = 0\n\
        alarm_month = 0.10\ndashboard_month = 3.00\nkey_month = 1.00\nsecret_month = 0.40\n";

    #[test]
    fn what_there_is_is_counted_and_what_there_is_not_is_left_out() {
        let alarms = "  A:\n    Type: AWS::CloudWatch::Alarm\n  B:\n    Type: AWS::CloudWatch::Alarm\n  C:\n    Type: AWS::KMS::Key\n";
        let table = table(alarms, PRICES).unwrap();
        assert!(table.contains("| alarm | 2 | 0.10 | 0.20 |\n"), "{table}");
        assert!(table.contains("| **together** | | | **1.20** |"), "{table}");
        assert!(!table.contains("queue"), "{table}");
    }

    #[test]
    fn a_price_that_is_missing_is_named() {
        let error = table("", &PRICES.replace("key_month", "key")).unwrap_err();
        assert_eq!(error.to_string(), "there is no price `key_month`");
    }
}
