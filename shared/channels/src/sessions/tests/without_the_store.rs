//! What becomes of sessions when the table does not answer.

use std::sync::atomic::AtomicBool;

use futures::future::BoxFuture;
use revocation_app::ports::{Saved, SharedPause, StoreError};
use revocation_testkit::Weather;

use super::*;

fn down() -> MemorySessions {
    MemorySessions::default().in_weather(&Weather::storm(1, 1_000))
}

#[tokio::test(start_paused = true)]
async fn without_the_store_each_worker_logs_in_once_and_goes_on() {
    let world = World::over(down(), 3);
    for _ in 0..3 {
        let all = join_all((0..30).map(|n| world.text(n % 3))).await;
        assert_eq!(all.len(), 30);
    }
    assert_eq!(world.vendor.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn without_the_store_a_wrong_secret_is_tried_once_by_each() {
    let world = World::over(down(), 3);
    *world.vendor.says.lock().unwrap() = Some(misconfigured("huawei:login_http_400"));
    for _ in 0..3 {
        assert!(world.all(None).await.iter().all(Result::is_err));
    }
    assert_eq!(world.vendor.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn without_the_store_a_refused_session_is_replaced() {
    let world = World::over(down(), 1);
    let first = world.open(0, None).await.unwrap_or_else(|_| unreachable!());
    let all = join_all((0..10).map(|_| world.open(0, Some(first.version)))).await;
    assert!(all.into_iter().all(|kept| text(kept).as_deref() == Ok("session 2")));
}

#[tokio::test(start_paused = true)]
async fn when_the_store_goes_down_a_good_session_is_used_on_until_its_end() {
    let store = GoesDown::default();
    let world = World::over(store.clone(), 2);
    world.all(None).await;
    store.is_down.store(true, Ordering::SeqCst);
    until_renewal().await;
    everybody_got("session 1", &world.all(None).await);
    let started = Instant::now();
    everybody_got("session 1", &world.all(None).await);
    assert!(started.elapsed() < Duration::from_millis(10), "the store was asked a moment ago");
    assert_eq!(world.vendor.logins(), 1);
    sleep(Duration::from_mins(10)).await;
    everybody_got("session 1", &world.all(None).await);
    sleep(Duration::from_mins(1)).await;
    assert!(world.all(None).await.iter().all(Result::is_ok));
    assert_eq!(world.vendor.logins(), 3, "it is over: each its own");
    store.is_down.store(false, Ordering::SeqCst);
    until_renewal().await;
    world.all(None).await;
    sleep(Duration::from_secs(12)).await;
    everybody_got("session 4", &world.all(None).await);
}

#[tokio::test(start_paused = true)]
async fn a_lease_whose_answer_was_lost_holds_nobody_up() {
    let store = GoesDown::default();
    store.loses_an_answer.store(true, Ordering::SeqCst);
    let world = World::over(store, 2);
    let (one, other) = futures::join!(world.text(0), async {
        sleep(Duration::from_millis(10)).await;
        let started = Instant::now();
        let text = world.text(1).await;
        assert!(started.elapsed() < Duration::from_secs(1));
        text
    });
    assert_eq!((one, other), ("session 1".to_owned(), "session 1".to_owned()));
}

/// A store with a switch: down is silent.
#[derive(Clone, Default)]
struct GoesDown {
    is_down: Arc<AtomicBool>,
    loses_an_answer: Arc<AtomicBool>,
    up: MemorySessions,
}

impl GoesDown {
    async fn answers(&self) {
        if self.is_down.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
    }
}

impl SessionStore for GoesDown {
    fn session<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SessionRecord>, StoreError>> {
        async move {
            self.answers().await;
            self.up.session(key).await
        }
        .boxed()
    }

    fn put_session<'a>(&'a self, key: &'a SessionKey, record: &'a SessionRecord, before: u64) -> BoxFuture<'a, Result<Saved, StoreError>> {
        async move {
            self.answers().await;
            let saved = self.up.put_session(key, record, before).await;
            if self.loses_an_answer.swap(false, Ordering::SeqCst) {
                return Err(StoreError::Unavailable("the answer was lost".into()));
            }
            saved
        }
        .boxed()
    }

    fn pause<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SharedPause>, StoreError>> {
        self.up.pause(key)
    }

    fn note_pause<'a>(&'a self, key: &'a SessionKey, pause: &'a SharedPause) -> BoxFuture<'a, Result<(), StoreError>> {
        self.up.note_pause(key, pause)
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_never_answers_costs_five_seconds() {
    let store = GoesDown::default();
    store.is_down.store(true, Ordering::SeqCst);
    let world = World::over(store, 1);
    let started = Instant::now();
    world.text(0).await;
    assert!(started.elapsed() < Duration::from_millis(5_200));
    world.text(0).await;
    assert!(started.elapsed() < Duration::from_millis(5_200));
}
