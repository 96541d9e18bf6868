//! No hot path takes more than it did.

use budget::{Baseline, cases, differences};

#[test]
fn no_hot_path_takes_more_than_its_baseline() {
    let baseline = Baseline::read(&std::fs::read_to_string(Baseline::file()).unwrap());
    let mut measured = Baseline::default();
    for mut case in cases(None) {
        measured.0.insert(case.name.clone(), case.measure());
    }
    let found = differences(&baseline, &measured);
    assert!(
        found.is_empty(),
        "\n{}\n\nIf that is meant: cargo run -p budget --example budget -- --write\n",
        found.join("\n")
    );
}
