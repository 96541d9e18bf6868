//! docs/channels.md and the clients know the same codes: each vendor's tests compare its own.

use revocation_rules::channel::Channel;

use crate::meaning::Meaning;

const DOCS: &str = include_str!("../../../docs/channels.md");

/// The codes of a vendor's table of answers, with the class that its row begins with.
fn rows(heading: &str) -> Vec<(i64, &'static str)> {
    let section = DOCS.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let table = section.lines().skip_while(|line| !line.starts_with("| answer")).skip(2);
    let mut rows = Vec::new();
    for line in table.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let class = cells[1].trim().split([' ', ',', ';', ':', '.']).next().unwrap();
        // What is quoted stands at odd places, and what is between the quotes at even ones.
        let parts: Vec<&str> = cells[0].split('`').collect();
        for at in (1..parts.len()).step_by(2) {
            let Ok(code) = parts[at].parse::<i64>() else {
                continue;
            };
            let first = match (parts[at - 1], at.checked_sub(2)) {
                (" to ", Some(before)) => parts[before].parse().unwrap(),
                _ => code,
            };
            rows.extend((first..=code).map(|code| (code, class)));
        }
    }
    assert!(!rows.is_empty(), "{heading} has a table");
    rows
}

const fn class(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Accepted => "accepted",
        Meaning::Gone => "gone",
        Meaning::Unknown => "unknown",
        Meaning::NotThere | Meaning::Refused => "refused",
        Meaning::QuotaUsedUp => "quota",
        Meaning::SessionRefused => "session",
        Meaning::Throttled | Meaning::TooOften => "throttled",
        Meaning::Misconfigured | Meaning::NotForUs => "setting",
        Meaning::Transient => "again",
    }
}

/// A vendor's table and its client classify the same codes. `said` are those that the vendor's references and others'
/// tables have, apart from ours: the contract of the simulators.
pub(crate) fn compare(heading: &str, known: fn(i64) -> Option<Meaning>, codes: impl Iterator<Item = i64>, said: &[i64]) {
    let rows = rows(heading);
    for (code, _) in &rows {
        let ours = known(*code).map(class);
        // A code may stand in two rows, told apart by what comes with it.
        assert!(
            rows.iter().any(|(other, class)| other == code && Some(*class) == ours),
            "{heading}: {code} is {ours:?} to the client, and not in the table"
        );
    }
    for code in codes.filter(|code| known(*code).is_some()) {
        assert!(rows.iter().any(|(row, _)| *row == code), "{heading}: {code} is not in the table");
    }
    for code in said {
        assert!(known(*code).is_some(), "{heading}: {code} is not classified");
    }
}

/// As [`compare`], where a vendor's codes are words in capitals.
pub(crate) fn compare_names(heading: &str, known: impl Fn(&str) -> Option<Meaning>, said: &[&str]) {
    let section = DOCS.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let table = section.lines().skip_while(|line| !line.starts_with("| answer")).skip(2);
    let mut rows = Vec::new();
    for line in table.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let class = cells[1].trim().split([' ', ',', ';', ':', '.']).next().unwrap();
        let is_code = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        rows.extend(cells[0].split('`').skip(1).step_by(2).filter(is_code).map(|code| (code, class)));
    }
    for code in rows.iter().map(|(code, _)| *code).chain(said.iter().copied()) {
        let ours = known(code).map(class);
        // A code may stand in two rows, told apart by what comes with it.
        assert!(
            rows.iter().any(|(other, class)| *other == code && Some(*class) == ours),
            "{heading}: {code} is {ours:?} to the client, and not in the table"
        );
    }
}

#[test]
fn every_channel_is_described() {
    for channel in Channel::ALL {
        assert!(
            DOCS.contains(&format!("\n| [`{channel}`](#")),
            "{channel} is not in docs/channels.md"
        );
    }
}
