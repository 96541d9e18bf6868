//! [`BatchRecorder`], [`BatchHeaders`] and [`BatchPayloads`].

use revocation_app::ports::{
    BatchHeaders, BatchPayloads, BatchRecorder, BatchWorkStore, MAX_PAYLOADS, PushStore, Recorded, RevocationStore,
};
use revocation_rules::batch::BatchHeader;
use revocation_rules::channel::Channel;
use revocation_rules::push::Push;
use revocation_rules::tally::{BatchCount, BatchOutline};
use revocation_rules::walk::Reading;

use super::{a_kept_push, a_recorded_batch};
use crate::builders::a_batch;

pub async fn batch_recorder(store: &(impl PushStore + BatchRecorder + BatchHeaders + BatchWorkStore + RevocationStore)) {
    the_same_batch_is_recorded_once(store).await;
    another_batch_of_the_same_id_changes_nothing(store).await;
    a_full_batch_is_read_as_it_was_recorded(store).await;
}

pub async fn batch_payloads(store: &(impl PushStore + BatchRecorder + BatchPayloads)) {
    payloads_are_read_in_the_order_of_their_headers(store).await;
    a_payload_that_nobody_kept_is_none(store).await;
}

pub async fn batch_headers(store: &(impl PushStore + BatchRecorder + BatchHeaders)) {
    pages_of_a_shard_have_every_header_once_in_order(store).await;
    a_page_starts_after_the_place_it_is_given(store).await;
    a_shard_shows_no_other_shards_pushes_or_tenants(store).await;
}

async fn the_same_batch_is_recorded_once(store: &(impl PushStore + BatchRecorder + BatchHeaders)) {
    let push = a_kept_push(store).await;
    let (header, deliveries) = a_recorded_batch(store, a_batch().of(&push)).await;
    assert_eq!(store.record(&header, &deliveries).await.unwrap(), Recorded::Same);
    assert_eq!(all_headers(store, &push, header.batch.shard).await, [header]);
}

async fn another_batch_of_the_same_id_changes_nothing(store: &(impl PushStore + BatchRecorder + BatchWorkStore)) {
    let push = a_kept_push(store).await;
    let (first, deliveries) = a_recorded_batch(store, a_batch().of(&push).to(&["u1"])).await;
    let (second, others) = a_batch().of(&push).to(&["u2", "u3"]).build();
    assert_eq!(store.record(&second, &others).await.unwrap(), Recorded::Conflict);
    // The second call wrote its payload before it lost: the first one's must be what is worked on.
    let work = store.unasked_work(&first.batch).await.unwrap().unwrap();
    assert_eq!((work.header, work.deliveries), (first, Some(deliveries)));
}

async fn a_full_batch_is_read_as_it_was_recorded(store: &(impl PushStore + BatchRecorder + BatchWorkStore)) {
    let push = a_kept_push(store).await;
    let targets: Vec<String> = (0..1_000).map(|nth| format!("user-{nth}")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let batch = a_batch()
        .of(&push)
        .on(Channel::Apns)
        .to(&targets)
        .without_handles(10)
        .audiences(3)
        .held_back();
    let (header, deliveries) = a_recorded_batch(store, batch).await;
    let work = store.unasked_work(&header.batch).await.unwrap().unwrap();
    assert_eq!((work.header, work.deliveries), (header, Some(deliveries)));
}

async fn payloads_are_read_in_the_order_of_their_headers(store: &(impl PushStore + BatchRecorder + BatchPayloads)) {
    let push = a_kept_push(store).await;
    let mut recorded = Vec::new();
    // Small and large: a store may keep them differently.
    for nth in 0..MAX_PAYLOADS {
        let targets: Vec<String> = (0..if nth % 3 == 0 { 300 } else { 1 }).map(|n| format!("user-{nth}-{n}")).collect();
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        recorded.push(a_recorded_batch(store, a_batch().of(&push).named(&format!("b{nth}")).to(&targets)).await);
    }
    recorded.reverse();
    let (headers, deliveries): (Vec<_>, Vec<_>) = recorded.into_iter().unzip();
    let read = store.payloads(&headers).await.unwrap();
    assert_eq!(read, deliveries.into_iter().map(Some).collect::<Vec<_>>());
    assert_eq!(store.payloads(&[]).await.unwrap(), []);
}

async fn a_payload_that_nobody_kept_is_none(store: &(impl PushStore + BatchRecorder + BatchPayloads)) {
    let push = a_kept_push(store).await;
    let (kept, deliveries) = a_recorded_batch(store, a_batch().of(&push)).await;
    let (unknown, _) = a_batch().of(&push).named("b-unknown").build();
    assert_eq!(store.payloads(&[unknown, kept]).await.unwrap(), [None, Some(deliveries)]);
}

async fn pages_of_a_shard_have_every_header_once_in_order(store: &(impl PushStore + BatchRecorder + BatchHeaders)) {
    let push = a_kept_push(store).await;
    let mut recorded = Vec::new();
    for nth in 0..60 {
        let name = format!("b{nth:03}");
        recorded.push(a_recorded_batch(store, a_batch().of(&push).named(&name)).await.0);
    }
    let mut found = Vec::new();
    for shard in 0..push.shards.get() {
        let headers = all_headers(store, &push, shard).await;
        assert!(
            headers.is_sorted_by(|a, b| a.batch.batch < b.batch.batch),
            "in the order of the batch ids"
        );
        assert!(headers.iter().all(|header| header.batch.shard == shard));
        found.extend(headers);
    }
    found.sort_by(|a, b| a.batch.batch.cmp(&b.batch.batch));
    assert_eq!(found, recorded);
}

async fn a_page_starts_after_the_place_it_is_given(store: &(impl PushStore + BatchRecorder + BatchHeaders)) {
    let push = a_kept_push(store).await;
    let (header, _) = a_recorded_batch(store, a_batch().of(&push)).await;
    let after = store
        .headers(&push.registration.push, header.batch.shard, Some(&header.batch.batch))
        .await
        .unwrap();
    assert_eq!((after.items, after.next), (Vec::new(), None));
}

async fn a_shard_shows_no_other_shards_pushes_or_tenants(store: &(impl PushStore + BatchRecorder + BatchHeaders)) {
    let (mine, theirs) = (a_kept_push(store).await, a_kept_push(store).await);
    let (header, _) = a_recorded_batch(store, a_batch().of(&mine)).await;
    for shard in 0..mine.shards.get() {
        let count = usize::from(shard == header.batch.shard);
        assert_eq!(all_headers(store, &mine, shard).await.len(), count);
        assert_eq!(all_headers(store, &theirs, shard).await.len(), 0);
    }
}

async fn all_headers(store: &impl BatchHeaders, push: &Push, shard: u16) -> Vec<BatchHeader> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.headers(&push.registration.push, shard, after.as_ref()).await.unwrap();
        let outlines = store
            .outlines(&push.registration.push, shard, after.as_ref(), Reading::Consistent)
            .await
            .unwrap();
        let counts = store.counts(&push.registration.push, shard, after.as_ref()).await.unwrap();
        assert_eq!(counts.items, page.items.iter().map(BatchCount::from).collect::<Vec<_>>());
        assert_eq!((&outlines.next, &counts.next), (&page.next, &page.next));
        assert_eq!(outlines.items, page.items.iter().map(BatchOutline::from).collect::<Vec<_>>());
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}
