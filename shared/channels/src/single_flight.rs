//! Made once, shared by all who ask in this process: credentials, connections.
//!
//! However many ask at the same time, one makes it and the others wait for
//! that one: hundreds of calls must not each log in. A failure is shared by
//! those who were waiting for it, and by nobody later. A holder who finds that
//! the vendor refuses what it got names that version; it is made anew once,
//! however many held it.
//!
//! Sessions are shared between processes too: see [`crate::sessions`].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use revocation_rules::retry::AttemptFailure;

/// What was made, with the version to name it by.
#[derive(Clone)]
pub(crate) struct Kept<V> {
    pub value: V,
    pub version: u64,
    pub good_until: Timestamp,
}

/// A value with the time it was made at: its age is counted from there, whoever used it since. A
/// clock that was set back by more than its life makes it no younger.
struct Made<V> {
    kept: Kept<V>,
    made_at: Timestamp,
}

impl<V> Made<V> {
    fn is_good(&self, now: Timestamp) -> bool {
        let life = self.kept.good_until.duration_since(self.made_at);
        now < self.kept.good_until && self.made_at.duration_since(now) <= life
    }
}

pub(crate) struct SingleFlight<K, V> {
    slots: Mutex<HashMap<K, Arc<Slot<V>>>>,
}

struct Slot<V> {
    /// How often it was made or failed to be.
    made: AtomicU64,
    state: tokio::sync::Mutex<State<V>>,
}

struct State<V> {
    kept: Option<Made<V>>,
    failure: Option<AttemptFailure>,
}

impl<K: Eq + Hash, V: Clone> SingleFlight<K, V> {
    pub fn new() -> Self {
        Self {
            slots: Mutex::new(HashMap::new()),
        }
    }

    /// The value of `key`, made by `make` if there is none, if it is no longer
    /// good at `now`, or if it is the `refused` version.
    pub async fn obtain<F>(
        &self,
        key: K,
        now: Timestamp,
        refused: Option<u64>,
        make: impl FnOnce() -> F + Send,
    ) -> Result<Kept<V>, AttemptFailure>
    where
        F: Future<Output = Result<(V, Timestamp), AttemptFailure>> + Send,
    {
        let slot = self.slot(key);
        let seen = slot.made.load(Ordering::SeqCst);
        let mut state = slot.state.lock().await;
        if let Some(made) = &state.kept
            && made.is_good(now)
            && Some(made.kept.version) != refused
        {
            return Ok(made.kept.clone());
        }
        state.kept = None;
        if slot.made.load(Ordering::SeqCst) != seen
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        let result = make().await;
        let version = slot.made.fetch_add(1, Ordering::SeqCst) + 1;
        match result {
            Ok((value, good_until)) => {
                let kept = Kept {
                    value,
                    version,
                    good_until,
                };
                state.failure = None;
                state.kept = Some(Made {
                    kept: kept.clone(),
                    made_at: now,
                });
                Ok(kept)
            }
            Err(failure) => {
                state.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    fn slot(&self, key: K) -> Arc<Slot<V>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(key).or_insert_with(|| {
            Arc::new(Slot {
                made: AtomicU64::new(0),
                state: tokio::sync::Mutex::new(State { kept: None, failure: None }),
            })
        });
        Arc::clone(slot)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    use futures::future::join_all;

    use super::*;
    use crate::answers::transient;

    const NOON: Timestamp = Timestamp::UNIX_EPOCH;

    fn in_secs(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).unwrap()
    }

    struct Maker {
        made: AtomicU32,
        flight: SingleFlight<&'static str, u32>,
    }

    impl Maker {
        fn new() -> Self {
            Self {
                made: AtomicU32::new(0),
                flight: SingleFlight::new(),
            }
        }

        async fn ask(&self, now: Timestamp, refused: Option<u64>) -> Kept<u32> {
            let make = || async {
                tokio::time::sleep(Duration::from_millis(5)).await;
                Ok((self.made.fetch_add(1, Ordering::SeqCst) + 1, in_secs(60)))
            };
            self.flight
                .obtain("key", now, refused, make)
                .await
                .unwrap_or_else(|_| unreachable!())
        }

        async fn fail(&self) -> Result<Kept<u32>, AttemptFailure> {
            let make = || async {
                tokio::time::sleep(Duration::from_millis(5)).await;
                self.made.fetch_add(1, Ordering::SeqCst);
                Err(transient("down"))
            };
            self.flight.obtain("key", NOON, None, make).await
        }
    }

    #[tokio::test]
    async fn fifty_who_ask_at_once_share_one() {
        let maker = Maker::new();
        let got = join_all((0..50).map(|_| maker.ask(NOON, None))).await;
        assert!(got.iter().all(|kept| kept.value == 1));
    }

    #[tokio::test]
    async fn it_is_made_anew_when_its_time_is_over() {
        let maker = Maker::new();
        assert_eq!(maker.ask(in_secs(59), None).await.value, 1);
        assert_eq!(maker.ask(in_secs(59), None).await.value, 1);
        assert_eq!(maker.ask(in_secs(60), None).await.value, 2);
    }

    #[tokio::test]
    async fn it_is_made_anew_in_its_time_however_often_it_is_used() {
        let maker = Maker::new();
        for second in 0..60 {
            assert_eq!(maker.ask(in_secs(second), None).await.value, 1);
        }
        assert_eq!(maker.ask(in_secs(60), None).await.value, 2);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_makes_it_no_younger() {
        let maker = Maker::new();
        maker.ask(in_secs(0), None).await;
        assert_eq!(maker.ask(in_secs(-60), None).await.value, 1);
        assert_eq!(maker.ask(in_secs(-61), None).await.value, 2);
    }

    #[tokio::test]
    async fn what_fifty_were_refused_with_is_made_anew_once() {
        let maker = Maker::new();
        let refused = maker.ask(NOON, None).await.version;
        let got = join_all((0..50).map(|_| maker.ask(NOON, Some(refused)))).await;
        assert!(got.iter().all(|kept| kept.value == 2));
    }

    #[tokio::test]
    async fn a_failure_is_shared_by_those_who_waited_and_by_nobody_later() {
        let maker = Maker::new();
        let got = join_all((0..50).map(|_| maker.fail())).await;
        assert!(got.iter().all(Result::is_err));
        assert_eq!(maker.made.load(Ordering::SeqCst), 1);
        assert_eq!(maker.ask(NOON, None).await.value, 2);
    }

    #[tokio::test]
    async fn who_gives_up_while_making_leaves_the_turn_to_the_next() {
        let maker = Maker::new();
        let hanging = maker.flight.obtain("key", NOON, None, std::future::pending);
        assert!(tokio::time::timeout(Duration::from_millis(5), hanging).await.is_err());
        assert_eq!(maker.ask(NOON, None).await.value, 1);
    }
}
