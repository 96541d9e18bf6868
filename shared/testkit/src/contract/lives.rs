//! What is past its time is gone, whether or not anything has deleted it, and
//! its id may be used again: nothing of its first life is found in the second.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{
    BatchHeaders, BatchRecorder, BatchWorkStore, Claimed, Counters, Finished, Inserted, PushFilter, PushList, PushListQuery, PushOverview,
    PushStore, ReceiptStore, Recorded, RevocationStore, Saved, TargetIndex, TaskNumbers,
};
use revocation_rules::batch::BatchHeader;
use revocation_rules::ids::{RevocationId, TargetId};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::push::Push;
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, TokenDigest};
use revocation_rules::window;

use super::{a_batch_to_revoke, a_kept_push, a_kept_revocation, a_recorded_batch, an_unknown_push, fresh};
use crate::builders::{a_batch, a_revocation, message, noon};

const MS: SignedDuration = SignedDuration::from_millis(1);

/// `set` sets the clock that the store goes by. Ends at [`noon`].
pub async fn lives<S>(store: &S, set: &(impl Fn(Timestamp) + Sync))
where
    S: PushStore
        + TaskNumbers
        + PushList
        + PushOverview
        + BatchRecorder
        + BatchHeaders
        + BatchWorkStore
        + RevocationStore
        + Counters
        + ReceiptStore
        + TargetIndex,
{
    a_push_past_its_time_makes_room_for_another(store, set).await;
    a_push_is_kept_as_long_as_its_last_sending_and_its_registration_say(store, set).await;
    a_push_shows_no_revocation_of_an_earlier_life(store, set).await;
    a_push_of_another_life_takes_no_revocation_of_the_first(store, set).await;
    a_list_has_no_push_that_is_past_its_time(store, set).await;
    a_batch_past_its_time_makes_room_for_another_recording(store, set).await;
    outcomes_of_an_earlier_recording_are_not_those_of_the_next(store, set).await;
    a_worker_of_an_earlier_recording_writes_nothing_over_the_next(store, set).await;
    receipts_of_an_earlier_recording_are_not_read(store, set).await;
    set(noon());
}

fn again(push: &Push, now: Timestamp) -> Push {
    let mut again = push.clone();
    again.registration.sent_at = now;
    again.registered_at = now;
    "Another life".clone_into(&mut again.registration.title);
    again
}

fn recorded_again(header: &BatchHeader, now: Timestamp) -> BatchHeader {
    BatchHeader {
        sent_at: now,
        recorded_at: now,
        ..header.clone()
    }
}

async fn a_push_past_its_time_makes_room_for_another(store: &(impl PushStore + TaskNumbers), set: &impl Fn(Timestamp)) {
    set(noon());
    let first = a_kept_push(store).await;
    let named = &first.registration.push;
    let mut of_message = an_unknown_push();
    of_message.registration.push = message(&named.tenant, named.id.as_str());
    store.insert_push(&of_message).await.unwrap();
    for push in [&first, &of_message] {
        let end = push.kept_until();
        set(end - MS);
        assert_eq!(store.push(&push.registration.push).await.unwrap().as_ref(), Some(push));
        assert_eq!(
            store.insert_push(&again(push, end)).await.unwrap(),
            Inserted::Existing(push.clone())
        );
        set(end);
        assert_eq!(store.push(&push.registration.push).await.unwrap(), None);
        let second = again(push, end);
        assert_eq!(store.insert_push(&second).await.unwrap(), Inserted::New);
        assert_eq!(store.push(&push.registration.push).await.unwrap().as_ref(), Some(&second));
        assert_eq!(
            store.insert_push(&again(push, end)).await.unwrap(),
            Inserted::Existing(second.clone())
        );
    }
    let number = named.task_number().unwrap();
    assert_eq!(store.task_numbered(&named.tenant, number).await.unwrap().as_ref(), Some(named));
    set(first.kept_until() + SignedDuration::from_hours(31 * 24));
    assert_eq!(store.task_numbered(&named.tenant, number).await.unwrap(), None);
}

async fn a_push_is_kept_as_long_as_its_last_sending_and_its_registration_say(store: &impl PushStore, set: &impl Fn(Timestamp)) {
    let day = SignedDuration::from_hours(24);
    for (registered, until) in [(noon() + day * 6, None), (noon(), Some(noon() + day * 20))] {
        set(noon());
        let mut push = an_unknown_push();
        push.registered_at = registered;
        push.registration.send_until = until;
        store.insert_push(&push).await.unwrap();
        let end = registered.max(until.unwrap_or(noon())) + day * 30;
        set(end - MS);
        assert!(matches!(
            store.insert_push(&again(&push, end)).await.unwrap(),
            Inserted::Existing(_)
        ));
        set(end);
        assert_eq!(store.insert_push(&again(&push, end)).await.unwrap(), Inserted::New);
    }
}

