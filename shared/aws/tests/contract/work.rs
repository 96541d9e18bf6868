//! Reading all that one dispatch needs.

use revocation_app::ports::{BatchRecorder as _, BatchWorkStore as _, Finished, Payload, PushStore as _, RevocationStore as _};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::terms::Assignment;

use super::support::*;

#[tokio::test]
async fn an_unknown_batch_is_no_work() {
    let stand = Stand::new().await;
    let header = a_header(&a_push(&task("t1")), "b1", &deliveries(1));
    assert_eq!(stand.store.work(&header.batch, &revocation_id("r"), None).await.unwrap(), None);
}

#[tokio::test]
async fn work_has_the_batch_its_progress_and_its_revocation() {
    let stand = Stand::new().await;
    let push = a_push(&task("t1"));
    stand.store.insert_push(&push).await.unwrap();
    for (id, count) in [("small", 2_u32), ("large", 300)] {
        let sent = deliveries(count);
        let header = a_header(&push, id, &sent);
        stand.store.record(&header, &sent).await.unwrap();
        let nothing_more = stand.store.work(&header.batch, &revocation_id("no"), None).await.unwrap().unwrap();
        assert_eq!(nothing_more.header, header);
        let contents = stand.store.contents(&header, nothing_more.payload).await.unwrap();
        assert_eq!(contents.deliveries.as_ref(), Some(&sent));
        assert_eq!(nothing_more.progress, None);
        assert_eq!(nothing_more.revocation, None);

        let read = stand.store.push(&task("t1")).await.unwrap().unwrap();
        let revocation = a_revocation(&read, id);
        stand.store.insert_revocation(&read, &revocation).await.unwrap();
        let mut progress = BatchProgress::fresh(&header);
        progress.slots.end(1, Outcome::Overwritten, "huawei:80000000");
        progress.not_before = Some(later(30));
        let change = progress.book(&revocation.id, &[0, 1]);
        assert_eq!(
            stand
                .store
                .finish(&progress, &[(revocation.id.clone(), change.clone())])
                .await
                .unwrap(),
            Finished::Yes
        );
        let work = stand.store.work(&header.batch, &revocation.id, None).await.unwrap().unwrap();
        assert_eq!(work.revocation, Some(Assignment::from(&revocation)));
        assert_eq!(work.progress, Some(BatchProgress { version: 1, ..progress }));
    }
}

#[tokio::test]
async fn a_payload_that_is_gone_leaves_the_header() {
    let stand = Stand::new().await;
    let sent = deliveries(300);
    let header = a_header(&a_push(&task("t1")), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    let payload = stand.item("payload#").await;
    let delete = stand.client.delete_item().table_name(PUSHES);
    delete
        .key("pk", payload["pk"].clone())
        .key("sk", payload["sk"].clone())
        .send()
        .await
        .unwrap();
    let work = stand.store.unasked_work(&header.batch).await.unwrap().unwrap();
    assert_eq!(work.header, header);
    assert_eq!(work.deliveries, None);
}

#[tokio::test]
async fn what_was_done_is_read_consistently_in_one_trip_and_the_rest_in_a_second() {
    let stand = Stand::new().await;
    let sent = deliveries(300);
    let header = a_header(&a_push(&task("t1")), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    let work = stand
        .store
        .work(&header.batch, &revocation_id("r"), Some(0))
        .await
        .unwrap()
        .unwrap();
    let reads = || ["BatchGetItem", "GetItem", "Query"].map(|operation| stand.faults.calls(operation).len());
    assert_eq!(reads(), [1, 0, 0]);
    let batch_get = &stand.faults.calls("BatchGetItem")[0];
    assert_eq!(batch_get["RequestItems"][PUSHES]["ConsistentRead"], true);

    stand.store.contents(&work.header, work.payload).await.unwrap();
    assert_eq!(reads(), [1, 1, 1]);
    assert_eq!(stand.faults.calls("Query")[0]["ConsistentRead"], true);
    // What lies under a digest is the same for ever.
    assert_eq!(stand.faults.calls("GetItem")[0]["ConsistentRead"], serde_json::Value::Null);
}

/// An eventually consistent read may come too early for a payload that was written a moment ago.
#[tokio::test]
async fn a_payload_that_is_not_there_yet_is_asked_for_again_consistently() {
    let stand = Stand::new().await;
    let sent = deliveries(300);
    let header = a_header(&a_push(&task("t1")), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    stand.faults.plan("GetItem", Fault::Says(200, "{}".to_owned()));
    let contents = stand.store.contents(&header, Payload::Apart).await.unwrap();
    assert_eq!(contents.deliveries, Some(sent));
    assert_eq!(stand.faults.calls("GetItem")[1]["ConsistentRead"], true);
}

#[tokio::test]
async fn keys_that_were_not_processed_are_asked_for_again() {
    let stand = Stand::new().await;
    let sent = deliveries(1);
    let header = a_header(&a_push(&task("t1")), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    let item = stand.item("batch#").await;
    let key = |name: &str| item[name].as_s().unwrap();
    let unprocessed = serde_json::json!({
        "Responses": {},
        "UnprocessedKeys": { PUSHES: { "Keys": [{ "pk": { "S": key("pk") }, "sk": { "S": key("sk") } }], "ConsistentRead": true } },
    });
    stand.faults.plan("BatchGetItem", Fault::Says(200, unprocessed.to_string()));
    let work = stand.store.unasked_work(&header.batch).await.unwrap().unwrap();
    assert_eq!(work.deliveries, Some(sent));
    assert_eq!(stand.faults.calls("BatchGetItem").len(), 2);

    for _ in 0..20 {
        stand.faults.plan("BatchGetItem", Fault::Says(200, unprocessed.to_string()));
    }
    assert!(stand.store.unasked_work(&header.batch).await.is_err());
}
