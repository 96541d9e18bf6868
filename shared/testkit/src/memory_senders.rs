//! Bindings of queue senders in memory.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use revocation_app::ports::{QueueSenders, StoreError};
use revocation_rules::ids::Tenant;
use revocation_rules::queue_sender::QueueSender;

#[derive(Debug, Default)]
pub struct MemorySenders {
    bound: Mutex<BTreeSet<(QueueSender, String)>>,
    reads: AtomicUsize,
}

impl MemorySenders {
    pub fn bind(&self, sender: &QueueSender, tenant: &Tenant) {
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        bound.insert((sender.clone(), tenant.to_string()));
    }

    pub fn unbind(&self, sender: &QueueSender, tenant: &Tenant) {
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        bound.remove(&(sender.clone(), tenant.to_string()));
    }

    /// How often somebody asked.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }
}

impl QueueSenders for MemorySenders {
    async fn is_bound(&self, sender: &QueueSender, tenant: &Tenant) -> Result<bool, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(bound.contains(&(sender.clone(), tenant.to_string())))
    }
}
