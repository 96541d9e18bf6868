//! What the hot paths take: all as a table, or written as the new baseline, or one of them again and again, for a
//! profiler.
//!
//! ```text
//! cargo run -p budget --example budget                                  # the table
//! cargo run -p budget --example budget -- --write                       # the new baseline
//! cargo run -p budget --example budget -- --pass dispatch_apns 20       # 20 passes, not counted
//! ```

use budget::{Baseline, Used, cases};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--pass", name, times] => {
            let times: u32 = times.parse()?;
            for mut case in cases(Some(name)) {
                (0..times).for_each(|_| case.pass());
            }
        }
        ["--write"] => {
            let mut measured = Baseline::default();
            for mut case in cases(None) {
                measured.0.insert(case.name.clone(), case.measure());
            }
            std::fs::write(Baseline::file(), measured.write())?;
        }
        [] => {
            println!("{:<24}{}", "", Used::FIELDS.map(|field| format!("{field:>16}")).concat());
            for mut case in cases(None) {
                let values = case.measure().values().map(|value| format!("{value:>16}"));
                println!("{:<24}{}", case.name, values.concat());
            }
        }
        _ => return Err("see the head of tests/budget/examples/budget.rs".into()),
    }
    Ok(())
}
