//! Many workers, one store, one account; time is tokio's and paused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{join_all, pending};
use jiff::SignedDuration;
use revocation_testkit::{ManualClock, MemorySessions, builders};
use tokio::time::{sleep, timeout};

use super::*;
use crate::answers::misconfigured;

mod in_time;
mod without_the_store;

/// What a session is good for.
const LIFE: SignedDuration = SignedDuration::from_secs(3_300);

/// Shows the time of tokio.
#[derive(Clone)]
pub(super) struct TokioClock {
    started: Instant,
    pub skew: SignedDuration,
}

impl TokioClock {
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            skew: SignedDuration::ZERO,
        }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        builders::noon() + self.started.elapsed() + self.skew
    }
}

pub(super) struct Account(pub &'static str);

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        vec!["app", self.0]
    }
}

/// A vendor whose sessions are numbered, and which takes 100 ms to open one.
struct Vendor {
    clock: Arc<dyn Clock>,
    logins: AtomicUsize,
    says: Mutex<Option<AttemptFailure>>,
}

impl Vendor {
    async fn login(&self) -> Result<Opened, AttemptFailure> {
        let nth = self.logins.fetch_add(1, Ordering::SeqCst) + 1;
        sleep(Duration::from_millis(100)).await;
        let says = self.says.lock().unwrap().clone();
        says.map_or_else(|| Ok(self.opened(nth)), Err)
    }

    fn opened(&self, nth: usize) -> Opened {
        Opened {
            text: format!("session {nth}").into(),
            good_until: self.clock.now() + LIFE,
        }
    }

    fn logins(&self) -> usize {
        self.logins.load(Ordering::SeqCst)
    }
}

/// Workers that know nothing of each other.
struct World {
    clock: Arc<dyn Clock>,
    store: Arc<dyn SessionStore>,
    vendor: Vendor,
    workers: Vec<SharedSessions>,
}

impl World {
    fn over(store: impl SessionStore + 'static, workers: usize) -> Self {
        Self::with(store, Arc::new(TokioClock::new()), workers)
    }

    fn with(store: impl SessionStore + 'static, clock: Arc<dyn Clock>, workers: usize) -> Self {
        let store: Arc<dyn SessionStore> = Arc::new(store);
        let vendor = Vendor {
            clock: Arc::clone(&clock),
            logins: AtomicUsize::new(0),
            says: Mutex::new(None),
        };
        let mut world = Self {
            clock,
            store,
            vendor,
            workers: Vec::new(),
        };
        world.workers = (0..workers).map(|_| world.worker()).collect();
        world
    }

    fn worker(&self) -> SharedSessions {
        SharedSessions::new(Channel::Huawei, Arc::clone(&self.store), Arc::clone(&self.clock))
    }

    async fn open(&self, worker: usize, refused: Option<u64>) -> Result<Kept<SessionText>, AttemptFailure> {
        self.workers[worker]
            .open(&Account("secret"), refused, Timestamp::MAX, || self.vendor.login())
            .await
    }

    /// All workers at once; what each got.
    async fn all(&self, refused: Option<u64>) -> Vec<Result<String, AttemptFailure>> {
        let all = (0..self.workers.len()).map(|worker| self.open(worker, refused).map(text));
        join_all(all).await
    }

    async fn text(&self, worker: usize) -> String {
        text(self.open(worker, None).await).unwrap()
    }

    /// A worker that is killed while it logs in.
    async fn one_is_killed(&self) {
        let doomed = self.worker();
        let opening = doomed.open(&Account("secret"), None, Timestamp::MAX, pending);
        assert!(timeout(Duration::from_secs(1), opening).await.is_err());
    }
}

fn text(kept: Result<Kept<SessionText>, AttemptFailure>) -> Result<String, AttemptFailure> {
    kept.map(|kept| kept.value.expose().to_owned())
}

fn everybody_got(text: &str, all: &[Result<String, AttemptFailure>]) {
    for one in all {
        assert_eq!(one.as_deref(), Ok(text));
    }
}

/// Waits until the sessions of a fresh world are due for renewal.
async fn until_renewal() {
    sleep(Duration::from_secs(2_641)).await;
}

