//! Receipts in the table: keys, expiry, and what is written or read again.

use revocation_app::ports::{BatchRecorder as _, BatchWorkStore as _, ReceiptStore as _};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::Channel;
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, TokenDigest};
use serde_json::json;

use super::support::*;

async fn a_batch(stand: &Stand, count: u32) -> (BatchHeader, Vec<Delivery>) {
    let sent = deliveries(count);
    let header = a_header(&a_push(&task("t#1")), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    (header, sent)
}

fn receipt(header: &BatchHeader, delivery: &Delivery, event: ReceiptEvent) -> Receipt {
    Receipt {
        batch: header.batch.clone(),
        token: TokenDigest::of(&delivery.token),
        event,
        at: later(-5),
        came: Came::AfterBatch,
    }
}

#[tokio::test]
async fn a_receipt_is_a_small_item_without_its_token() {
    let stand = Stand::new().await;
    let (header, sent) = a_batch(&stand, 2).await;
    let said = receipt(&header, &sent[0], ReceiptEvent::Opened);
    stand.store.keep_receipts(std::slice::from_ref(&said)).await.unwrap();
    let item = stand.item("opened#").await;
    let shard = header.batch.shard;
    assert_eq!(item["pk"].as_s().unwrap(), &format!("app/default#task#t%231#{shard}#receipt#b1"));
    assert_eq!(item["sk"].as_s().unwrap(), &format!("opened#{}", said.token.as_str()));
    assert_eq!(number(&item, "at"), later(-5).as_millisecond());
    assert_eq!(number(&item, "expires_at"), later(9 * DAY).as_second() + 1);
    assert!(!format!("{item:?}").contains(sent[0].token.as_str()));
}

#[tokio::test]
async fn receipts_are_written_25_a_call_and_what_was_left_is_written_again() {
    let stand = Stand::new().await;
    let (header, sent) = a_batch(&stand, 60).await;
    let said: Vec<_> = sent
        .iter()
        .map(|delivery| receipt(&header, delivery, ReceiptEvent::Cleared))
        .collect();
    let left = json!({ "PutRequest": { "Item": {
        "pk": { "S": format!("app/default#task#t%231#{}#receipt#b1", header.batch.shard) },
        "sk": { "S": format!("cleared#{}", said[0].token.as_str()) },
        "v": { "N": "1" }, "at": { "N": "1" }, "expires_at": { "N": "1" },
    } } });
    stand.faults.plan(
        "BatchWriteItem",
        Fault::Says(200, json!({ "UnprocessedItems": { PUSHES: [left] } }).to_string()),
    );
    stand.store.keep_receipts(&said).await.unwrap();
    let calls = stand.faults.calls("BatchWriteItem");
    let mut sizes: Vec<_> = calls
        .iter()
        .map(|call| call["RequestItems"][PUSHES].as_array().unwrap().len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 10, 25, 25]);
}

#[tokio::test]
async fn writes_that_are_never_taken_are_an_error() {
    let stand = Stand::new().await;
    let (header, sent) = a_batch(&stand, 1).await;
    let said = receipt(&header, &sent[0], ReceiptEvent::Revoked);
    let left = json!({ "PutRequest": { "Item": { "pk": { "S": "p" }, "sk": { "S": "s" } } } });
    for _ in 0..10 {
        stand.faults.plan(
            "BatchWriteItem",
            Fault::Says(200, json!({ "UnprocessedItems": { PUSHES: [left] } }).to_string()),
        );
    }
    assert!(stand.store.keep_receipts(&[said]).await.is_err());
}

#[tokio::test]
async fn a_dispatch_asks_for_receipts_once_consistently_and_never_for_shown_ones() {
    let stand = Stand::new().await;
    let (header, sent) = a_batch(&stand, 300).await;
    let said: Vec<_> = sent
        .iter()
        .map(|delivery| receipt(&header, delivery, ReceiptEvent::Shown))
        .collect();
    stand.store.keep_receipts(&said).await.unwrap();
    let work = stand.store.unasked_work(&header.batch).await.unwrap().unwrap();
    assert!(work.receipts.is_empty());
    let queries = stand.faults.calls("Query");
    let asked: Vec<_> = queries
        .iter()
        .filter(|query| query["KeyConditionExpression"].as_str().unwrap().contains("BETWEEN"))
        .collect();
    assert_eq!((queries.len(), asked.len()), (1, 1));
    assert_eq!(asked[0]["ConsistentRead"], true);
}

#[tokio::test]
async fn a_receipt_that_can_not_be_read_is_named() {
    let stand = Stand::new().await;
    let (header, sent) = a_batch(&stand, 1).await;
    stand
        .store
        .keep_receipts(&[receipt(&header, &sent[0], ReceiptEvent::Opened)])
        .await
        .unwrap();
    let mut item = stand.item("opened#").await;
    item.insert("sk".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("opened#who".to_owned()));
    stand.put(item).await;
    let error = stand.store.unasked_work(&header.batch).await.unwrap_err();
    assert_eq!(error.to_string(), "the store holds a damaged receipt: attribute `sk`");
}

#[tokio::test]
async fn a_receipt_that_came_early_for_one_channel_lies_where_older_versions_do_not_look() {
    let stand = Stand::new().await;
    let (header, sent) = a_batch(&stand, 2).await;
    let early = |delivery: usize, event, about| Receipt {
        came: Came::BeforeBatch { about: Some(about) },
        ..receipt(&header, &sent[delivery], event)
    };
    let own = early(0, ReceiptEvent::Opened, header.channel);
    stand
        .store
        .keep_receipts(&[own.clone(), early(1, ReceiptEvent::Opened, Channel::Vivo)])
        .await
        .unwrap();
    for item in stand.items("before#").await {
        assert!(item["sk"].as_s().unwrap() < &"cleared#".to_owned());
    }
    let expected = format!("before#opened#{}#{}", own.token.as_str(), header.channel);
    stand.item(&expected).await;
    let work = stand.store.unasked_work(&header.batch).await.unwrap().unwrap();
    let found = [0, 1].map(|at: usize| work.receipts.of(header.channel, &sent[at].token));
    assert_eq!(found, [Some(ReceiptEvent::Opened), None]);
}

#[tokio::test]
async fn early_receipts_are_counted_beside_their_push_for_as_long_as_they_are_kept() {
    let stand = Stand::new().await;
    let push = a_push(&task("t#1")).registration.push;
    assert!(stand.store.admit_early(&push, 7, 10).await.unwrap());
    assert!(!stand.store.admit_early(&push, 7, 10).await.unwrap());
    let item = stand.item("count").await;
    assert_eq!(item["pk"].as_s().unwrap(), "app/default#task#t%231#early#receipt#");
    assert_eq!(number(&item, "receipts"), 7);
    assert_eq!(number(&item, "expires_at"), later(9 * DAY).as_second() + 1);
}
