//! [`ReceiptStore`], and what a dispatch reads of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::SignedDuration;
use revocation_app::ports::{BatchRecorder, BatchWorkStore, KnownBatch, PushStore, ReceiptStore, RevocationStore, Saved};
use revocation_rules::batch::Delivery;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchRef, DeviceToken};
use revocation_rules::looks::{Begun, Look, Looks, Queued, Turn};
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, Receipts, TokenDigest};

use super::{a_batch_to_revoke, a_kept_push, a_recorded_batch};
use crate::builders::{a_batch, noon};

pub async fn receipt_store(store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + ReceiptStore)) {
    only_recorded_batches_are_known_each_with_its_channel(store).await;
    receipts_are_read_with_the_work_of_their_batch(store).await;
    the_same_receipt_twice_is_one(store).await;
    as_many_receipts_as_a_call_takes_are_kept(store).await;
    what_is_about_another_channel_is_not_read(store).await;
    early_receipts_are_admitted_until_a_push_has_enough(store).await;
    a_look_is_noted_when_it_is_queued_and_when_it_begins(store).await;
    a_look_begins_once_for_all_that_have_its_number(store).await;
}

fn receipt(batch: &BatchRef, token: &DeviceToken, event: ReceiptEvent) -> Receipt {
    Receipt {
        batch: batch.clone(),
        token: TokenDigest::of(token),
        event,
        at: noon(),
        came: Came::AfterBatch,
    }
}

async fn receipts(store: &impl BatchWorkStore, batch: &BatchRef) -> Receipts {
    store.unasked_work(batch).await.unwrap().unwrap().receipts
}

async fn only_recorded_batches_are_known_each_with_its_channel(store: &(impl PushStore + BatchRecorder + ReceiptStore)) {
    let push = a_kept_push(store).await;
    let mut known = BTreeMap::new();
    // More than the real store takes in one call, which is 100.
    for nth in 0..130 {
        let channel = Channel::ALL[nth % Channel::ALL.len()];
        let batch = a_batch().of(&push).named(&format!("b{nth:03}")).on(channel);
        let (header, _) = a_recorded_batch(store, batch).await;
        let count = header.count;
        known.insert(header.batch, KnownBatch { channel, count });
    }
    let mut asked: BTreeSet<_> = known.keys().cloned().collect();
    let (unknown, _) = a_batch().of(&push).named("unknown").build();
    asked.insert(unknown.batch);
    assert_eq!(store.known_batches(&asked).await.unwrap(), known);
    assert_eq!(store.known_batches(&BTreeSet::new()).await.unwrap(), BTreeMap::new());
}

async fn receipts_are_read_with_the_work_of_their_batch(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + ReceiptStore),
) {
    use ReceiptEvent::{Cleared, Opened, Revoked, Shown};
    let (header, revocation) = a_batch_to_revoke(store).await;
    let work = store.unasked_work(&header.batch).await.unwrap().unwrap();
    assert!(work.receipts.is_empty());
    let tokens: Vec<DeviceToken> = ["r1", "r2", "r3", "r4"].iter().map(|token| token.parse().unwrap()).collect();
    let of = |token: usize, event| receipt(&header.batch, &tokens[token], event);
    let said = [
        of(0, Opened),
        of(0, Cleared),
        of(1, Cleared),
        of(2, Revoked),
        of(2, Opened),
        of(3, Shown),
    ];
    store.keep_receipts(&said).await.unwrap();

    let work = store.unasked_work(&header.batch).await.unwrap().unwrap();
    let found: Vec<_> = tokens.iter().map(|token| work.receipts.of(header.channel, token)).collect();
    // That it was shown changes nothing and is not read.
    assert_eq!(found, [Some(Opened), Some(Cleared), Some(Revoked), None]);
    assert_eq!(receipts(store, &header.batch).await, work.receipts);
    let asked = store.work(&header.batch, &revocation.id, None).await.unwrap().unwrap();
    let contents = store.contents(&asked.header, asked.payload).await.unwrap();
    assert_eq!(
        (asked.header, contents.deliveries, contents.receipts),
        (work.header, work.deliveries, work.receipts)
    );

    let (other, _) = a_batch_to_revoke(store).await;
    assert!(receipts(store, &other.batch).await.is_empty(), "another batch's");
}

async fn the_same_receipt_twice_is_one(store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + ReceiptStore)) {
    let (header, _) = a_batch_to_revoke(store).await;
    let token: DeviceToken = "twice".parse().unwrap();
    let said = receipt(&header.batch, &token, ReceiptEvent::Opened);
    // In one call, and in another one.
    store.keep_receipts(&[said.clone(), said.clone()]).await.unwrap();
    let before = receipts(store, &header.batch).await;
    assert_eq!(before.of(header.channel, &token), Some(ReceiptEvent::Opened));
    store.keep_receipts(&[said]).await.unwrap();
    assert_eq!(receipts(store, &header.batch).await, before);
}

