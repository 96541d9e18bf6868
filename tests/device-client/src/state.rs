//! What a device knows, shared between its task and who looks at it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::bar::Bar;
use crate::outbox::Outbox;

/// How the device is connected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// By its own will.
    Offline,
    #[default]
    Connecting,
    /// It registered, and is reached.
    Registered,
    /// Its token is not taken; it needs another one.
    Refused,
}

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub bar: Bar,
    pub outbox: Outbox,
    pub status: Status,
    /// How often it registered.
    pub registered: usize,
    /// Instructions received, repeats included.
    pub instructions: usize,
}

/// A look at a device.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub bar: Bar,
    pub status: Status,
    pub registered: usize,
    pub instructions: usize,
    /// Acknowledgements and receipts that the service has not answered.
    pub unanswered: usize,
}

#[derive(Debug)]
pub(crate) struct State {
    inner: Mutex<Inner>,
    /// Rises with every change.
    pub changes: watch::Sender<u64>,
    /// There is something to send.
    pub to_send: Notify,
}

impl State {
    pub fn new() -> Self {
        Self {
            inner: Mutex::default(),
            changes: watch::Sender::new(0),
            to_send: Notify::new(),
        }
    }

    /// Never held over an await.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere in a test does not make the bar less true.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn look<T>(&self, look: impl FnOnce(&Inner) -> T) -> T {
        look(&self.lock())
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let changed = change(&mut self.lock());
        self.changes.send_modify(|count| *count += 1);
        changed
    }

    pub fn view(&self) -> View {
        self.look(|inner| View {
            bar: inner.bar.clone(),
            status: inner.status,
            registered: inner.registered,
            instructions: inner.instructions,
            unanswered: inner.outbox.len(),
        })
    }
}
