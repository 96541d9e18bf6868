//! 300 workers start at once and share one session per vendor, and the pauses that it asks for.
//!
//! Each worker is a channel client as `dispatch` makes it, with its own memory,
//! its own connections to the vendor and its own client of `DynamoDB`; the
//! vendors are the simulator, which counts logins and sessions; the table is
//! the real adapter over `DynamoDB` in this process. One more vendor is one more
//! entry in `vendors.rs`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in tests, helpers included, a failure is a panic")]

mod stand;
mod vendors;

use std::time::Duration;

use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::{Answer, AttemptFailure};
use serde_json::json;

use stand::{Stand, Worker};
use vendors::{Login, Vendor, vendors};

const WORKERS: usize = 300;

fn all_overwritten(name: &str, answers: &[Answer]) {
    for answer in answers {
        let is_overwritten = matches!(
            answer,
            Answer::Ended {
                outcome: Outcome::Overwritten,
                ..
            }
        );
        assert!(is_overwritten, "{name}: {answer:?}");
    }
}

/// Cold, refused, late, and with a wrong secret.
async fn all_share(vendor: Vendor) {
    let name = vendor.channel.to_string();
    let stand = Stand::new(&vendor).await;
    let workers: Vec<Worker> = (0..WORKERS).map(|_| stand.worker(&vendor.credentials)).collect();

    let answers = stand.all_revoke(&workers).await;
    all_overwritten(&name, &answers);
    stand.counted(1, "cold").await;

    stand.control("/faults", json!({"vendor": name, "expire_sessions": true})).await;
    let answers = stand.all_revoke(&workers).await;
    all_overwritten(&name, &answers);
    stand.counted(2, "refused").await;

    // Workers that start later find it in the table.
    let late: Vec<Worker> = (0..10).map(|_| stand.worker(&vendor.credentials)).collect();
    let answers = stand.all_revoke(&late).await;
    all_overwritten(&name, &answers);
    stand.counted(2, "late").await;

    if let Login::With { wrong } = &vendor.login {
        let workers: Vec<Worker> = (0..WORKERS).map(|_| stand.worker(wrong)).collect();
        let answers = stand.all_revoke(&workers).await;
        for answer in answers {
            let waits_for_a_person = matches!(answer, Answer::Failed(AttemptFailure::Misconfigured { .. }));
            assert!(waits_for_a_person, "{name}: {answer:?}");
        }
        assert_eq!(stand.stat("logins").await, 3, "{name}: a wrong secret is tried once by all");
    }
}

/// One vendor after the other: 300 workers are enough for one machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_workers_share_one_session_per_vendor() {
    for vendor in vendors() {
        all_share(vendor).await;
    }
}

/// Whoever is told to wait says so to all: of 300 workers one asks.
async fn all_wait(vendor: Vendor) {
    let name = vendor.channel.to_string();
    let stand = Stand::new(&vendor).await;
    let workers: Vec<Worker> = (0..WORKERS).map(|_| stand.worker(&vendor.credentials)).collect();
    all_overwritten(&name, &stand.all_revoke(&workers).await);

    let before = stand.stat("calls").await;
    let faults = json!({"vendor": name, "throttle_next": WORKERS, "retry_after_s": 300});
    stand.control("/faults", faults).await;
    let first = stand.all_revoke(&workers[..1]).await;
    // What the others have read of the table is half a second old by then.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let rest = stand.all_revoke(&workers[1..]).await;
    let new = stand.all_revoke(&[stand.worker(&vendor.credentials)]).await;
    for answer in first.iter().chain(&rest).chain(&new) {
        let Answer::Failed(AttemptFailure::Throttled {
            retry_after: Some(wait), ..
        }) = answer
        else {
            panic!("{name}: {answer:?}");
        };
        assert!((200..=300).contains(&wait.as_secs()), "{name}: {wait:?}");
    }
    assert_eq!(stand.stat("calls").await - before, 1, "{name}: calls that reached it");

    // Another account of the same vendor is not paused: it finds out itself that its secret is wrong.
    if let Login::With { wrong } = &vendor.login {
        let other = stand.all_revoke(&[stand.worker(wrong)]).await;
        assert!(
            matches!(other[..], [Answer::Failed(AttemptFailure::Misconfigured { .. })]),
            "{name}: {other:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_workers_wait_when_one_of_them_is_told_to() {
    // Apple asks no account to wait.
    for vendor in vendors().into_iter().filter(|vendor| vendor.channel != Channel::Apns) {
        all_wait(vendor).await;
    }
}
