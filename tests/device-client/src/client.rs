//! A device: connections one after the other, and the user's hands.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::backoff::Backoff;
use crate::bar::{Arrived, Key, Message};
use crate::frame::Receipt;
use crate::session::{self, End};
use crate::state::{Inner, State, Status, View};

/// How long a device waits, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// For a handshake, and for `registered`.
    pub answer: Duration,
    /// Before it acknowledges; less by chance.
    pub answer_within: Duration,
    /// Before it says again what was not answered.
    pub say_again: Duration,
    /// Between two registrations over one connection; the gateway ends one
    /// that is silent for ten minutes.
    pub register_every: Duration,
    /// How long a message waits for a device that cannot hear what it missed.
    pub hold: Duration,
    /// Before the second connection, and at most before any; less by chance.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// Before it tries a token again that was refused.
    pub refused_wait: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(15),
            answer_within: Duration::from_secs(10),
            say_again: Duration::from_secs(10),
            register_every: Duration::from_mins(8),
            hold: Duration::from_secs(30),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
            refused_wait: Duration::from_mins(10),
        }
    }
}

#[derive(Clone)]
pub struct Settings {
    /// The `socket_url` that came with the token.
    pub url: String,
    pub token: String,
    pub timing: Timing,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("timing", &self.timing).finish_non_exhaustive()
    }
}

/// What the device wants of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Will {
    Online,
    Offline,
    /// Online, over another connection; the number makes it new each time.
    CutOff(u64),
}

/// A running device. Dropping it ends it without a goodbye.
#[derive(Debug)]
pub struct Client {
    state: Arc<State>,
    will: watch::Sender<Will>,
    task: AbortHandle,
    hold: Duration,
}

impl Client {
    /// Starts a device that wants to be online.
    pub fn start(settings: Settings) -> Self {
        Self::begin(settings, Will::Online)
    }

    /// Starts a device that is offline until [`Client::go_online`].
    pub fn start_offline(settings: Settings) -> Self {
        Self::begin(settings, Will::Offline)
    }

    fn begin(settings: Settings, first: Will) -> Self {
        let state = Arc::new(State::new());
        let (will, wanted) = watch::channel(first);
        let hold = settings.timing.hold;
        let task = tokio::spawn(live(settings, Arc::clone(&state), wanted)).abort_handle();
        Self { state, will, task, hold }
    }

    pub fn go_online(&self) {
        self.will.send_replace(Will::Online);
    }

    pub fn go_offline(&self) {
        self.will.send_replace(Will::Offline);
    }

    /// The connection breaks, as in a tunnel; the device comes back by itself.
    pub fn cut_off(&self) {
        let cuts = match *self.will.borrow() {
            Will::Offline => return,
            Will::CutOff(cuts) => cuts + 1,
            Will::Online => 0,
        };
        self.will.send_replace(Will::CutOff(cuts));
    }

    /// The sender's message arrives over the sender's own way. A device that
    /// comes back hears first what was taken back while it was away; when it
    /// cannot, messages are shown after a while all the same.
    pub fn show(&self, message: Message) -> Arrived {
        let arrived = self.state.change(|inner| inner.arrive(message));
        if arrived == Arrived::Held {
            let (state, hold) = (Arc::downgrade(&self.state), self.hold);
            tokio::spawn(async move {
                sleep(hold).await;
                if let Some(state) = state.upgrade() {
                    state.change(Inner::release);
                }
            });
        }
        arrived
    }

    /// The user opens a notification.
    pub fn open(&self, key: &Key) {
        self.touch(key, "opened");
    }

    /// The user takes a notification off the bar.
    pub fn clear(&self, key: &Key) {
        self.touch(key, "cleared");
    }

    fn touch(&self, key: &Key, event: &str) {
        self.state.change(|inner| {
            let touched = if event == "opened" {
                inner.bar.open(key, Instant::now())
            } else {
                inner.bar.clear(key, Instant::now())
            };
            if let Some(batch_id) = touched {
                inner.outbox.report(receipt(key, batch_id, event));
            }
        });
        self.state.to_send.notify_one();
    }

    pub fn look(&self) -> View {
        self.state.view()
    }

    /// Waits until the device looks as wanted; `false` when it does not in time.
    pub async fn until(&self, within: Duration, wanted: impl Fn(&View) -> bool) -> bool {
        let mut changes = self.state.changes.subscribe();
        let looks_so = async {
            while !wanted(&self.look()) {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        timeout(within, looks_so).await.is_ok()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn receipt(key: &Key, batch_id: String, event: &str) -> Receipt {
    Receipt {
        kind: key.kind,
        id: key.id.clone(),
        batch_id,
        event: event.to_owned(),
    }
}

async fn live(settings: Settings, state: Arc<State>, mut will: watch::Receiver<Will>) {
    let mut backoff = Backoff::new(settings.timing.first_wait, settings.timing.longest_wait);
    loop {
        if *will.borrow_and_update() == Will::Offline {
            state.change(|inner| {
                inner.status = Status::Offline;
                inner.asks();
            });
            if will.changed().await.is_err() {
                return;
            }
            continue;
        }
        state.change(|inner| inner.status = Status::Connecting);
        let before = state.look(|inner| inner.registered);
        let end = session::run(&settings, &state, &mut will).await;
        state.change(Inner::asks);
        if state.look(|inner| inner.registered) > before {
            backoff.reset();
        }
        match end {
            End::Wanted if !matches!(*will.borrow(), Will::CutOff(_)) => {}
            End::Refused => {
                state.change(|inner| inner.status = Status::Refused);
                // The app is to get another one. Seldom, the same is tried again: who refused
                // it may have been somebody in between.
                tokio::select! {
                    () = sleep(settings.timing.refused_wait.mul_f64(0.5 + rand::random::<f64>() / 2.0)) => {}
                    _ = will.changed() => {}
                }
            }
            End::Lost | End::Wanted => {
                state.change(|inner| inner.status = Status::Connecting);
                tokio::select! {
                    () = sleep(backoff.wait(rand::random())) => {}
                    _ = will.changed() => {}
                }
            }
        }
    }
}
