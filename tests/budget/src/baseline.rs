//! What the paths took when somebody last said that it is right.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::used::Used;

/// How far allocations may be from the baseline, in percent. Operations and units may not differ at all.
const BLOCKS: u64 = 1;
const BYTES: u64 = 3;
/// Where a vendor is asked: how large a buffer grows depends on how the network cuts an answer into pieces.
const BYTES_OF_A_NETWORK: u64 = 10;
/// Of few blocks a percent is none; so many are let pass, or so many bytes.
const FEW_BLOCKS: u64 = 5;
const FEW_BYTES: u64 = 2_000;

const HEAD: &str = "# What one pass of each hot path allocates and asks for, in a debug build. Written by\n\
# `cargo run -p budget --example budget -- --write`; docs/adr/0038 says what for.\n";

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Baseline(pub BTreeMap<String, Used>);

impl Baseline {
    pub fn file() -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.toml"))
    }

    /// # Panics
    /// When the text is none of [`write`](Self::write)'s.
    pub fn read(text: &str) -> Self {
        let mut all: BTreeMap<String, [u64; 6]> = BTreeMap::new();
        let mut name = String::new();
        for line in text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section.clone_into(&mut name);
                continue;
            }
            let (field, value) = line.split_once('=').unwrap();
            let at = Used::FIELDS.iter().position(|known| *known == field.trim()).unwrap();
            all.entry(name.clone()).or_default()[at] = value.trim().parse().unwrap();
        }
        Self(all.into_iter().map(|(name, values)| (name, Used::of(values))).collect())
    }

    pub fn write(&self) -> String {
        let mut text = HEAD.to_owned();
        for (name, used) in &self.0 {
            // Cannot fail: writing to a string.
            let _ = writeln!(text, "\n[{name}]");
            for (field, value) in Used::FIELDS.iter().zip(used.values()) {
                let _ = writeln!(text, "{field} = {value}");
            }
        }
        text
    }
}

/// What is not as the baseline says, a line each.
pub fn differences(baseline: &Baseline, measured: &Baseline) -> Vec<String> {
    let mut found = Vec::new();
    for name in baseline.0.keys().filter(|name| !measured.0.contains_key(*name)) {
        found.push(format!("{name}: in the baseline, and not measured any more"));
    }
    for (name, now) in &measured.0 {
        let Some(then) = baseline.0.get(name) else {
            found.push(format!("{name}: measured, and not in the baseline"));
            continue;
        };
        let asks_a_vendor = then.vendor_calls > 0;
        let fields = Used::FIELDS.iter().zip(then.values()).zip(now.values());
        found.extend(fields.filter_map(|((field, then), now)| difference(name, field, [then, now], asks_a_vendor)));
    }
    found
}

fn difference(name: &str, field: &str, [then, now]: [u64; 2], asks_a_vendor: bool) -> Option<String> {
    let free = match field {
        "blocks" => (then * BLOCKS / 100).max(FEW_BLOCKS),
        "bytes" if asks_a_vendor => (then * BYTES_OF_A_NETWORK / 100).max(FEW_BYTES),
        "bytes" => (then * BYTES / 100).max(FEW_BYTES),
        _ => 0,
    };
    let word = if now > then + free {
        "worse"
    } else if now + free < then {
        "better, so the baseline should go down"
    } else {
        return None;
    };
    let percent = (i128::from(now) - i128::from(then)) * 1000 / i128::from(then.max(1));
    let (sign, tenths) = (if percent < 0 { "-" } else { "+" }, percent.abs());
    Some(format!(
        "{name}: {field} {then} -> {now} ({sign}{}.{} %): {word}",
        tenths / 10,
        tenths % 10
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(values: [u64; 6]) -> Baseline {
        Baseline(BTreeMap::from([("a".to_owned(), Used::of(values))]))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let baseline = one([1, 2, 3, 4, 5, 6]);
        assert_eq!(Baseline::read(&baseline.write()), baseline);
    }

    #[test]
    fn more_fails_much_less_asks_for_a_lower_baseline_and_a_little_is_nothing() {
        let then = one([1_000, 100_000, 3, 20, 40, 0]);
        for (values, said) in [
            ([1_010, 103_000, 3, 20, 40, 0], vec![]),
            ([1_011, 100_000, 3, 20, 40, 0], vec!["a: blocks 1000 -> 1011 (+1.1 %): worse"]),
            (
                [1_000, 90_000, 3, 20, 40, 0],
                vec!["a: bytes 100000 -> 90000 (-10.0 %): better, so the baseline should go down"],
            ),
            ([1_000, 100_000, 4, 20, 40, 0], vec!["a: aws_calls 3 -> 4 (+33.3 %): worse"]),
            ([1_000, 100_000, 3, 25, 40, 0], vec!["a: read_units_x10 20 -> 25 (+25.0 %): worse"]),
        ] {
            assert_eq!(differences(&then, &one(values)), said);
        }
    }

    #[test]
    fn bytes_over_a_network_may_differ_more() {
        let (then, now) = (one([1_000, 100_000, 0, 0, 0, 1]), one([1_000, 109_000, 0, 0, 0, 1]));
        assert!(differences(&then, &now).is_empty());
    }

    #[test]
    fn a_path_that_is_only_in_one_of_them_is_told() {
        let (some, none) = (one([1; 6]), Baseline::default());
        assert_eq!(differences(&some, &none), ["a: in the baseline, and not measured any more"]);
        assert_eq!(differences(&none, &some), ["a: measured, and not in the baseline"]);
    }
}
