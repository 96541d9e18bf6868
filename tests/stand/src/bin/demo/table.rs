//! The table of outcomes per channel.

use std::collections::BTreeSet;

use serde_json::Value;

pub fn print(revocation: &Value) {
    let channels = revocation["progress"]["channels"].as_object();
    let outcomes: BTreeSet<&str> = channels
        .into_iter()
        .flatten()
        .flat_map(|(_, progress)| progress["outcomes"].as_object().into_iter().flatten())
        .map(|(outcome, _)| outcome.as_str())
        .collect();
    print!("\n{:16}", "outcome");
    for (channel, _) in channels.into_iter().flatten() {
        print!("{channel:>11}");
    }
    println!("{:>9}", "total");
    for outcome in outcomes {
        print!("{outcome:16}");
        for (_, progress) in channels.into_iter().flatten() {
            print!("{:>11}", count(progress, outcome));
        }
        println!("{:>9}", count(&revocation["progress"]["total"], outcome));
    }
    print!("{:16}", "all");
    for (_, progress) in channels.into_iter().flatten() {
        print!("{:>11}", progress["ended"].as_u64().unwrap_or_default());
    }
    println!("{:>9}\n", revocation["progress"]["total"]["ended"].as_u64().unwrap_or_default());
    println!("time to settle: {} ms", revocation["time_to_settle_ms"]);
}

fn count(progress: &Value, outcome: &str) -> u64 {
    progress["outcomes"][outcome].as_u64().unwrap_or_default()
}
