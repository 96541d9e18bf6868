//! What a device knows, shared between its task and who looks at it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use tokio::time::Instant;

use crate::bar::{Arrived, Bar, Message};
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
    /// Its token was not taken: it needs another one.
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
    pub missed: Missed,
    /// Messages that came before the device had caught up.
    pub held: Vec<Message>,
}

/// Has the device heard of everything that was taken back while it was away?
#[derive(Debug, Default)]
pub(crate) struct Missed {
    /// Instructions since it last asked.
    heard: usize,
    /// How many there are to hear; nothing before the answer.
    of: Option<usize>,
}

impl Missed {
    fn caught_up(&self) -> bool {
        self.of.is_some_and(|of| self.heard >= of)
    }
}

impl Inner {
    /// It asks what it missed, or is no longer connected.
    pub fn asks(&mut self) {
        self.missed = Missed::default();
    }

    pub fn is_told(&mut self, missed: usize, more: bool) {
        self.missed.of = (!more).then_some(missed);
        self.release_if_caught_up();
    }

    pub fn heard(&mut self) {
        self.instructions += 1;
        self.missed.heard += 1;
        self.release_if_caught_up();
    }

    /// A message is shown only by who knows what was taken back.
    pub fn arrive(&mut self, message: Message) -> Arrived {
        if self.missed.caught_up() {
            return self.bar.arrive(message, Instant::now());
        }
        self.held.push(message);
        Arrived::Held
    }

    fn release_if_caught_up(&mut self) {
        if self.missed.caught_up() {
            self.release();
        }
    }

    pub fn release(&mut self) {
        for message in std::mem::take(&mut self.held) {
            self.bar.arrive(message, Instant::now());
        }
    }
}

/// A look at a device.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub bar: Bar,
    pub status: Status,
    pub registered: usize,
    pub instructions: usize,
    /// Messages that wait for the device to catch up.
    pub held: usize,
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
            held: inner.held.len(),
            unanswered: inner.outbox.len(),
        })
    }
}
