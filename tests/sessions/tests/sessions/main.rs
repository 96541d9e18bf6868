//! 300 workers start at once and share one session per vendor.
//!
//! Each worker is a channel client as `dispatch` makes it, with its own memory,
//! its own connections to the vendor and its own client of `DynamoDB`; the
//! vendors are the simulator, which counts logins and sessions; the table is
//! the real adapter over `DynamoDB` in this process. One more vendor is one more
//! entry in `vendors.rs`.

#![expect(clippy::unwrap_used, reason = "in tests, helpers included, a failure is a panic")]

mod stand;
mod vendors;

use revocation_rules::retry::{Answer, AttemptFailure};
use serde_json::json;

use stand::{Stand, Worker};
use vendors::{Login, Vendor, vendors};

const WORKERS: usize = 300;

fn is_overwritten(answer: &Answer) -> bool {
    matches!(answer, Answer::Ended { reason, .. } if reason == "accepted_by_vendor")
}

/// Everything that a vendor of the table promises, one after another.
async fn all_share(vendor: Vendor) {
    let name = vendor.channel.to_string();
    let stand = Stand::new(&vendor).await;
    let workers: Vec<Worker> = (0..WORKERS).map(|_| stand.worker(&vendor.credentials)).collect();

    let answers = stand.all_revoke(&workers).await;
    assert!(answers.iter().all(is_overwritten), "{name}: {answers:?}");
    stand.counted(1, "cold").await;

    stand.control("/faults", json!({"vendor": name, "expire_sessions": true})).await;
    let answers = stand.all_revoke(&workers).await;
    assert!(answers.iter().all(is_overwritten), "{name}: {answers:?}");
    stand.counted(2, "refused").await;

    // Workers that start later find it in the table.
    let late: Vec<Worker> = (0..10).map(|_| stand.worker(&vendor.credentials)).collect();
    let answers = stand.all_revoke(&late).await;
    assert!(answers.iter().all(is_overwritten), "{name}: {answers:?}");
    stand.counted(2, "late").await;

    if let Login::With { wrong } = &vendor.login {
        let workers: Vec<Worker> = (0..WORKERS).map(|_| stand.worker(wrong)).collect();
        let answers = stand.all_revoke(&workers).await;
        let waits_for_a_person = |answer: &Answer| matches!(answer, Answer::Failed(AttemptFailure::Misconfigured { .. }));
        assert!(answers.iter().all(waits_for_a_person), "{name}: {answers:?}");
        assert_eq!(stand.stat("logins").await, 3, "{name}: a wrong secret is tried once by all");
    }
}

macro_rules! each_vendor {
    ($($vendor:ident),*) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $vendor() {
            let name = stringify!($vendor);
            all_share(vendors().into_iter().find(|vendor| vendor.channel.as_str() == name).unwrap()).await;
        }
    )* };
}

each_vendor!(huawei, oppo, vivo, apns);
