//! The store of the model keeps the contract of every port that it has.
use futures::executor::block_on;
use revocation_testkit::contract;
use scale_model::sim::Sim;
use scale_model::store::ModelStore;

async fn all(store: &ModelStore) {
    contract::push_store(store).await;
    contract::batch_recorder(store).await;
    contract::batch_headers(store).await;
    contract::batch_payloads(store).await;
    contract::batch_work_store(store).await;
    contract::progress_list(store).await;
    contract::revocation_store(store).await;
    contract::counters(store).await;
    contract::receipt_store(store).await;
    contract::app_notices(store).await;
}

#[test]
fn the_store_of_the_model_keeps_the_contract_of_its_ports() {
    block_on(all(&ModelStore::new(&Sim::new(1))));
}

#[test]
fn it_keeps_it_with_small_pages_and_when_it_is_not_empty() {
    let store = ModelStore::new(&Sim::new(1)).with_pages_of(1);
    block_on(all(&store));
    block_on(all(&store));
}
