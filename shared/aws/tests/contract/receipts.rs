//! Receipts in the table: keys, expiry, and what is written or read again.

use revocation_app::ports::{BatchRecorder as _, BatchWorkStore as _, ReceiptStore as _};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::receipt::{Receipt, ReceiptEvent, TokenDigest};
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
    let work = stand.store.work(&header.batch, &revocation_id("r")).await.unwrap().unwrap();
    assert!(work.receipts.is_empty());
    let queries = stand.faults.calls("Query");
    let asked: Vec<_> = queries
        .iter()
        .filter(|query| query["KeyConditionExpression"].as_str().unwrap().contains("BETWEEN"))
        .collect();
    assert_eq!((queries.len(), asked.len()), (2, 1));
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
    let error = stand.store.work(&header.batch, &revocation_id("r")).await.unwrap_err();
    assert_eq!(error.to_string(), "the store holds a damaged receipt: attribute `sk`");
}
