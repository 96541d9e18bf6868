//! A part of one CPU, as Lambda gives it to a function with little memory.
//!
//! Lambda gives a vCPU at 1,769 MB and a part of it below, by the kernel's bandwidth control: so many milliseconds of
//! CPU in each period of 20. A control group would do the same, and needs rights that not everybody has. So this does
//! as the kernel does: it looks at the CPU time of the process ten times a millisecond, stops it when the period's
//! share is used up, and lets it go on when the next period begins. What the process waits for costs it nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::error::BenchError;
use crate::process::Process;

const PERIOD: Duration = Duration::from_millis(20);
/// What has a whole vCPU.
const WHOLE_MB: f64 = 1_769.0;
const LOOK: Duration = Duration::from_micros(100);

/// Holds the process to its share until it is dropped.
pub struct Quota {
    over: Arc<AtomicBool>,
    keeper: Option<JoinHandle<()>>,
}

impl Quota {
    pub fn of(process: Process, memory_mb: f64) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let share = PERIOD.mul_f64(memory_mb / WHOLE_MB);
        let keeper = std::thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                // A process that has ended needs no keeper.
                if period(process, share).is_err() {
                    return;
                }
            }
        });
        Self {
            over,
            keeper: Some(keeper),
        }
    }
}

fn period(process: Process, share: Duration) -> Result<(), BenchError> {
    let (began, used) = (Instant::now(), process.cpu()?);
    while began.elapsed() < PERIOD {
        std::thread::sleep(LOOK);
        if process.cpu()?.saturating_sub(used) >= share {
            process.signal(Signal::SIGSTOP)?;
            std::thread::sleep(PERIOD.saturating_sub(began.elapsed()));
            return process.signal(Signal::SIGCONT);
        }
    }
    Ok(())
}

impl Drop for Quota {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(keeper) = self.keeper.take() {
            // It panics nowhere; and if it did, there is nothing to undo.
            let _ = keeper.join();
        }
    }
}
