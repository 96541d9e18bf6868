//! The same contract that the fakes keep: one list of assertions, every implementation.

use revocation_testkit::contract;

use crate::support::Stand;

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_every_store_port() {
    let stand = Stand::new().await;
    Box::pin(contract::all_store_ports(&stand.store)).await;
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
