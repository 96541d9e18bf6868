//! `make bench`: what the release binaries take, beside peers that do the same work, in one table.
//!
//! | part | is |
//! |---|---|
//! | `runtime_api`, `function` | Lambda as a function sees it, and the function as a process |
//! | `fakes` | AWS and the vendors in a process of their own (`tests/fast-fakes`) |
//! | `scene` | what is recorded and revoked before anything is measured, by the functions themselves |
//! | `measure` | a file for each group of figures |
//! | `bill` | what AWS asks for it, and the table of docs/cost.md |
//! | `quota` | a part of one CPU, as Lambda gives it |
//! | `report` | the table, the JSON, the chart |
//!
//! ```text
//! bench --functions target/release --tools .tools/bench --out target/bench [--only NAME] [--document FILE] [--costs FILE] [--quick]
//! bench fakes                                     # the fakes; prints where they are
//! bench hyper ADDRESS CA REQUESTS STREAMS         # the bare client, as the limit of Apple's channel
//! ```

mod bill;
mod chart;
mod clock;
mod document;
mod error;
mod events;
mod fakes;
mod figure;
mod function;
mod hyper_client;
mod measure;
mod options;
mod peer;
mod process;
mod quota;
mod report;
mod runtime_api;
mod scene;
mod swarm;

use error::BenchError;
use options::Options;

fn main() -> Result<(), BenchError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["fakes"] => on(2, fakes::run()),
        ["hyper", address, ca, requests, streams] => {
            // One thread, as a function has.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(hyper_client::run(address, ca, requests.parse()?, streams.parse()?))
        }
        options => on(2, measure::all(Options::read(options)?)),
    }
}

fn on<T>(threads: usize, work: impl Future<Output = Result<T, BenchError>>) -> Result<T, BenchError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()?;
    runtime.block_on(work)
}