async fn a_push_shows_no_revocation_of_an_earlier_life(
    store: &(impl PushStore + RevocationStore + PushOverview + Counters),
    set: &impl Fn(Timestamp),
) {
    set(noon());
    let (push, first) = a_kept_revocation(store).await;
    let named = &push.registration.push;
    store
        .add_late(named, &first.id, revocation_rules::channel::Channel::Vivo, 1)
        .await
        .unwrap();
    set(push.kept_until());
    assert_eq!(store.overview(named).await.unwrap(), None);
    let second = again(&push, push.kept_until());
    store.insert_push(&second).await.unwrap();
    let overview = store.overview(named).await.unwrap().unwrap();
    assert_eq!(
        (overview.push.closures.len(), overview.revocations, overview.counters.len()),
        (0, Vec::new(), 0)
    );
    let revocation = a_revocation().of(&second).named(&format!("rvk_{}", fresh())).build();
    assert_eq!(store.insert_revocation(&second, &revocation).await.unwrap(), Saved::Yes);
    assert_eq!(store.overview(named).await.unwrap().unwrap().revocations, [revocation]);
}

async fn a_push_of_another_life_takes_no_revocation_of_the_first(store: &(impl PushStore + RevocationStore), set: &impl Fn(Timestamp)) {
    set(noon());
    let first = a_kept_push(store).await;
    set(first.kept_until());
    let second = again(&first, first.kept_until());
    store.insert_push(&second).await.unwrap();
    let revocation = a_revocation().of(&first).named(&format!("rvk_{}", fresh())).build();
    assert_eq!(store.insert_revocation(&first, &revocation).await.unwrap(), Saved::Outdated);
    assert_eq!(store.push(&first.registration.push).await.unwrap(), Some(second));
}

async fn a_list_has_no_push_that_is_past_its_time(store: &(impl PushStore + PushList + TargetIndex), set: &impl Fn(Timestamp)) {
    set(noon());
    let task = a_kept_push(store).await;
    let mut of_message = task.clone();
    of_message.registration.push = message(&task.registration.push.tenant, "m1");
    of_message.registration.push_type = revocation_rules::push::PushType::Simple;
    store.insert_push(&of_message).await.unwrap();
    let target: TargetId = "u1".parse().unwrap();
    store.index_targets(&of_message, &BTreeSet::from([&target])).await.unwrap();
    let found = async |push: &Push, target: Option<TargetId>| {
        let query = PushListQuery {
            tenant: push.registration.push.tenant.clone(),
            push_type: push.registration.push_type,
            from: noon(),
            to: noon(),
            limit: 10,
            filter: PushFilter::default(),
            target,
            after: None,
        };
        store.list(&query).await.unwrap().unwrap().pushes.len()
    };
    assert_eq!((found(&task, None).await, found(&of_message, Some(target.clone())).await), (1, 1));
    // To whom it went is known as long as its batches are.
    set(window::kept_until(noon()));
    assert_eq!((found(&of_message, None).await, found(&of_message, Some(target)).await), (1, 0));
    set(task.kept_until());
    assert_eq!((found(&task, None).await, found(&of_message, None).await), (0, 0));
}

async fn a_batch_past_its_time_makes_room_for_another_recording(
    store: &(impl PushStore + BatchRecorder + BatchHeaders + BatchWorkStore + ReceiptStore),
    set: &impl Fn(Timestamp),
) {
    for targets in [&["u1"][..], &["u1", "u2"]] {
        set(noon());
        let push = a_kept_push(store).await;
        let (first, deliveries) = a_recorded_batch(store, a_batch().of(&push)).await;
        let (other, others) = a_batch().of(&push).to(targets).build();
        let end = window::kept_until(first.sent_at);
        let second = recorded_again(&other, end);
        let headers = async || store.headers(&push.registration.push, first.batch.shard, None).await.unwrap().items;
        let asked = BTreeSet::from([first.batch.clone()]);
        set(end - MS);
        assert_ne!(store.record(&second, &others).await.unwrap(), Recorded::New);
        assert_eq!(headers().await, std::slice::from_ref(&first));
        set(end);
        assert_eq!(headers().await, [], "gone, though nobody has deleted it");
        assert_eq!(store.unasked_work(&first.batch).await.unwrap(), None);
        assert_eq!(store.known_batches(&asked).await.unwrap(), BTreeMap::new());
        assert_eq!(store.record(&second, &others).await.unwrap(), Recorded::New);
        assert_eq!(store.record(&second, &others).await.unwrap(), Recorded::Same);
        let later = recorded_again(&first, end + MS);
        let kept = if targets.len() == 1 { Recorded::Same } else { Recorded::Conflict };
        assert_eq!(store.record(&later, &deliveries).await.unwrap(), kept);
        assert_eq!(headers().await, std::slice::from_ref(&second));
        let work = store.unasked_work(&first.batch).await.unwrap().unwrap();
        assert_eq!((work.header, work.deliveries), (second, Some(others)));
        assert_eq!(
            store.known_batches(&asked).await.unwrap().into_keys().collect::<BTreeSet<_>>(),
            asked
        );
    }
}

