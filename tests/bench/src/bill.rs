//! What AWS asks for a million deliveries, and the table of it in `docs/cost.md`.

use std::fmt::Write as _;

use std::path::Path;

use crate::clock;
use crate::error::BenchError;

/// List prices, with their date.
const PRICES: &str = include_str!("../prices.toml");
const BEGIN: &str = "<!-- make bench-cost: begin -->";
const END: &str = "<!-- make bench-cost: end -->";

/// US dollars for one of each, and how long ours are kept.
pub struct Prices {
    write_unit: f64,
    read_unit: f64,
    queue_request: f64,
    gb_second: f64,
    invocation: f64,
    http_request: f64,
    /// Of a table and of its backups, for a month.
    gb_month: f64,
    pub days_kept: f64,
    pub days_outcomes_kept: f64,
    pub memory_gb: f64,
}

impl Prices {
    pub fn read() -> Result<Self, BenchError> {
        let of = |name: &str| -> Result<f64, BenchError> {
            let line = PRICES.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
            let line = line.ok_or_else(|| BenchError::new(format!("no price {name}")))?;
            Ok(line.trim().parse()?)
        };
        Ok(Self {
            write_unit: of("write_units_per_million")? / 1e6,
            read_unit: of("read_units_per_million")? / 1e6,
            queue_request: of("queue_requests_per_million")? / 1e6,
            gb_second: of("lambda_gb_second")?,
            invocation: of("lambda_invocations_per_million")? / 1e6,
            http_request: of("http_requests_per_million")? / 1e6,
            gb_month: of("storage_gb_month")? + of("backup_gb_month")?,
            days_kept: of("days_kept")?,
            days_outcomes_kept: of("days_outcomes_kept")?,
            memory_gb: of("dispatch_memory_gb")?,
        })
    }
}

/// What is paid for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bill {
    pub write_units: f64,
    pub read_units: f64,
    pub queue_requests: f64,
    pub http_requests: f64,
    pub invocations: f64,
    pub gb_seconds: f64,
    pub gb_months: f64,
}

impl Bill {
    pub fn usd(&self, prices: &Prices) -> f64 {
        self.without_storage(prices) + self.storage(prices)
    }

    pub fn storage(&self, prices: &Prices) -> f64 {
        self.gb_months * prices.gb_month
    }

    pub fn without_storage(&self, prices: &Prices) -> f64 {
        self.write_units * prices.write_unit
            + self.read_units * prices.read_unit
            + self.queue_requests * prices.queue_request
            + self.http_requests * prices.http_request
            + self.invocations * prices.invocation
            + self.gb_seconds * prices.gb_second
    }

    /// So many of it.
    #[must_use]
    pub fn times(&self, times: f64) -> Self {
        self.each(self, |unit, _| unit * times)
    }

    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.each(other, |unit, more| unit + more)
    }

    fn each(&self, other: &Self, of: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            write_units: of(self.write_units, other.write_units),
            read_units: of(self.read_units, other.read_units),
            queue_requests: of(self.queue_requests, other.queue_requests),
            http_requests: of(self.http_requests, other.http_requests),
            invocations: of(self.invocations, other.invocations),
            gb_seconds: of(self.gb_seconds, other.gb_seconds),
            gb_months: of(self.gb_months, other.gb_months),
        }
    }
}

/// One line of the table: a million deliveries of a channel, recorded or revoked.
pub struct Line {
    pub channel: &'static str,
    pub what: &'static str,
    pub bill: Bill,
}

fn table(lines: &[Line], prices: &Prices) -> String {
    let mut table = String::from(
        "| channel | a million | write units | read units | queue requests | HTTP requests | invocations | GB-seconds | GB-months | USD |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for Line { channel, what, bill } in lines {
        // Cannot fail: writing to a string.
        let _ = writeln!(
            table,
            "| {channel} | {what} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} | {:.4} | {:.4} |",
            bill.write_units,
            bill.read_units,
            bill.queue_requests,
            bill.http_requests,
            bill.invocations,
            bill.gb_seconds,
            bill.gb_months,
            bill.usd(prices),
        );
    }
    table
}

/// Writes the table where the document has its place for it.
pub fn renew(document: &Path, lines: &[Line], prices: &Prices) -> Result<(), BenchError> {
    let text = std::fs::read_to_string(document)?;
    let parts = text.split_once(BEGIN).zip(text.split_once(END));
    let ((before, _), (_, after)) = parts.ok_or_else(|| BenchError::new(format!("no marks in {}", document.display())))?;
    let day = clock::now().strftime("%Y-%m-%d");
    let table = table(lines, prices);
    std::fs::write(document, format!("{before}{BEGIN}\nMeasured {day}:\n\n{table}{END}{after}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::VENDORS;

    const DOCUMENT: &str = include_str!("../../../docs/cost.md");

    /// In the order of the table.
    fn of_units(units: [f64; 7]) -> Bill {
        Bill {
            write_units: units[0],
            read_units: units[1],
            queue_requests: units[2],
            http_requests: units[3],
            invocations: units[4],
            gb_seconds: units[5],
            gb_months: units[6],
        }
    }

    /// The lines whose dollars are not what their units cost, and the channels that have both lines.
    fn faults(document: &str) -> (Vec<String>, Vec<String>) {
        let prices = Prices::read().unwrap();
        let (_, rest) = document.split_once(BEGIN).unwrap();
        let (table, _) = rest.split_once(END).unwrap();
        let (mut faults, mut channels) = (Vec::new(), Vec::new());
        for line in table.lines().filter(|line| line.starts_with("| ")).skip(1) {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [channel, what, units @ ..] = &cells[..] else {
                panic!("{line}")
            };
            let units: Vec<f64> = units.iter().map(|unit| unit.parse().unwrap()).collect();
            let [units @ .., usd] = &units[..] else {
                panic!("{line}");
            };
            let bill = of_units(units.try_into().unwrap());
            // As far as the digits of the table go.
            if (bill.usd(&prices) - usd).abs() > 0.0002 {
                faults.push(format!("{channel} {what}"));
            }
            if *what == "revoked" {
                channels.push((*channel).to_owned());
            }
        }
        (faults, channels)
    }

    #[test]
    fn the_published_dollars_are_the_published_units_at_todays_prices_for_every_measured_channel() {
        assert_eq!(faults(DOCUMENT), (Vec::new(), VENDORS.map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_table_with_other_units_is_seen() {
        let line = DOCUMENT.lines().find(|line| line.starts_with("| huawei | recorded |")).unwrap();
        let mut cells: Vec<_> = line.split('|').collect();
        cells[3] = " 1 ";
        let (faults, _) = faults(&DOCUMENT.replace(line, &cells.join("|")));
        assert_eq!(faults, ["huawei recorded"]);
    }

    #[test]
    fn everything_on_a_bill_has_a_price() {
        let prices = Prices::read().unwrap();
        let one = of_units([1.0; 7]);
        let twice = one.and(&one);
        assert_eq!(twice, one.times(2.0));
        let all = 0.625e-6 + 0.125e-6 + 0.50e-6 + 1.00e-6 + 0.20e-6 + 0.000_013_333_4 + 0.25 + 0.20;
        assert!((one.usd(&prices) - all).abs() < 1e-12);
    }
}
