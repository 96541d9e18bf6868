//! Recording batches, and paging through their headers.

use revocation_app::ports::{BatchHeaders as _, BatchRecorder as _, BatchWorkStore as _, Recorded, StoreError};
use revocation_rules::batch::{Delivery, Handle};
use revocation_rules::push::Push;

use super::support::*;

fn push() -> Push {
    a_push(&task("t1"))
}

#[tokio::test]
async fn a_batch_sent_twice_is_recorded_once() {
    let stand = Stand::new().await;
    for (id, count) in [("small", 2), ("large", 500)] {
        let sent = deliveries(count);
        let header = a_header(&push(), id, &sent);
        assert_eq!(stand.store.record(&header, &sent).await.unwrap(), Recorded::New);
        assert_eq!(stand.store.record(&header, &sent).await.unwrap(), Recorded::Same);
    }
    assert_eq!(stand.items("batch#").await.len(), 2);
}

#[tokio::test]
async fn another_batch_under_the_same_id_is_a_conflict_and_changes_nothing() {
    let stand = Stand::new().await;
    for (id, first, second) in [("small", 2, 3), ("large", 500, 600), ("grows", 2, 500), ("shrinks", 500, 2)] {
        let (first, second) = (deliveries(first), deliveries(second));
        let header = a_header(&push(), id, &first);
        assert_eq!(stand.store.record(&header, &first).await.unwrap(), Recorded::New);
        let other = a_header(&push(), id, &second);
        assert_eq!(stand.store.record(&other, &second).await.unwrap(), Recorded::Conflict);
        let work = stand.store.unasked_work(&header.batch).await.unwrap().unwrap();
        assert_eq!(work.header, header, "{id}");
        assert_eq!(work.deliveries, Some(first), "{id}");
    }
}

#[tokio::test]
async fn a_recording_whose_answer_was_lost_is_the_same_batch() {
    let stand = Stand::new().await;
    let sent = deliveries(2);
    stand.faults.plan("PutItem", Fault::AnswerLost);
    let recorded = stand.store.record(&a_header(&push(), "b1", &sent), &sent).await.unwrap();
    assert_eq!(recorded, Recorded::Same);
}

#[tokio::test]
async fn a_payload_that_is_kept_without_its_header_is_no_batch() {
    let stand = Stand::new().await;
    let sent = deliveries(500);
    let header = a_header(&push(), "b1", &sent);
    stand.faults.plan("PutItem", Fault::Says(200, "{}".to_owned()));
    stand.faults.plan(
        "PutItem",
        Fault::Says(400, r#"{"__type":"ValidationException","message":"no"}"#.to_owned()),
    );
    assert!(stand.store.record(&header, &sent).await.is_err());
    assert_eq!(stand.store.unasked_work(&header.batch).await.unwrap(), None);
    assert_eq!(stand.store.record(&header, &sent).await.unwrap(), Recorded::New);
}

#[tokio::test]
async fn a_payload_under_one_kilobyte_travels_inside_its_header() {
    let stand = Stand::new().await;
    let sent = deliveries(2);
    stand.store.record(&a_header(&push(), "b1", &sent), &sent).await.unwrap();
    assert!(stand.item("batch#").await.contains_key("payload"));
    assert!(stand.items("payload#").await.is_empty());

    let sent = deliveries(100);
    stand.store.record(&a_header(&push(), "b2", &sent), &sent).await.unwrap();
    assert_eq!(stand.items("payload#").await.len(), 1);
}

#[tokio::test]
async fn header_and_payload_are_kept_for_two_days_past_the_window() {
    let stand = Stand::new().await;
    let sent = deliveries(100);
    let header = a_header(&push(), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    let until = header.sent_at.as_second() + 1 + 9 * DAY;
    assert_eq!(number(&stand.item("batch#").await, "expires_at"), until);
    assert_eq!(number(&stand.item("payload#").await, "expires_at"), until);
}

#[tokio::test]
async fn a_batch_too_large_for_an_item_is_refused_before_anything_is_written() {
    let stand = Stand::new().await;
    let sent: Vec<Delivery> = (0..1_000)
        .map(|n| Delivery {
            target: token(n + 5_000, 256).parse().unwrap(),
            token: token(n, 512).parse().unwrap(),
            handle: Some(Handle::NotifyId(n + 1)),
            vendor_task: None,
            locale: None,
            subscription: None,
        })
        .collect();
    let record = async |sent: &[Delivery]| stand.store.record(&a_header(&push(), "b1", sent), sent).await;
    let refused = record(&sent).await;
    let Err(StoreError::TooLarge {
        item: "batch",
        fits: Some(fits),
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert!(record(&sent[..=fits]).await.is_err(), "one more does not fit");
    assert!(stand.faults.calls("PutItem").is_empty());
    assert_eq!(record(&sent[..fits]).await.unwrap(), Recorded::New);
}

#[tokio::test]
async fn a_full_batch_of_ordinary_tokens_fits() {
    let stand = Stand::new().await;
    let sent = deliveries(1_000);
    let header = a_header(&push(), "b1", &sent);
    assert_eq!(stand.store.record(&header, &sent).await.unwrap(), Recorded::New);
    let work = stand.store.unasked_work(&header.batch).await.unwrap().unwrap();
    assert_eq!(work.deliveries, Some(sent));
}

#[tokio::test]
async fn every_header_of_a_shard_comes_once_in_the_order_of_batch_ids() {
    let stand = Stand::new().await;
    let push = a_push(&task("x"));
    let neighbour = a_push(&task("x#0"));
    let sent = deliveries(1);
    let mut expected = Vec::new();
    for n in 0..620 {
        let mut header = a_header(&push, &format!("b{n}"), &sent);
        header.batch.shard = 3;
        stand.store.record(&header, &sent).await.unwrap();
        expected.push(header);
    }
    // None of these lies in the shard.
    for (other, shard) in [(&push, 30), (&push, 0), (&neighbour, 3), (&neighbour, 0)] {
        let mut header = a_header(other, "b5", &sent);
        header.batch.shard = shard;
        stand.store.record(&header, &sent).await.unwrap();
    }
    expected.sort_by(|one, other| one.batch.batch.cmp(&other.batch.batch));

    let first = stand.store.headers(&push.registration.push, 3, None).await.unwrap();
    assert_eq!(first.items.len(), 500);
    let next = first.next.clone();
    assert_eq!(next.as_ref(), first.items.last().map(|header| &header.batch.batch));
    let second = stand.store.headers(&push.registration.push, 3, next.as_ref()).await.unwrap();
    assert_eq!(second.next, None);
    let found: Vec<_> = first.items.into_iter().chain(second.items).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn headers_are_read_consistently_and_without_payloads() {
    let stand = Stand::new().await;
    let push = push();
    let sent = deliveries(2);
    let header = a_header(&push, "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    let page = stand.store.headers(&header.batch.push, header.batch.shard, None).await.unwrap();
    assert_eq!(page.items, [header]);
    let call = stand.faults.calls("Query").remove(0);
    assert_eq!(call["ConsistentRead"], true);
    let names = call["ExpressionAttributeNames"].as_object().unwrap();
    assert!(!names.values().any(|name| name == "payload"), "{names:?}");
}
