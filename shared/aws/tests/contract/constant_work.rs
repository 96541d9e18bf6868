//! Revoking costs the same number of AWS calls however much was delivered.

use jiff::SignedDuration;
use revocation_app::ports::{BatchRecorder, Clock, PushStore, Recorded};
use revocation_app::{Accepted, NewRevocation, request_revocation};
use revocation_aws::SystemDice;
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::push::Push;
use revocation_rules::scope::Scope;
use revocation_testkit::builders::{a_batch, a_push, task, tenant};
use revocation_testkit::{ManualClock, MemoryQueue};

use crate::support::{Stand, now};

/// Records `batches` of 1,000 deliveries and counts the requests of one revoke.
async fn requests_of_a_revoke(batches: usize, deliveries: usize) -> (usize, usize) {
    let stand = Stand::new().await;
    let clock = ManualClock::at(now());
    let push = a_pushed_task(&stand, &clock).await;
    let targets: Vec<String> = (0..deliveries).map(|n| format!("user-{n}")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    for nth in 0..batches {
        let (header, deliveries) = a_batch()
            .of(&push)
            .named(&format!("b{nth}"))
            .on(Channel::Huawei)
            .to(&targets)
            .build();
        assert_eq!(stand.store.record(&header, &deliveries).await.unwrap(), Recorded::New);
    }
    let request = NewRevocation {
        push: push.registration.push.clone(),
        scope: Scope::everything(),
        reason: "wrong price".to_owned(),
        notices: None,
        requested_by: "key-1".parse().unwrap(),
    };
    let queue = MemoryQueue::new(&clock);
    let channels = Channels::new([Channel::Huawei]);
    let before = stand.faults.requests();
    let accepted = request_revocation(&stand.store, &queue, &clock, &SystemDice, &channels, &request)
        .await
        .unwrap();
    assert!(matches!(accepted, Accepted::New(_)));
    (stand.faults.requests() - before, queue.sent().len())
}

async fn a_pushed_task(stand: &Stand, clock: &ManualClock) -> Push {
    let mut push = a_push().named(task(&tenant("shop"), "20842863")).build();
    push.registration.sent_at = clock.now() - SignedDuration::from_secs(60);
    push.registered_at = clock.now();
    stand.store.insert_push(&push).await.unwrap();
    push
}

#[tokio::test]
async fn a_revoke_makes_the_same_calls_for_10_and_for_1_000_000_deliveries() {
    // The push, the app's notice (for neither the request nor the push brings one), one transaction,
    // one queue message; the key's read is cached or one more.
    assert_eq!(requests_of_a_revoke(1, 10).await, (3, 1));
    assert_eq!(requests_of_a_revoke(1_000, 1_000).await, (3, 1));
}
