//! Nothing is asked of a vendor once the time to ask is over: no login, and nobody waits for another's.

use futures::future::BoxFuture;
use revocation_app::ports::{Saved, SharedPause, StoreError};
use revocation_testkit::Weather;

use super::*;

/// When the time to ask is over, in seconds from the beginning.
const ASK_UNTIL: i64 = 5;

impl World {
    /// An order that may ask for five seconds from the beginning on.
    async fn open_in_time(&self, worker: usize, refused: Option<u64>) -> Result<String, AttemptFailure> {
        let ask_until = builders::noon() + SignedDuration::from_secs(ASK_UNTIL);
        let login = || self.vendor.login();
        text(self.workers[worker].open(&Account("secret"), refused, ask_until, login).await)
    }
}

fn in_vain() -> Result<String, AttemptFailure> {
    Err(transient("huawei:session_wait"))
}

#[tokio::test]
async fn no_login_begins_when_the_time_is_over_and_none_a_moment_before_it_is_cut() {
    let clock = ManualClock::at(builders::noon());
    let world = World::with(MemorySessions::default(), Arc::new(clock.clone()), 2);
    clock.advance(SignedDuration::from_secs(ASK_UNTIL));
    assert_eq!(world.open_in_time(0, None).await, in_vain());
    assert_eq!(world.vendor.logins(), 0);
    // A millisecond earlier it begins, and what comes of it is everybody's.
    clock.advance(SignedDuration::from_millis(-1));
    assert_eq!(world.open_in_time(0, None).await.as_deref(), Ok("session 1"));
    clock.advance(SignedDuration::from_secs(60));
    assert_eq!(
        world.open_in_time(1, None).await.as_deref(),
        Ok("session 1"),
        "nothing has to be asked"
    );
    assert_eq!(world.vendor.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_another_s_login_longer_than_it_may_ask() {
    let world = World::over(MemorySessions::default(), 2);
    // It is killed after a second, and holds its lease for 12.
    world.one_is_killed().await;
    let started = Instant::now();
    assert_eq!(world.open_in_time(0, None).await, in_vain());
    assert!(started.elapsed() <= Duration::from_secs(4), "{:?}", started.elapsed());
    // The lease is over now, and so is the time.
    sleep(Duration::from_secs(13)).await;
    assert_eq!(world.open_in_time(1, None).await, in_vain());
    assert_eq!(world.vendor.logins(), 0);
    assert_eq!(world.text(1).await, "session 1");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_turn_in_its_own_process_longer_than_it_may_ask() {
    let world = World::over(MemorySessions::default(), 1);
    let slow = world.workers[0].open(&Account("secret"), None, Timestamp::MAX, || async {
        sleep(Duration::from_secs(9)).await;
        world.vendor.login().await
    });
    let started = Instant::now();
    let (slow, waiting) = futures::join!(slow, async {
        sleep(Duration::from_millis(1)).await;
        let waiting = world.open_in_time(0, None).await;
        (waiting, started.elapsed())
    });
    assert_eq!(text(slow).as_deref(), Ok("session 1"));
    assert_eq!(waiting.0, in_vain());
    assert!(waiting.1 < Duration::from_secs(6), "{:?}", waiting.1);
}

/// The table answers so late that the time is over: the lease that was taken is given back.
#[tokio::test(start_paused = true)]
async fn a_lease_that_came_too_late_is_given_back() {
    let clock = ManualClock::at(builders::noon());
    let store = Late(clock.clone(), MemorySessions::default());
    let world = World::with(store.clone(), Arc::new(clock), 2);
    assert_eq!(world.open_in_time(0, None).await, in_vain());
    assert_eq!(world.vendor.logins(), 0);
    let record = store.1.records().remove(0);
    assert_eq!((record.leased_until, record.failure), (None, None));
    assert_eq!(world.text(1).await, "session 1", "nobody is in its way");
}

#[tokio::test]
async fn without_the_store_no_login_begins_when_the_time_is_over() {
    let clock = ManualClock::at(builders::noon());
    let down = MemorySessions::default().in_weather(&Weather::storm(1, 1_000));
    let world = World::with(down, Arc::new(clock.clone()), 1);
    clock.advance(SignedDuration::from_secs(ASK_UNTIL));
    assert_eq!(world.open_in_time(0, None).await, in_vain());
    assert_eq!(world.vendor.logins(), 0);
}

/// Each write takes six seconds by everybody's clock.
#[derive(Clone)]
struct Late(ManualClock, MemorySessions);

impl SessionStore for Late {
    fn session<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SessionRecord>, StoreError>> {
        self.1.session(key)
    }

    fn put_session<'a>(&'a self, key: &'a SessionKey, record: &'a SessionRecord, before: u64) -> BoxFuture<'a, Result<Saved, StoreError>> {
        self.0.advance(SignedDuration::from_secs(6));
        self.1.put_session(key, record, before)
    }

    fn pause<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SharedPause>, StoreError>> {
        self.1.pause(key)
    }

    fn note_pause<'a>(&'a self, key: &'a SessionKey, pause: &'a SharedPause) -> BoxFuture<'a, Result<(), StoreError>> {
        self.1.note_pause(key, pause)
    }
}
