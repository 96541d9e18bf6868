//! 300 workers and a vendor that wants pauses: how many calls reach it, with the pauses shared and without.
//!
//! The time is the simulation's own. A worker asks the table before an order as the real one does; a call takes 50 ms.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, pending};
use revocation_app::ports::{Saved, SessionRecord};
use revocation_rules::channel::Channel;
use revocation_rules::retry;
use revocation_testkit::{Chance, MemorySessions};

use super::*;

/// A store that counts what is asked of it.
#[derive(Clone, Default)]
pub(super) struct Counting {
    store: MemorySessions,
    looks: Arc<AtomicUsize>,
    notes: Arc<AtomicUsize>,
    hangs: bool,
}

impl Counting {
    pub fn hanging() -> Self {
        Self {
            hangs: true,
            ..Self::default()
        }
    }

    pub fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }

    fn notes(&self) -> usize {
        self.notes.load(Ordering::SeqCst)
    }
}

impl SessionStore for Counting {
    fn session<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SessionRecord>, StoreError>> {
        self.store.session(key)
    }

    fn put_session<'a>(&'a self, key: &'a SessionKey, record: &'a SessionRecord, before: u64) -> BoxFuture<'a, Result<Saved, StoreError>> {
        self.store.put_session(key, record, before)
    }

    fn pause<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SharedPause>, StoreError>> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        if self.hangs { pending().boxed() } else { self.store.pause(key) }
    }

    fn note_pause<'a>(&'a self, key: &'a SessionKey, pause: &'a SharedPause) -> BoxFuture<'a, Result<(), StoreError>> {
        self.notes.fetch_add(1, Ordering::SeqCst);
        self.store.note_pause(key, pause)
    }
}

const WORKERS: usize = 300;
const JOBS: usize = 3_000;
const CALL_MS: i64 = 50;

/// What happens next in the simulation, by its time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A job is received, by whichever worker.
    Job { paused: u32 },
    /// The vendor's answer to it arrives at the worker that asked.
    Answer { worker: usize, paused: u32 },
}

/// Who knows of a pause.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// The worker that was told.
    ToOne,
    ToAll,
}

struct Ended {
    /// Calls that the vendor answered with a pause, after the first one.
    refused: usize,
    looks: usize,
    notes: usize,
}

/// All jobs are there at once, and for as long as `throttled_for` the vendor answers each call with a pause of 30 s. A
/// job that has to wait comes back as the rules say.
async fn run(known: Known, throttled_for: i64, seed: u64) -> Ended {
    let store = Counting::default();
    let worker = || match known {
        Known::ToOne => Pauses::new(Arc::new(MemorySessions::default()), Duration::from_secs(1)),
        Known::ToAll => Pauses::new(Arc::new(store.clone()), Duration::from_secs(1)),
    };
    let workers: Vec<Pauses> = (0..WORKERS).map(|_| worker()).collect();
    let key = SessionKey::new(Channel::Oppo, [1; 32]);
    let mut chance = Chance::new(seed);
    let mut events = BinaryHeap::new();
    // The workers are busy with them one after the other for about 2 s.
    for _ in 0..JOBS {
        events.push(Reverse((i64::try_from(chance.below(2_000)).unwrap(), Event::Job { paused: 0 })));
    }
    let mut refused = 0;
    while let Some(Reverse((ms, event))) = events.pop() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_millis(ms);
        let mut come_back = |failure: &AttemptFailure, paused: u32, chance: &mut Chance| {
            let spread = f64::from(u32::try_from(chance.below(1_000)).unwrap()) / 1_000.0;
            let wait = retry::wait([failure], paused + 1, spread);
            let back = ms + i64::try_from(wait.as_millis()).unwrap();
            events.push(Reverse((back, Event::Job { paused: paused + 1 })));
        };
        match event {
            Event::Job { paused } => {
                let worker = chance.below(WORKERS);
                match workers[worker].of(&key, now).await {
                    Some(failure) => come_back(&failure, paused, &mut chance),
                    None => events.push(Reverse((ms + CALL_MS, Event::Answer { worker, paused }))),
                }
            }
            Event::Answer { worker, paused } if ms < throttled_for => {
                refused += 1;
                let failure = AttemptFailure::Throttled {
                    retry_after: Some(Duration::from_secs(30)),
                    reason: "oppo:-2".to_owned(),
                };
                workers[worker].note(&key, &failure, now).await;
                come_back(&failure, paused, &mut chance);
            }
            Event::Answer { .. } => {}
        }
    }
    Ended {
        refused: refused - 1,
        looks: store.looks(),
        notes: store.notes(),
    }
}

#[tokio::test]
async fn one_pause_makes_three_hundred_workers_wait() {
    for seed in 1..=3 {
        // A single wave: the vendor has enough for a moment.
        let (alone, shared) = (run(Known::ToOne, 10_000, seed).await, run(Known::ToAll, 10_000, seed).await);
        println!(
            "one wave: {} calls after the first, {} shared; {} looks, {} notes",
            alone.refused, shared.refused, shared.looks, shared.notes
        );
        // For ten minutes: each pause that is over is asked for anew, by few instead of by all.
        let (alone_10, shared_10) = (run(Known::ToOne, 600_000, seed).await, run(Known::ToAll, 600_000, seed).await);
        println!(
            "ten minutes: {} calls, {} shared; {} looks, {} notes",
            alone_10.refused, shared_10.refused, shared_10.looks, shared_10.notes
        );
        assert!(shared.refused < alone.refused / 3, "{} of {}", shared.refused, alone.refused);
        assert!(
            shared_10.refused < alone_10.refused / 10,
            "{} of {}",
            shared_10.refused,
            alone_10.refused
        );
    }
}
