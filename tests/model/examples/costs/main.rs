//! `make model-costs`: measures what one step of each use case costs, and writes `costs.toml`.
//!
//! The use cases and the real adapters, with the real SDK over plain HTTP on loopback; `DynamoDB` is an emulator in
//! another process, SQS takes everything. Processor time is this thread's own, so that a busy machine does not show.

mod aws;
mod cases;
mod start;

use std::fmt::Write as _;
use std::process::ExitCode;

use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How each figure is measured anew.
const COMMAND: &str = "make model-costs";

/// One figure.
pub struct Measured {
    name: &'static str,
    value: f64,
    unit: &'static str,
}

/// Processor time of this thread, in microseconds.
fn processor_us() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = text.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds / 1e3)
}

/// What `work` took of the processor and held of the heap at once, beside what there was.
async fn measured<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<(f64, f64, T), Failure> {
    #[expect(clippy::cast_precision_loss, reason = "bytes of a heap fit in 53 bits")]
    let bytes = |bytes: usize| bytes as f64;
    HEAP.reset_peak_usage();
    let heap = HEAP.current_usage();
    let before = processor_us()?;
    let done = work.await?;
    let took = processor_us()? - before;
    Ok((took, bytes(HEAP.peak_usage().saturating_sub(heap)), done))
}

fn written(all: &[Measured]) -> String {
    let mut text = format!("# Written by `{COMMAND}`, on a release build. What each figure is: docs/model.md\n");
    for one in all {
        let _ = write!(
            text,
            "\n[{}]\nvalue = {:.1}\nunit = \"{}\"\ncommand = \"{COMMAND}\"\n",
            one.name, one.value, one.unit
        );
    }
    text
}

async fn run() -> Result<(), Failure> {
    let mut all = Box::pin(cases::all()).await?;
    match start::fanout() {
        Ok(some) => all.extend(some),
        Err(error) => return Err(format!("the function could not be started, build it first: {error}").into()),
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/costs.toml"), written(&all))?;
    for one in &all {
        println!("{:<32}{:>14.1} {}", one.name, one.value, one.unit);
    }
    Ok(())
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Failure::from).and_then(|runtime| {
        if std::env::args().nth(1).as_deref() == Some(aws::SERVE) {
            runtime.block_on(aws::serve())
        } else {
            runtime.block_on(run())
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
