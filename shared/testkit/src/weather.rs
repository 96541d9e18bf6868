//! What may happen around a port call: others run, the call is lost, the answer is lost.
//!
//! Every call of a fake goes through [`Weather::before`] and [`Weather::after`].
//! In calm weather both do nothing. In a storm each yields once, so that a
//! scheduler may run somebody else there, or drop the future: a crash between
//! any two effects, and a crash between an effect and its answer. An error is
//! raised before the effect (the call was lost) or after it (the answer was).

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use jiff::SignedDuration;

use crate::Chance;

/// Who is running: the number a scheduler gave the invocation it polls, and how wrong that one's clock is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Running {
    pub invocation: usize,
    pub skew_ms: i64,
}

#[derive(Debug, Clone)]
pub struct Weather(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    yields: bool,
    errors_in_thousand: usize,
    chance: Chance,
    running: Running,
    violations: Vec<String>,
    notes: BTreeMap<&'static str, u64>,
}

impl Default for Weather {
    fn default() -> Self {
        Self::calm()
    }
}

impl Weather {
    /// No yields, no errors.
    pub fn calm() -> Self {
        Self(Arc::new(Mutex::new(Inner {
            yields: false,
            errors_in_thousand: 0,
            chance: Chance::new(0),
            running: Running::default(),
            violations: Vec::new(),
            notes: BTreeMap::new(),
        })))
    }

    /// Yields around every call, and fails this many calls in a thousand.
    pub fn storm(seed: u64, errors_in_thousand: usize) -> Self {
        let weather = Self::calm();
        {
            let mut inner = weather.0.lock().unwrap();
            inner.yields = true;
            inner.errors_in_thousand = errors_in_thousand;
            inner.chance = Chance::new(seed);
        }
        weather
    }

    /// From now on no call fails. They go on yielding.
    pub fn clears_up(&self) {
        self.0.lock().unwrap().errors_in_thousand = 0;
    }

    pub fn is_stormy(&self) -> bool {
        self.0.lock().unwrap().errors_in_thousand > 0
    }

    /// Says who runs next, for what the fakes note down.
    pub fn now_runs(&self, running: Running) {
        self.0.lock().unwrap().running = running;
    }

    pub fn running(&self) -> Running {
        self.0.lock().unwrap().running
    }

    /// A fake saw something that must never happen.
    pub fn report(&self, violation: String) {
        self.0.lock().unwrap().violations.push(violation);
    }

    pub fn violations(&self) -> Vec<String> {
        self.0.lock().unwrap().violations.clone()
    }

    /// A fake saw something worth counting, such as a lost claim.
    pub(crate) fn note(&self, event: &'static str) {
        *self.0.lock().unwrap().notes.entry(event).or_default() += 1;
    }

    /// What the fakes saw, and how often.
    pub fn notes(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap().notes.clone()
    }

    pub(crate) async fn before(&self) -> Result<(), Lost> {
        self.pause().await;
        self.strike(Lost::Call)
    }

    pub(crate) async fn after(&self) -> Result<(), Lost> {
        self.pause().await;
        self.strike(Lost::Answer)
    }

    /// How far behind an eventually consistent read is: in a storm up to two seconds, now and then.
    pub(crate) fn lag(&self) -> SignedDuration {
        let mut inner = self.0.lock().unwrap();
        if inner.yields && inner.chance.in_thousand(300) {
            *inner.notes.entry("a read that was behind").or_default() += 1;
            SignedDuration::from_millis(i64::try_from(1 + inner.chance.below(2_000)).unwrap())
        } else {
            SignedDuration::ZERO
        }
    }

    pub(crate) async fn pause(&self) {
        let yields = self.0.lock().unwrap().yields;
        if yields {
            YieldOnce(false).await;
        }
    }

    fn strike(&self, lost: Lost) -> Result<(), Lost> {
        let mut inner = self.0.lock().unwrap();
        let chances = inner.errors_in_thousand;
        if inner.chance.in_thousand(chances) {
            let event = match lost {
                Lost::Call => "a lost call",
                Lost::Answer => "a lost answer",
            };
            *inner.notes.entry(event).or_default() += 1;
            return Err(lost);
        }
        Ok(())
    }
}

/// What the storm took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    Call,
    Answer,
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Call => "the call was lost",
            Self::Answer => "the answer was lost",
        })
    }
}

impl std::error::Error for Lost {}

impl From<Lost> for revocation_app::ports::StoreError {
    fn from(lost: Lost) -> Self {
        Self::Unavailable(Box::new(lost))
    }
}

impl From<Lost> for revocation_app::ports::QueueError {
    fn from(lost: Lost) -> Self {
        Self::Unavailable(Box::new(lost))
    }
}

struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
