//! What every vendor keeps: devices, faults to play, a quota, statistics.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::bars::Bars;
use crate::clock::now_ms;
use crate::faults::{Fault, Faults, Occasion};
use crate::quota::{Quota, Unit};
use crate::stats::Stats;
use crate::vendor::Vendor;
use crate::wire::{Answer, Reply};

#[derive(Default)]
pub struct Desk {
    bars: Mutex<Bars>,
    faults: Mutex<Faults>,
    quota: Mutex<Quota>,
    pub stats: Stats,
}

impl Desk {
    pub fn bars(&self) -> MutexGuard<'_, Bars> {
        lock(&self.bars)
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub fn quota(&self) -> MutexGuard<'_, Quota> {
        lock(&self.quota)
    }

    /// Answers a request that broke the contract.
    pub fn broken(&self, what: &str, answer: Answer) -> Reply {
        self.stats.violation(what);
        answer.into()
    }

    pub fn reset(&self) {
        *self.bars() = Bars::default();
        *self.faults() = Faults::default();
        *self.quota() = Quota::default();
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

/// Why a correct push for so many devices of an app has no effect: an ordered fault, or the quota.
pub fn refusal_of_push(vendor: &dyn Vendor, app: &str, devices: usize) -> Option<Reply> {
    fault_before_effect(vendor, Occasion::Push).or_else(|| over_quota(vendor, app, devices))
}

fn over_quota(vendor: &dyn Vendor, app: &str, devices: usize) -> Option<Reply> {
    let amount = match vendor.quota_unit()? {
        Unit::Devices => devices as u64,
        Unit::Requests => 1,
    };
    let desk = vendor.desk();
    if desk.quota().takes(app, amount, now_ms()) {
        return None;
    }
    desk.stats.over_quota();
    // No vendor documents how long to wait.
    Some(vendor.throttled(None).into())
}