#[tokio::test(start_paused = true)]
async fn three_hundred_workers_who_start_at_once_log_in_once() {
    let world = World::over(MemorySessions::default(), 300);
    everybody_got("session 1", &world.all(None).await);
    assert_eq!(world.vendor.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_asks_the_store_once_for_all_its_calls() {
    let world = World::over(MemorySessions::default(), 1);
    let all = join_all((0..50).map(|_| world.text(0))).await;
    assert!(all.iter().all(|text| text == "session 1"));
    assert_eq!(world.vendor.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_tried_once_in_half_a_minute_by_all() {
    let world = World::over(MemorySessions::default(), 300);
    let wrong = misconfigured("huawei:login_http_400");
    *world.vendor.says.lock().unwrap() = Some(wrong.clone());
    for logins in [1, 1, 2] {
        for one in world.all(None).await {
            assert_eq!(one, Err(wrong.clone()));
        }
        assert_eq!(world.vendor.logins(), logins);
        sleep(Duration::from_secs(20)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_changed_is_tried_at_once() {
    let world = World::over(MemorySessions::default(), 1);
    *world.vendor.says.lock().unwrap() = Some(misconfigured("huawei:login_http_400"));
    assert!(world.open(0, None).await.is_err());
    *world.vendor.says.lock().unwrap() = None;
    let changed = world.workers[0]
        .open(&Account("changed"), None, Timestamp::MAX, || world.vendor.login())
        .await;
    assert_eq!(text(changed).as_deref(), Ok("session 2"));
}

#[tokio::test(start_paused = true)]
async fn a_bad_moment_is_shared_for_seconds() {
    let world = World::over(MemorySessions::default(), 300);
    *world.vendor.says.lock().unwrap() = Some(transient("huawei:login_http_503"));
    assert!(world.all(None).await.iter().all(Result::is_err));
    assert_eq!(world.vendor.logins(), 1);
    *world.vendor.says.lock().unwrap() = None;
    sleep(Duration::from_secs(3)).await;
    everybody_got("session 2", &world.all(None).await);
}

#[tokio::test(start_paused = true)]
async fn one_renews_early_and_nobody_else_waits() {
    let world = World::over(MemorySessions::default(), 300);
    world.all(None).await;
    until_renewal().await;
    let started = Instant::now();
    let (one, all) = futures::join!(world.text(0), async {
        sleep(Duration::from_millis(1)).await;
        let all = world.all(None).await;
        assert!(started.elapsed() < Duration::from_millis(50), "while the first is still at it");
        all
    });
    assert_eq!(one, "session 2");
    everybody_got("session 1", &all);
    sleep(Duration::from_secs(12)).await;
    everybody_got("session 2", &world.all(None).await);
    assert_eq!(world.vendor.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_costs_nothing_and_is_tried_again_by_one() {
    let world = World::over(MemorySessions::default(), 300);
    world.all(None).await;
    until_renewal().await;
    *world.vendor.says.lock().unwrap() = Some(transient("huawei:login_http_503"));
    for logins in [2, 2, 3] {
        everybody_got("session 1", &world.all(None).await);
        assert_eq!(world.vendor.logins(), logins);
        sleep(Duration::from_secs(2)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_three_hundred_were_refused_with_is_replaced_once() {
    let world = World::over(MemorySessions::default(), 300);
    world.all(None).await;
    let refused = world.open(0, None).await.unwrap_or_else(|_| unreachable!()).version;
    everybody_got("session 2", &world.all(Some(refused)).await);
    sleep(Duration::from_mins(1)).await;
    everybody_got("session 2", &world.all(Some(refused)).await);
    assert_eq!(world.vendor.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_same_text_given_again_is_another_version() {
    let world = World::over(MemorySessions::default(), 2);
    let always_the_same = || async { Ok(world.vendor.opened(1)) };
    let open = |worker: usize, refused| world.workers[worker].open(&Account("secret"), refused, Timestamp::MAX, always_the_same);
    let first = open(0, None).await.unwrap_or_else(|_| unreachable!());
    let second = open(0, Some(first.version)).await.unwrap_or_else(|_| unreachable!());
    assert_ne!(first.version, second.version);
    let other = open(1, Some(first.version)).await.unwrap_or_else(|_| unreachable!());
    assert_eq!(other.version, second.version, "replaced once, for both");
}

#[tokio::test(start_paused = true)]
async fn who_is_killed_holds_the_others_up_for_seconds() {
    let world = World::over(MemorySessions::default(), 300);
    world.one_is_killed().await;
    let started = Instant::now();
    everybody_got("session 1", &world.all(None).await);
    assert_eq!(world.vendor.logins(), 1);
    assert!(started.elapsed() < Duration::from_secs(13), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_is_killed_while_renewing_holds_nobody_up() {
    let world = World::over(MemorySessions::default(), 300);
    world.all(None).await;
    until_renewal().await;
    world.one_is_killed().await;
    let started = Instant::now();
    everybody_got("session 1", &world.all(None).await);
    assert!(started.elapsed() < Duration::from_secs(1));
    sleep(Duration::from_secs(12)).await;
    assert_eq!(world.text(0).await, "session 2");
}

#[tokio::test(start_paused = true)]
async fn a_login_that_hangs_ends_in_time_and_is_told_to_all() {
    let world = World::over(MemorySessions::default(), 2);
    let started = Instant::now();
    let (one, other) = futures::join!(world.workers[0].open(&Account("secret"), None, Timestamp::MAX, pending), async {
        sleep(Duration::from_millis(1)).await;
        world.open(1, None).await
    });
    for failed in [one, other] {
        assert_eq!(text(failed), Err(transient("huawei:login_timeout")));
    }
    assert!(started.elapsed() < Duration::from_secs(12));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever_for_those_who_are_killed_one_after_another() {
    let world = World::over(MemorySessions::default(), 1);
    let killing = async {
        loop {
            let doomed = world.worker();
            let opening = doomed.open(&Account("secret"), None, Timestamp::MAX, pending);
            let _ = timeout(Duration::from_secs(9), opening).await;
            sleep(Duration::from_millis(1)).await;
        }
    };
    let waiting = async {
        sleep(Duration::from_millis(1)).await;
        let started = Instant::now();
        let result = world.open(0, None).await;
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        result
    };
    tokio::select! {
        () = killing => unreachable!(),
        // Its turn came, or it gives up for now.
        result = waiting => assert!(result.is_ok() || text(result) == Err(transient("huawei:session_wait"))),
    }
}

#[tokio::test(start_paused = true)]
async fn who_lost_its_lease_writes_over_nothing_and_takes_what_came_after() {
    let clock = ManualClock::at(builders::noon());
    let store = MemorySessions::default();
    let world = World::with(store.clone(), Arc::new(clock.clone()), 2);
    let slow = world.workers[0].open(&Account("secret"), None, Timestamp::MAX, || async {
        // Frozen for longer than its lease: the other one takes its place.
        clock.advance(SignedDuration::from_secs(13));
        assert_eq!(world.text(1).await, "session 1");
        Ok(Opened {
            text: "late".into(),
            good_until: world.clock.now() + LIFE,
        })
    });
    assert_eq!(text(slow.await).as_deref(), Ok("session 1"));
    let kept = store.records().remove(0).session;
    assert_eq!(kept.map(|session| session.text), Some("session 1".into()));
}
