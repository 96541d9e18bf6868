//! What every vendor keeps: devices, faults to play, statistics.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::bars::Bars;
use crate::faults::{Fault, Faults, Occasion};
use crate::stats::Stats;
use crate::vendor::Vendor;
use crate::wire::{Answer, Reply};

#[derive(Default)]
pub struct Desk {
    bars: Mutex<Bars>,
    faults: Mutex<Faults>,
    pub stats: Stats,
}

impl Desk {
    pub fn bars(&self) -> MutexGuard<'_, Bars> {
        lock(&self.bars)
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    /// Answers a request that broke the contract.
    pub fn broken(&self, what: &str, answer: Answer) -> Reply {
        self.stats.violation(what);
        answer.into()
    }

    pub fn reset(&self) {
        *self.bars() = Bars::default();
        *self.faults() = Faults::default();
        self.stats.reset();
    }
}

/// Locks even after a panic elsewhere: the state stays usable for looking at.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The fault that befalls a correct request before it has any effect, if one was ordered.
pub fn fault_before_effect(vendor: &dyn Vendor, occasion: Occasion) -> Option<Reply> {
    let fault = vendor.desk().faults().before_effect(occasion)?;
    Some(match fault {
        Fault::Throttle { retry_after_s } => vendor.throttled(retry_after_s).into(),
        Fault::Error { status, code } => vendor.error(status, &code).into(),
        Fault::Drop => Reply::Dropped,
    })
}
