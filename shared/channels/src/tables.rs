//! docs/channels.md and the clients know the same codes.

use crate::meaning::Meaning;
use crate::{huawei, oppo, vivo, xiaomi};

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
    assert!(rows.len() > 20, "{heading} has a table");
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
        Meaning::Throttled => "throttled",
        Meaning::Misconfigured | Meaning::NotForUs => "setting",
        Meaning::Transient => "again",
    }
}

/// What a client knows of a code.
type Known = fn(i64) -> Option<Meaning>;

fn compare(heading: &str, known: Known, codes: impl Iterator<Item = i64>) {
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
}

#[test]
fn every_code_of_the_tables_is_classified_and_every_classified_code_is_in_a_table() {
    compare("Huawei", huawei::documented, 80_000_000..=82_100_000);
    compare("Xiaomi", xiaomi::documented, -100..=300_000);
    compare("OPPO", oppo::documented, -100..=100_000);
    compare("vivo", vivo::documented, -100..=100_000);
}

/// Codes that the vendors' references and others' tables have, apart from ours: the contract of the simulators.
#[test]
fn every_code_that_a_vendor_can_be_made_to_say_is_classified() {
    let all: [(Known, &[i64]); 4] = [
        (
            huawei::documented,
            &[
                80_000_000, 80_100_000, 80_100_001, 80_100_002, 80_100_003, 80_100_004, 80_100_013, 80_100_016, 80_100_017, 80_100_018,
                80_200_001, 80_200_003, 80_200_005, 80_300_002, 80_300_007, 80_300_008, 80_300_010, 80_300_011, 80_300_013, 80_600_003,
                81_000_001, 82_000_001, 82_000_002, 82_000_003, 82_000_004, 82_000_005, 82_000_013,
            ],
        ),
        (
            xiaomi::documented,
            &[
                -1, 0, 1, 10001, 10002, 10003, 10008, 10012, 10016, 10017, 10027, 10029, 10031, 10034, 10036, 10037, 10041, 20301, 20607,
                21301, 21302, 21303, 22000, 22006, 22007, 22022, 26003, 26004, 26006, 27001, 65009, 65028, 65029, 66007, 66108, 66109,
                200_001, 200_002, 200_003,
            ],
        ),
        (
            oppo::documented,
            &[
                -2, -1, 0, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 40, 41, 42, 51, 54,
                55, 59, 67, 69, 10000,
            ],
        ),
        (
            vivo::documented,
            &[
                0, 10000, 10040, 10043, 10045, 10050, 10051, 10054, 10060, 10067, 10070, 10071, 10072, 10073, 10082, 10085, 10093, 10094,
                10095, 10096, 10097, 10103, 10104, 10110, 10111, 10150, 10151, 10152, 10153, 10155, 10200, 10203, 10207, 10252, 10302,
                10311, 10352, 10353,
            ],
        ),
    ];
    for (known, codes) in all {
        for code in codes {
            assert!(known(*code).is_some(), "{code}");
        }
    }
}
