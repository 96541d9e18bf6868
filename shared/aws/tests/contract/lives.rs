//! Ids that are used again while `DynamoDB` has not deleted, or not all, of their first life.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use revocation_app::ports::{
    BatchRecorder as _, BatchWorkStore as _, Claimed, Finished, Inserted, PushStore as _, Recorded, RevocationStore as _,
};
use revocation_aws::DynamoPushStore;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_testkit::contract;

use super::support::*;

/// The stand's store by another clock.
fn at(stand: &Stand, time: Timestamp) -> DynamoPushStore {
    stand.store.clone().with_clock(Arc::new(StillClock(Mutex::new(time))))
}

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_ids_that_are_used_again() {
    let stand = Stand::new().await;
    let clock = Arc::new(StillClock(Mutex::new(now())));
    let store = stand.store.clone().with_clock(clock.clone());
    Box::pin(contract::lives(&store, &|time| *clock.0.lock().unwrap() = time)).await;
}

#[tokio::test]
async fn a_push_that_expired_and_was_not_deleted_yet_does_not_stand_in_the_way() {
    let stand = Stand::new().await;
    for id in ["t1", "20842863"] {
        let first = a_push(&task(id));
        stand.store.insert_push(&first).await.unwrap();
        let revocation = a_revocation(&first, id);
        stand.store.insert_revocation(&first, &revocation).await.unwrap();
        let mut second = a_push(&task(id));
        second.registration.title = "another".to_owned();
        second.registration.sent_at = later(31 * DAY);
        second.registered_at = later(31 * DAY);
        assert!(matches!(
            at(&stand, later(29 * DAY)).insert_push(&second).await.unwrap(),
            Inserted::Existing(_)
        ));
        let store = at(&stand, later(31 * DAY));
        assert_eq!(store.push(&task(id)).await.unwrap(), None, "{id}");
        assert_eq!(store.insert_push(&second).await.unwrap(), Inserted::New, "{id}");
        assert_eq!(store.push(&task(id)).await.unwrap(), Some(second), "{id}");
    }
}

#[tokio::test]
async fn outcomes_that_outlived_their_batch_are_not_those_of_the_next() {
    for count in [3, 4] {
        let stand = Stand::new().await;
        let push = a_push(&task("t1"));
        let header = stand.recorded(3).await;
        let by = revocation_id("r");
        let mut progress = BatchProgress::fresh(&header);
        for slot in 0..3 {
            progress.slots.end(slot, Outcome::Overwritten, "accepted_by_vendor");
        }
        let change = progress.book(&by, &[0, 1, 2]);
        assert_eq!(stand.store.finish(&progress, &[(by.clone(), change)]).await.unwrap(), Finished::Yes);
        stand.delete("batch#").await;

        let store = at(&stand, later(31 * DAY));
        let sent = deliveries(count);
        let mut header = a_header(&push, "b1", &sent);
        (header.sent_at, header.recorded_at) = (later(31 * DAY), later(31 * DAY));
        assert_eq!(store.record(&header, &sent).await.unwrap(), Recorded::New);
        let work = store.work(&header.batch, &by, None).await.unwrap().unwrap();
        assert_eq!(work.progress, None, "{count}");
    }
}

/// As older code wrote it.
async fn forget_the_recording(stand: &Stand) {
    let mut item = stand.item("outcome#").await;
    item.remove("recorded_at").unwrap();
    // They are there only where they say something.
    for newer in ["before", "suspected"] {
        item.remove(newer);
    }
    stand.put(item).await;
}

#[tokio::test]
async fn a_progress_that_older_code_wrote_is_that_of_its_recording() {
    let stand = Stand::new().await;
    let header = stand.recorded(3).await;
    // Its lease holds for newer code, too.
    assert_eq!(stand.store.claim(&claimed(&header)).await.unwrap(), Claimed::Yes);
    forget_the_recording(&stand).await;
    let work = stand.store.work(&header.batch, &revocation_id("r"), None).await.unwrap().unwrap();
    assert_eq!((work.progress, work.earlier), (Some(claimed(&header)), None));

    // It was written long before this recording.
    let store = at(&stand, later(31 * DAY));
    let mut second = header.clone();
    (second.sent_at, second.recorded_at) = (later(31 * DAY), later(31 * DAY));
    assert_eq!(store.record(&second, &deliveries(3)).await.unwrap(), Recorded::New);
    let work = store.work(&header.batch, &revocation_id("r"), None).await.unwrap().unwrap();
    assert_eq!(work.progress, None);
    let next = BatchProgress::start(&second, work.earlier).claimed(later(31 * DAY + 60));
    assert_eq!(next.version, 2, "nobody who still holds the first can write");
    assert_eq!(store.claim(&next).await.unwrap(), Claimed::Yes);
}

#[tokio::test]
async fn older_code_finds_in_a_progress_all_that_it_knows() {
    let stand = Stand::new().await;
    let header = stand.recorded(3).await;
    let by = revocation_id("r");
    let mut progress = BatchProgress::fresh(&header);
    progress.slots.end(0, Outcome::Failed, "suspected_setting:apns:BadDeviceToken");
    let change = progress.book(&by, &[0, 1, 2]);
    stand.store.finish(&progress, &[(by.clone(), change)]).await.unwrap();
    let item = stand.item("outcome#").await;
    // It refuses any word in here that is no outcome.
    assert_eq!(item["counted"], AttributeValue::S(format!("{{\"{by}\":{{\"failed\":1}}}}")));
    // Counters have a place and names of their own, where it does not look.
    let counters = stand.item("counters").await;
    assert_eq!((number(&counters, "huawei_12"), number(&counters, "huawei_suspected")), (1, 1));
}