/// A batch that was revoked, and its second recording, 9 days later.
async fn revoked_and_recorded_again(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore),
    set: &impl Fn(Timestamp),
) -> (BatchProgress, BatchHeader, RevocationId) {
    set(noon());
    let (header, revocation) = a_batch_to_revoke(store).await;
    let mut progress = BatchProgress::start(&header, None);
    for slot in 0..3 {
        progress.slots.end(slot, Outcome::Overwritten, "accepted_by_vendor");
    }
    let change = progress.book(&revocation.id, &[0, 1, 2]);
    store.finish(&progress, &[(revocation.id.clone(), change)]).await.unwrap();
    let end = window::kept_until(header.sent_at);
    set(end);
    // With fewer deliveries than before.
    let push = store.push(&header.batch.push).await.unwrap().unwrap();
    let (second, deliveries) = a_batch().of(&push).to(&["u1", "u9"]).build();
    let second = recorded_again(&second, end);
    assert_eq!(store.record(&second, &deliveries).await.unwrap(), Recorded::New);
    progress.version = 1;
    (progress, second, revocation.id)
}

async fn outcomes_of_an_earlier_recording_are_not_those_of_the_next(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + Counters),
    set: &impl Fn(Timestamp),
) {
    let (earlier, second, by) = revoked_and_recorded_again(store, set).await;
    let work = store.work(&second.batch, &by, None).await.unwrap().unwrap();
    assert_eq!((&work.header, work.progress), (&second, None));
    assert_eq!(work.earlier.as_ref(), Some(&earlier));
    let mut next = BatchProgress::start(&second, work.earlier).claimed(second.sent_at + SignedDuration::from_secs(90));
    assert_eq!(store.claim(&next).await.unwrap(), Claimed::Yes);
    next.slots.end(0, Outcome::TargetGone, "huawei:80300007");
    next.slots.end(1, Outcome::Failed, "suspected_setting:huawei:80300007");
    let change = next.book(&by, &[0, 1]);
    assert_eq!(store.finish(&next, &[(by.clone(), change)]).await.unwrap(), Finished::Yes);
    next.version += 1;
    let work = store.work(&second.batch, &by, None).await.unwrap().unwrap();
    assert_eq!((work.progress.as_ref(), work.earlier), (Some(&next), None));
    // Both recordings were revoked, and both count.
    assert_eq!(next.counted_in_all(&by).unwrap().total(), 5);
    let counted = store.counters(&second.batch.push, &by).await.unwrap();
    assert_eq!(
        (counted[&second.channel].outcomes.total(), counted[&second.channel].suspected),
        (5, 1)
    );
}

async fn a_worker_of_an_earlier_recording_writes_nothing_over_the_next(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore),
    set: &impl Fn(Timestamp),
) {
    let (earlier, second, by) = revoked_and_recorded_again(store, set).await;
    let next = BatchProgress::start(&second, Some(earlier.clone())).claimed(second.sent_at + SignedDuration::from_secs(90));
    assert_eq!(store.claim(&next).await.unwrap(), Claimed::Yes);
    assert_eq!(store.finish(&earlier, &[]).await.unwrap(), Finished::Lost);
    let work = store.work(&second.batch, &by, None).await.unwrap().unwrap();
    assert_eq!(work.progress, Some(next));
}

async fn receipts_of_an_earlier_recording_are_not_read(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + ReceiptStore),
    set: &impl Fn(Timestamp),
) {
    set(noon());
    let push = a_kept_push(store).await;
    let (header, deliveries) = a_recorded_batch(store, a_batch().of(&push)).await;
    let token = &deliveries[0].token;
    let end = window::kept_until(header.sent_at);
    let receipt = |event| Receipt {
        batch: header.batch.clone(),
        token: TokenDigest::of(token),
        event,
        at: noon(),
        came: Came::AfterBatch,
    };
    // It came late in the first recording, so it is kept for long in the second.
    set(end - SignedDuration::from_hours(1));
    store.keep_receipts(&[receipt(ReceiptEvent::Opened)]).await.unwrap();
    let said = async || {
        store
            .unasked_work(&header.batch)
            .await
            .unwrap()
            .unwrap()
            .receipts
            .of(header.channel, token)
    };
    assert_eq!(said().await, Some(ReceiptEvent::Opened));
    set(end);
    store.record(&recorded_again(&header, end), &deliveries).await.unwrap();
    assert_eq!(said().await, None);
    // What came when nobody had recorded it is the next recording's.
    set(end - SignedDuration::from_mins(10));
    let early = Receipt {
        came: Came::BeforeBatch { about: None },
        ..receipt(ReceiptEvent::Cleared)
    };
    store.keep_receipts(&[early]).await.unwrap();
    assert_eq!(said().await, Some(ReceiptEvent::Cleared));
    set(end + SignedDuration::from_hours(1));
    store.keep_receipts(&[receipt(ReceiptEvent::Revoked)]).await.unwrap();
    assert_eq!(said().await, Some(ReceiptEvent::Revoked));
}
