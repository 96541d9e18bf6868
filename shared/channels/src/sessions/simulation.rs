//! Workers that are killed between any two steps, by chance from a seed.
//!
//! Invariants, whatever happens: nobody waits longer than 20 s; nobody gets a
//! session that is over or that it was refused with; two live workers never log
//! in at once; every login has a cause (the first, a kill, a failure, a
//! refusal, four fifths of a life); and without the store everybody goes on.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures::future::join_all;
use jiff::SignedDuration;
use revocation_testkit::{Chance, MemorySessions, Weather};
use tokio::time::sleep;

use super::tests::{Account, TokioClock};
use super::*;

const LIFE: SignedDuration = SignedDuration::from_secs(100);
const RENEWED_EVERY_SECS: u64 = 80;
const WORKERS: usize = 12;
const OPENINGS: usize = 25;

#[derive(Default)]
struct Vendor {
    logging_in: AtomicU32,
    logins: AtomicU64,
    /// Logins that had a good reason beside time: what came before was lost, failed or refused.
    causes: AtomicU64,
    fails_in_thousand: usize,
}

/// A login that is going on; a killed one is not.
struct LoggingIn<'a>(&'a Vendor);

impl Drop for LoggingIn<'_> {
    fn drop(&mut self) {
        self.0.logging_in.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Vendor {
    async fn login(&self, clock: &dyn Clock, is_alone: bool, mut chance: Chance) -> Result<Opened, AttemptFailure> {
        let others = self.logging_in.fetch_add(1, Ordering::SeqCst);
        let _end = LoggingIn(self);
        assert!(is_alone || others == 0, "two log in at once");
        let nth = self.logins.fetch_add(1, Ordering::SeqCst);
        let asked_at = clock.now();
        sleep(Duration::from_millis(chance.number() % 3_000)).await;
        if chance.in_thousand(self.fails_in_thousand) {
            self.causes.fetch_add(1, Ordering::SeqCst);
            return Err(transient("down"));
        }
        Ok(Opened {
            text: format!("session {nth}").into(),
            good_until: asked_at + LIFE,
        })
    }
}

/// Drops a future after so many polls, wherever it is then.
struct Killed<F> {
    future: Pin<Box<F>>,
    polls_left: u32,
}

impl<F: Future> Future for Killed<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls_left == 0 {
            return Poll::Ready(None);
        }
        self.polls_left -= 1;
        self.future.as_mut().poll(context).map(Some)
    }
}

struct World {
    seed: u64,
    store: MemorySessions,
    weather: Weather,
    clock: Arc<TokioClock>,
    vendor: Vendor,
    kills_in_thousand: usize,
}

impl World {
    fn new(seed: u64, errors_in_thousand: usize, fails_in_thousand: usize, kills_in_thousand: usize) -> Self {
        let weather = Weather::storm(seed, errors_in_thousand);
        Self {
            seed,
            store: MemorySessions::default().in_weather(&weather),
            weather,
            clock: Arc::new(TokioClock::new()),
            vendor: Vendor {
                fails_in_thousand,
                ..Vendor::default()
            },
            kills_in_thousand,
        }
    }

    fn worker(&self, nth: usize) -> SharedSessions {
        // Clocks of different machines are a little apart.
        let mut clock = TokioClock::clone(&self.clock);
        clock.skew = SignedDuration::from_millis(i64::try_from(nth % 5).unwrap() * 50);
        SharedSessions::new(Channel::Vivo, Arc::new(self.store.clone()), Arc::new(clock))
    }

    /// A worker's whole life, and those of its successors.
    async fn live(&self, nth: usize) {
        let mut chance = Chance::new(self.seed * 1_000 + nth as u64);
        let mut worker = self.worker(nth);
        let mut refused = None;
        for _ in 0..OPENINGS {
            let polls_left = if chance.in_thousand(self.kills_in_thousand) {
                u32::try_from(chance.below(12)).unwrap()
            } else {
                u32::MAX
            };
            let logins_chance = Chance::new(chance.number());
            let started = Instant::now();
            let login = || self.vendor.login(self.clock.as_ref(), self.weather.is_stormy(), logins_chance);
            let opening = Killed {
                future: Box::pin(worker.open(&Account("secret"), refused, Timestamp::MAX, login)),
                polls_left,
            };
            let opened = opening.await;
            assert!(started.elapsed() <= Duration::from_secs(20), "waited {:?}", started.elapsed());
            match opened {
                None => {
                    self.vendor.causes.fetch_add(1, Ordering::SeqCst);
                    refused = None;
                    worker = self.worker(nth);
                }
                Some(Err(failure)) => {
                    let is_known = failure == transient("down") || failure == transient("vivo:session_wait");
                    assert!(
                        is_known && (self.vendor.fails_in_thousand > 0 || self.kills_in_thousand > 0),
                        "{failure:?}"
                    );
                }
                Some(Ok(kept)) => {
                    assert!(kept.good_until > self.clock.now() - SignedDuration::from_secs(1), "it is over");
                    assert_ne!(Some(kept.version), refused);
                    refused = chance.in_thousand(20).then_some(kept.version);
                    if refused.is_some() {
                        self.vendor.causes.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
            sleep(Duration::from_millis(chance.number() % 10_000)).await;
        }
    }

    fn run(seed: u64, errors_in_thousand: usize, fails_in_thousand: usize, kills_in_thousand: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let started = Instant::now();
            let world = Self::new(seed, errors_in_thousand, fails_in_thousand, kills_in_thousand);
            join_all((0..WORKERS).map(|nth| world.live(nth))).await;
            let lives = started.elapsed().as_secs() / RENEWED_EVERY_SECS;
            let (logins, causes) = (
                world.vendor.logins.load(Ordering::SeqCst),
                world.vendor.causes.load(Ordering::SeqCst),
            );
            assert!(
                errors_in_thousand > 0 || logins <= 1 + lives + causes,
                "seed {seed}: {logins} logins in {lives} lives, {causes} causes"
            );
            world
        })
    }
}

#[test]
fn workers_that_live_log_in_once_in_a_life() {
    for seed in 0..100 {
        World::run(seed, 0, 0, 0);
    }
}

#[test]
fn workers_that_are_killed_anywhere_leave_no_session_behind_that_nobody_opens() {
    for seed in 0..100 {
        World::run(seed, 0, 0, 200);
    }
}

#[test]
fn workers_whose_vendor_fails_too_ask_no_more_than_there_is_cause_for() {
    for seed in 0..100 {
        World::run(seed, 0, 300, 100);
    }
}

/// Lost calls and lost answers of the store: more logins, but nobody is stopped.
#[test]
fn workers_whose_store_fails_all_get_a_session() {
    for seed in 0..100 {
        World::run(seed, 200, 0, 0);
    }
}
