//! The same contract that the fakes keep: one list of assertions, every implementation.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use revocation_testkit::builders::noon;
use revocation_testkit::contract;

use crate::support::{Stand, StillClock};

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_every_store_port() {
    let stand = Stand::new().await;
    // An hour after everything in it was sent.
    let clock = StillClock(Mutex::new(noon() + SignedDuration::from_hours(1)));
    let store = stand.store.clone().with_clock(Arc::new(clock));
    Box::pin(contract::all_store_ports(&store)).await;
}

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_access_keys() {
    let stand = Stand::new().await;
    contract::access_keys(&stand.keys, async |keys, key| {
        keys.insert(&key).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_queue_senders() {
    let stand = Stand::new().await;
    contract::queue_senders(&stand.keys, async |keys, sender, tenant| {
        keys.bind_sender(sender, tenant, crate::support::now()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_vendor_sessions() {
    let stand = Stand::new().await;
    contract::session_store(&stand.sessions).await;
}

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_nonces() {
    let stand = Stand::new().await;
    contract::nonces(&stand.nonces).await;
}

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_devices() {
    let stand = Stand::new().await;
    contract::devices(&stand.devices).await;
}
