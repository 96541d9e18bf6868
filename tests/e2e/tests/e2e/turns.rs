//! Who may run beside whom.
//!
//! Most tests have a tenant of their own and run beside each other. One that breaks what all share (a vendor, a
//! function, a table) is alone until it says that the rest may go on.

use stand::{Devices, StandError};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The one lock: tests that run beside each other read, one that is alone writes.
#[derive(Default)]
pub struct Turns(RwLock<()>);

impl Turns {
    pub async fn beside(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().await
    }

    pub async fn alone<'a>(&'a self, devices: &'a Devices) -> Alone<'a> {
        let turn = Some(self.0.write().await);
        Alone { devices, turn }
    }
}

/// No other test runs while a test has this.
pub struct Alone<'a> {
    devices: &'a Devices,
    turn: Option<RwLockWriteGuard<'a, ()>>,
}

impl Alone<'_> {
    /// Mends the vendors. The other tests go on beside what is left of this one, those that are alone, too: a lock
    /// that waits for it would hold up all of them.
    pub async fn is_over(&mut self) -> Result<(), StandError> {
        if let Some(turn) = self.turn.take() {
            self.devices.no_faults().await?;
            drop(turn);
        }
        Ok(())
    }
}