async fn as_many_receipts_as_a_call_takes_are_kept(store: &(impl PushStore + BatchRecorder + BatchWorkStore + ReceiptStore)) {
    let push = a_kept_push(store).await;
    let targets: Vec<String> = (0..1_000).map(|n| format!("user-{n}")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let (header, deliveries) = a_recorded_batch(store, a_batch().of(&push).to(&targets)).await;
    let of = |delivery: &Delivery| receipt(&header.batch, &delivery.token, ReceiptEvent::Revoked);
    let said: Vec<Receipt> = deliveries.iter().map(of).collect();
    store.keep_receipts(&said).await.unwrap();
    let found = receipts(store, &header.batch).await;
    assert!(
        deliveries
            .iter()
            .all(|delivery| found.of(header.channel, &delivery.token) == Some(ReceiptEvent::Revoked))
    );
}

/// Told before anybody knew the batch: each channel's word is kept beside the others'.
async fn what_is_about_another_channel_is_not_read(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + ReceiptStore),
) {
    use ReceiptEvent::{Cleared, Opened, Revoked};
    let (header, _) = a_batch_to_revoke(store).await;
    let other = Channel::ALL.into_iter().find(|channel| *channel != header.channel);
    let tokens: Vec<DeviceToken> = ["r1", "r2", "r3"].iter().map(|token| token.parse().unwrap()).collect();
    let of = |token: usize, event, about| Receipt {
        came: Came::BeforeBatch { about },
        ..receipt(&header.batch, &tokens[token], event)
    };
    let own = Some(header.channel);
    for said in [
        of(0, Opened, own),
        of(0, Opened, other),
        of(1, Revoked, other),
        of(2, Cleared, own),
        of(2, Revoked, other),
    ] {
        store.keep_receipts(&[said]).await.unwrap();
    }
    let found = receipts(store, &header.batch).await;
    let found: Vec<_> = tokens.iter().map(|token| found.of(header.channel, token)).collect();
    assert_eq!(found, [Some(Opened), None, Some(Cleared)]);
    store.keep_receipts(&[of(1, Cleared, None)]).await.unwrap();
    assert_eq!(receipts(store, &header.batch).await.of(header.channel, &tokens[1]), Some(Cleared));
}

async fn early_receipts_are_admitted_until_a_push_has_enough(store: &(impl PushStore + ReceiptStore)) {
    let push = a_kept_push(store).await.registration.push;
    let other = a_kept_push(store).await.registration.push;
    for (of, more, admitted) in [
        (&push, 6, true),
        (&push, 5, false),
        (&push, 4, true),
        (&push, 1, false),
        (&other, 11, false),
        (&other, 10, true),
    ] {
        assert_eq!(store.admit_early(of, more, 10).await.unwrap(), admitted, "{more}");
    }
}

async fn looks_of(store: &impl ReceiptStore, batch: &BatchRef) -> Looks {
    let asked = BTreeSet::from([batch.clone()]);
    store.looks(&asked).await.unwrap().remove(batch).unwrap_or_default()
}

fn a_look_queued(nth: u64) -> Queued {
    Queued {
        nth,
        at: noon(),
        waits: Duration::from_millis(2_500),
    }
}

async fn a_look_is_noted_when_it_is_queued_and_when_it_begins(store: &(impl PushStore + ReceiptStore)) {
    let push = a_kept_push(store).await;
    // More than the real store takes in one call, which is 100.
    let batches: BTreeSet<BatchRef> = (0..110)
        .map(|nth| a_batch().of(&push).named(&format!("b{nth}")).build().0.batch)
        .collect();
    assert_eq!(store.looks(&batches).await.unwrap(), BTreeMap::new());
    assert_eq!(store.looks(&BTreeSet::new()).await.unwrap(), BTreeMap::new());
    for batch in &batches {
        let noted = store.note_queued(batch, &Looks::default(), &a_look_queued(1)).await.unwrap();
        assert_eq!(noted, Saved::Yes);
    }
    let all = store.looks(&batches).await.unwrap();
    let queued = Looks {
        begun: None,
        queued: Some(a_look_queued(1)),
    };
    assert_eq!((all.len(), all.values().all(|looks| *looks == queued)), (110, true));

    let Some(batch) = batches.first() else { return };
    let look = Look { nth: 1, by: u64::MAX };
    assert_eq!(store.begin_look(batch, look, noon()).await.unwrap(), Turn::Begun);
    let begun = Looks {
        begun: Some(Begun { look, at: noon() }),
        ..queued
    };
    assert_eq!(looks_of(store, batch).await, begun);
    // Noted by somebody who had read before it began.
    let late = store.note_queued(batch, &queued, &a_look_queued(1)).await.unwrap();
    assert_eq!((late, looks_of(store, batch).await), (Saved::Outdated, begun));
    assert_eq!(store.note_queued(batch, &begun, &a_look_queued(2)).await.unwrap(), Saved::Yes);
    assert_eq!(looks_of(store, batch).await.queued, Some(a_look_queued(2)));
}

async fn a_look_begins_once_for_all_that_have_its_number(store: &(impl PushStore + ReceiptStore)) {
    let push = a_kept_push(store).await;
    let batch = a_batch().of(&push).build().0.batch;
    let later = noon() + SignedDuration::from_secs(5);
    let mut expected = Looks::default();
    for (nth, by) in [(1, 7), (1, 8), (1, 7), (2, 9), (1, 7), (4, 1), (3, 1), (4, 1)] {
        let look = Look { nth, by };
        let turn = expected.begin(look, later);
        assert_eq!(store.begin_look(&batch, look, later).await.unwrap(), turn, "{look:?}");
    }
    assert_eq!(looks_of(store, &batch).await, expected);
}
