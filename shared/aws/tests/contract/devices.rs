//! Devices: what the contract of the port does not show.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use revocation_app::ports::{DeviceConnections, DeviceOutbox, DeviceTokens, KeptToken, StoreError};
use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::instruction::Instruction;
use revocation_testkit::builders::{a_device, an_instruction, noon};
use serde_json::json;

use super::support::*;

fn connection() -> ConnectionId {
    "L0SM9cOFvHcCIhw=".parse().unwrap()
}

fn token() -> KeptToken {
    KeptToken {
        digest: [7; 32],
        issued_at: noon(),
        issued_by: Some("key-1".parse().unwrap()),
        ends_at: noon() + SignedDuration::from_secs(60),
    }
}

fn instructions(device: &Device, count: usize) -> Vec<Instruction> {
    (0..count).map(|slot| an_instruction(device, slot)).collect()
}

/// A stand with one of everything, of one device.
async fn full() -> (Stand, Device) {
    let (stand, device) = (Stand::new().await, a_device("APP1", "phone"));
    stand.devices.put_token(&device, &token()).await.unwrap();
    stand.devices.begin(&connection(), &device, noon()).await.unwrap();
    stand.devices.enlist(&device, &connection(), noon()).await.unwrap();
    stand.devices.keep(&instructions(&device, 1)).await.unwrap();
    (stand, device)
}

async fn stored(stand: &Stand) -> Vec<Item> {
    let scan = stand.client.scan().table_name(CONNECTIONS).send().await;
    scan.unwrap().items.unwrap()
}

#[tokio::test]
async fn every_read_is_consistent_and_none_names_another_device() {
    let (stand, device) = full().await;
    let slot = instructions(&device, 1).remove(0);
    stand.devices.token(&device).await.unwrap().unwrap();
    stand.devices.device_of(&connection()).await.unwrap().unwrap();
    stand.devices.instruction(&device, &slot.id).await.unwrap().unwrap();
    stand.devices.connections(&device).await.unwrap();
    stand.devices.instructions(&device, None).await.unwrap();
    let reads = [stand.faults.calls("GetItem"), stand.faults.calls("Query")].concat();
    assert_eq!(reads.len(), 5);
    assert!(reads.iter().all(|read| read["ConsistentRead"] == true), "{reads:?}");
    assert_eq!(stand.faults.calls("Scan").len(), 0);
}

#[tokio::test]
async fn everything_expires_and_an_instruction_not_before_its_window_closes() {
    let (stand, device) = full().await;
    let items = stored(&stand).await;
    assert_eq!(items.len(), 5);
    for item in &items {
        let sk = item["sk"].as_s().unwrap();
        let expected = match sk.as_str() {
            "token" => noon().as_second() + 60,
            "connection" | "connection#L0SM9cOFvHcCIhw=" | "begun#L0SM9cOFvHcCIhw=" => noon().as_second() + 3 * 3_600,
            _ => an_instruction(&device, 0).closes_at.as_second(),
        };
        assert_eq!(number(item, "expires_at"), expected, "{sk}");
    }
}

#[tokio::test]
async fn the_token_itself_is_not_stored() {
    let (stand, _) = full().await;
    let token = stored(&stand)
        .await
        .into_iter()
        .find(|item| item["sk"] == AttributeValue::S("token".into()));
    let mut attributes: Vec<_> = token.unwrap().into_keys().collect();
    attributes.sort();
    assert_eq!(
        attributes,
        ["digest", "ends_at", "expires_at", "issued_at", "issued_by", "pk", "sk", "v"]
    );
}

#[tokio::test]
async fn a_thousand_instructions_are_forty_calls() {
    let stand = Stand::new().await;
    let all: Vec<Instruction> = (0..1_000)
        .map(|slot| an_instruction(&a_device("APP1", &format!("d{slot}")), slot))
        .collect();
    stand.devices.keep(&all).await.unwrap();
    assert_eq!(stand.faults.calls("BatchWriteItem").len(), 40);
    assert_eq!(stored(&stand).await.len(), 1_000);
}

#[tokio::test]
async fn what_dynamodb_had_no_time_for_is_written_again() {
    let (stand, device) = (Stand::new().await, a_device("APP1", "phone"));
    let put = |slot: usize| {
        let id = an_instruction(&device, slot).id;
        json!({ "PutRequest": { "Item": {
            "v": { "N": "1" }, "pk": { "S": "APP1/default#phone" }, "sk": { "S": format!("instruction#{}", id.as_str()) }
        } } })
    };
    let unprocessed = json!({ "UnprocessedItems": { CONNECTIONS: [put(1)] } });
    stand.faults.plan("BatchWriteItem", Fault::Says(200, unprocessed.to_string()));
    stand.devices.keep(&instructions(&device, 2)).await.unwrap();
    let calls = stand.faults.calls("BatchWriteItem");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1]["RequestItems"][CONNECTIONS].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_changes_nothing() {
    let (stand, device) = (Stand::new().await, a_device("APP1", "phone"));
    for operation in ["BatchWriteItem", "PutItem", "PutItem", "DeleteItem"] {
        stand.faults.plan(operation, Fault::AnswerLost);
    }
    let kept = instructions(&device, 2);
    stand.devices.keep(&kept).await.unwrap();
    stand.devices.begin(&connection(), &device, noon()).await.unwrap();
    stand.devices.enlist(&device, &connection(), noon()).await.unwrap();
    stand.devices.remove(&device, &kept[0].id).await.unwrap();
    assert!(stand.faults.all_happened());
    let left = stand.devices.instructions(&device, None).await.unwrap();
    assert_eq!(left.instructions, kept[1..]);
    assert_eq!(stand.devices.connections(&device).await.unwrap(), [connection()]);
}

#[tokio::test]
async fn every_damaged_attribute_is_named() {
    let (stand, device) = full().await;
    let mut damaged = 0;
    for whole in stored(&stand).await {
        for attribute in whole.keys().filter(|name| !["pk", "sk", "expires_at"].contains(&name.as_str())) {
            // Nobody decides by these.
            if attribute == "began_at" {
                continue;
            }
            let mut item = whole.clone();
            item.insert(attribute.clone(), AttributeValue::Bool(true));
            let put = |item| stand.client.put_item().table_name(CONNECTIONS).set_item(Some(item)).send();
            put(item).await.unwrap();
            match read(&stand, &device).await {
                Err(StoreError::Damaged { attribute: named, .. }) => assert_eq!(named, attribute),
                other => panic!("{attribute}: {other:?}"),
            }
            put(whole.clone()).await.unwrap();
            damaged += 1;
        }
    }
    assert_eq!(damaged, 5 + 2 + 10 + 4 + 1);
}

async fn read(stand: &Stand, device: &Device) -> Result<(), StoreError> {
    stand.devices.token(device).await?;
    stand.devices.device_of(&connection()).await?;
    stand.devices.connections(device).await?;
    stand.devices.begun(device).await?;
    stand.devices.instructions(device, None).await?;
    Ok(())
}
