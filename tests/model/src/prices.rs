//! What AWS asks for it: `prices.toml`, with the day on which each was looked up.

use crate::costs::Costs;
use crate::ledger::Ledger;

const PRICES: &str = include_str!("../prices.toml");

/// Dollars for what a run did. Storage and what leaves AWS are not in it, nor what a vendor asks for.
pub fn dollars(ledger: &Ledger) -> f64 {
    let Ok(prices) = Costs::parse(PRICES) else { return f64::NAN };
    let price = |name: &str| {
        prices
            .all()
            .find(|(known, _)| *known == name)
            .map_or(f64::NAN, |(_, price)| price.value)
    };
    let millions = |count: f64| count / 1e6;
    #[expect(clippy::cast_precision_loss, reason = "counts of a run fit in 53 bits")]
    let count = |count: u64| count as f64;
    let (invocations, gigabyte_seconds) = ledger.invocations.values().fold((0.0, 0.0), |(some, much), one| {
        (some + count(one.count), much + one.gigabyte_seconds)
    });
    millions(ledger.read_units) * price("million_read_units")
        + millions(ledger.write_units) * price("million_write_units")
        + millions(count(ledger.sqs_requests)) * price("million_queue_requests")
        + millions(invocations) * price("million_invocations")
        + gigabyte_seconds * price("gigabyte_second")
}

/// Each price and the day it is of, for the report.
pub fn all() -> Vec<(String, f64, String)> {
    let prices = Costs::parse(PRICES).ok();
    let prices = prices.iter().flat_map(Costs::all);
    prices
        .map(|(name, price)| (name.to_owned(), price.value, price.command.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Invocations;

    #[test]
    fn a_million_of_each_costs_what_the_list_says() {
        let mut ledger = Ledger {
            read_units: 1e6,
            write_units: 1e6,
            sqs_requests: 1_000_000,
            ..Ledger::default()
        };
        let invocations = Invocations {
            count: 1_000_000,
            gigabyte_seconds: 1.0,
            ..Invocations::default()
        };
        ledger.invocations.insert("fanout", invocations);
        let sum: f64 = all().iter().map(|(_, price, _)| price).sum();
        assert!((dollars(&ledger) - sum).abs() < 1e-9, "{} {sum}", dollars(&ledger));
    }
}
