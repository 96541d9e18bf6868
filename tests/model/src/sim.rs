//! Simulated time: it stands still while anybody can run, and then jumps to whoever waits for the earliest moment.
//!
//! One thread, whole microseconds, and chance from a seed: the same run gives the same figures.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::executor::LocalPool;
use futures::future::LocalBoxFuture;
use futures::task::LocalSpawnExt;
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Clock, Dice};
use revocation_rules::ids::RevocationId;
use revocation_testkit::{Chance, builders};

/// Microseconds since the run began.
pub type Micros = u64;

pub const SECOND: Micros = 1_000_000;

/// Time and chance of one run. Clones are the same run.
#[derive(Clone)]
pub struct Sim(Arc<Inner>);

struct Inner {
    now: AtomicU64,
    timers: Mutex<Timers>,
    chance: Mutex<Chance>,
}

thread_local! {
    /// What was spawned since the pool was last filled. A run has its thread to itself, and its tasks stay on it.
    static BORN: RefCell<Vec<LocalBoxFuture<'static, ()>>> = const { RefCell::new(Vec::new()) };
}

#[derive(Default)]
struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    count: u64,
}

struct Timer {
    at: Micros,
    nth: u64,
    waker: Waker,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.nth) == (other.at, other.nth)
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.nth).cmp(&(other.at, other.nth))
    }
}

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// What was waited for has happened.
    Done,
    /// Nobody waits for anything, and it has not.
    Idle,
    /// It has not happened by then.
    Late,
}

pub(crate) fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sim {
    pub fn new(seed: u64) -> Self {
        // What an earlier run of this thread left behind is nobody's.
        drop(BORN.take());
        Self(Arc::new(Inner {
            now: AtomicU64::new(0),
            timers: Mutex::default(),
            chance: Mutex::new(Chance::new(seed)),
        }))
    }

    pub fn micros(&self) -> Micros {
        self.0.now.load(Ordering::Relaxed)
    }

    pub fn time_at(micros: Micros) -> Timestamp {
        let since = SignedDuration::from_micros(i64::try_from(micros).unwrap_or(i64::MAX));
        let at = builders::noon().saturating_add(since).unwrap_or(Timestamp::MAX);
        // Clocks show milliseconds, as the real one does.
        Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
    }

    /// A number from 0 up to, and not including, 1.
    pub fn spread(&self) -> f64 {
        let number = lock(&self.0.chance).number() >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let number = number as f64;
        number / 9_007_199_254_740_992.0
    }

    pub fn number(&self) -> u64 {
        lock(&self.0.chance).number()
    }

    pub fn sleep(&self, time: Micros) -> Sleep {
        self.sleep_until(self.micros().saturating_add(time))
    }

    pub fn sleep_until(&self, at: Micros) -> Sleep {
        Sleep {
            sim: self.clone(),
            at,
            waits: None,
        }
    }

    /// Runs beside everything else from now on.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        BORN.with_borrow_mut(|born| born.push(Box::pin(task)));
    }

    /// Runs until `done`, or `latest`.
    pub fn run(&self, latest: Micros, done: impl Fn() -> bool) -> End {
        let mut pool = LocalPool::new();
        let spawner = pool.spawner();
        loop {
            loop {
                let born = BORN.take();
                for task in born {
                    if spawner.spawn_local(task).is_err() {
                        return End::Idle;
                    }
                }
                pool.run_until_stalled();
                if BORN.with_borrow(Vec::is_empty) {
                    break;
                }
            }
            if done() {
                return End::Done;
            }
            let mut timers = lock(&self.0.timers);
            let Some(Reverse(first)) = timers.heap.pop() else {
                return End::Idle;
            };
            if first.at > latest {
                return End::Late;
            }
            self.0.now.store(first.at, Ordering::Relaxed);
            let at = first.at;
            let mut due = vec![first.waker];
            while timers.heap.peek().is_some_and(|Reverse(next)| next.at <= at) {
                due.extend(timers.heap.pop().map(|Reverse(timer)| timer.waker));
            }
            drop(timers);
            due.into_iter().for_each(Waker::wake);
        }
    }
}

/// Waits for a moment.
pub struct Sleep {
    sim: Sim,
    at: Micros,
    waits: Option<Waker>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.sim.micros() >= self.at {
            return Poll::Ready(());
        }
        if !self.waits.as_ref().is_some_and(|waits| waits.will_wake(context.waker())) {
            let waker = context.waker().clone();
            self.waits = Some(waker.clone());
            let mut timers = lock(&self.sim.0.timers);
            timers.count += 1;
            let nth = timers.count;
            timers.heap.push(Reverse(Timer { at: self.at, nth, waker }));
        }
        Poll::Pending
    }
}

impl Clock for Sim {
    fn now(&self) -> Timestamp {
        Self::time_at(self.micros())
    }
}

impl Dice for Sim {
    fn spread(&self) -> f64 {
        Self::spread(self)
    }

    fn revocation_id(&self) -> RevocationId {
        // Cannot fail: it has the form of an id.
        #[expect(clippy::expect_used, reason = "sixteen digits after the prefix are an id")]
        format!("rvk_{:016x}{:016x}", self.number(), self.number())
            .parse()
            .expect("digits are an id")
    }
}

pub fn micros(time: Duration) -> Micros {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "years of microseconds fit in 53 bits")]
pub fn seconds(time: Micros) -> f64 {
    time as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_jumps_to_whoever_waits_for_the_earliest_moment() {
        let sim = Sim::new(1);
        let seen = Arc::new(Mutex::new(Vec::new()));
        for wait in [30, 10, 20] {
            let (inner, seen) = (sim.clone(), Arc::clone(&seen));
            sim.spawn(async move {
                inner.sleep(wait).await;
                lock(&seen).push((wait, inner.micros()));
            });
        }
        assert_eq!(sim.run(SECOND, || lock(&seen).len() == 3), End::Done);
        assert_eq!(*lock(&seen), [(10, 10), (20, 20), (30, 30)]);
        assert_eq!(sim.run(SECOND, || false), End::Idle);
    }

    #[test]
    fn what_does_not_come_in_time_is_late() {
        let sim = Sim::new(1);
        let inner = sim.clone();
        sim.spawn(async move { inner.sleep(2 * SECOND).await });
        assert_eq!(sim.run(SECOND, || false), End::Late);
    }
}
