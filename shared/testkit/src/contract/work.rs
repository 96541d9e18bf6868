//! [`BatchWorkStore`] and [`ProgressList`].

use jiff::SignedDuration;
use revocation_app::ports::{BatchRecorder, BatchWorkStore, Claimed, Counters, Finished, ProgressList, PushStore, RevocationStore, Saved};
use revocation_rules::ids::{BatchRef, RevocationId};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::push::Push;
use revocation_rules::tally::Tally;
use revocation_rules::terms::Assignment;
use revocation_rules::walk::Reading;

use super::{a_batch_to_revoke, a_kept_push, a_kept_revocation, a_recorded_batch, fresh};
use crate::builders::{a_batch, noon};

pub async fn batch_work_store(store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + Counters)) {
    an_unknown_batch_is_none(store).await;
    a_replay_is_known_to_who_does_not_say_how_many_there_were(store).await;
    a_batch_is_read_with_its_revocation_and_no_progress(store).await;
    one_of_two_claims_wins(store).await;
    a_claim_is_read_back(store).await;
    a_finish_writes_outcomes_and_counters_once(store).await;
    a_worker_that_lost_its_lease_writes_nothing(store).await;
    a_finish_without_a_claim_wants_no_progress(store).await;
}

pub async fn progress_list(store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + ProgressList)) {
    progresses_are_listed_in_order_and_by_shard(store).await;
    a_tally_says_what_its_progress_says_of_one_revocation(store).await;
}

fn claimed(progress: BatchProgress) -> BatchProgress {
    progress.claimed(noon() + SignedDuration::from_secs(90))
}

async fn an_unknown_batch_is_none(store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore)) {
    let (header, revocation) = a_batch_to_revoke(store).await;
    let unknown = BatchRef {
        batch: "b-unknown".parse().unwrap(),
        ..header.batch
    };
    assert_eq!(store.work(&unknown, &revocation.id, None).await.unwrap(), None);
}

async fn a_batch_is_read_with_its_revocation_and_no_progress(store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore)) {
    let (header, revocation) = a_batch_to_revoke(store).await;
    // Once as an older version asks, once read, once kept, and as an older version again.
    for replays in [None, Some(0), Some(3), None] {
        let work = store.work(&header.batch, &revocation.id, replays).await.unwrap().unwrap();
        assert_eq!(work.header, header);
        assert_eq!(work.progress, None);
        let expected = Assignment {
            replays: replays.unwrap_or(revocation.replays),
            ..Assignment::from(&revocation)
        };
        assert_eq!(work.revocation, Some(expected));
    }
    let unknown = format!("rvk_{}", fresh()).parse().unwrap();
    for replays in [None, Some(0)] {
        let work = store.work(&header.batch, &unknown, replays).await.unwrap().unwrap();
        assert_eq!(work.revocation, None);
    }
    // A revocation of another push is none of this one's.
    let (other, _) = a_batch_to_revoke(store).await;
    let work = store.work(&other.batch, &revocation.id, Some(0)).await.unwrap().unwrap();
    assert_eq!(work.revocation, None);
}

/// An older version's job says nothing of replays: what is stored counts, however often it was read before.
async fn a_replay_is_known_to_who_does_not_say_how_many_there_were(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore),
) {
    let (header, mut revocation) = a_batch_to_revoke(store).await;
    store.work(&header.batch, &revocation.id, Some(0)).await.unwrap();
    revocation.replayed(&"key-1".parse().unwrap(), noon());
    assert_eq!(store.save_revocation(&revocation).await.unwrap(), Saved::Yes);
    let work = store.work(&header.batch, &revocation.id, None).await.unwrap().unwrap();
    assert_eq!(work.revocation, Some(Assignment::from(&revocation)));
    // What is queued says so.
    let queued = store.work(&header.batch, &revocation.id, Some(1)).await.unwrap().unwrap();
    assert_eq!(queued.revocation, work.revocation);
}

async fn one_of_two_claims_wins(store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore)) {
    let (header, _) = a_batch_to_revoke(store).await;
    let first = claimed(BatchProgress::fresh(&header));
    assert_eq!(store.claim(&first).await.unwrap(), Claimed::Yes);
    assert_eq!(store.claim(&first).await.unwrap(), Claimed::Lost);
    let next = claimed(first);
    assert_eq!(store.claim(&next).await.unwrap(), Claimed::Yes);
}

async fn a_claim_is_read_back(store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore)) {
    let (header, revocation) = a_batch_to_revoke(store).await;
    let claim = claimed(BatchProgress::fresh(&header));
    store.claim(&claim).await.unwrap();
    let work = store.work(&header.batch, &revocation.id, None).await.unwrap().unwrap();
    assert_eq!(work.progress, Some(claim));
}

async fn a_finish_writes_outcomes_and_counters_once(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + Counters),
) {
    let (header, revocation) = a_batch_to_revoke(store).await;
    let mut progress = claimed(BatchProgress::fresh(&header));
    store.claim(&progress).await.unwrap();
    progress.slots.end(0, Outcome::Overwritten, "accepted_by_vendor");
    progress.slots.end(2, Outcome::Failed, "huawei:80300007");
    progress.not_before = Some(noon() + SignedDuration::from_millis(1_234));
    progress.met.insert(revocation.id.clone(), "05".to_owned().try_into().unwrap());
    let change = progress.book(&revocation.id, &[0, 1, 2]);
    assert_eq!(
        store.finish(&progress, &[(revocation.id.clone(), change.clone())]).await.unwrap(),
        Finished::Yes
    );
    // The version has moved on: the same write again is a lost lease.
    assert_eq!(
        store.finish(&progress, &[(revocation.id.clone(), change.clone())]).await.unwrap(),
        Finished::Lost
    );

    let read = store
        .work(&header.batch, &revocation.id, None)
        .await
        .unwrap()
        .unwrap()
        .progress
        .unwrap();
    progress.version += 1;
    assert_eq!(read, progress);

    // A replay takes back what was counted as failed.
    let mut replayed = read;
    replayed.slots.end(1, Outcome::TargetGone, "huawei:80300002");
    replayed.slots.end(2, Outcome::Overwritten, "accepted_by_vendor");
    let change = replayed.book(&revocation.id, &[0, 1, 2]);
    assert_eq!(
        store.finish(&replayed, &[(revocation.id.clone(), change.clone())]).await.unwrap(),
        Finished::Yes
    );
    let counters = store.counters(&revocation.push, &revocation.id).await.unwrap();
    let counted = &counters[&header.channel].outcomes;
    assert_eq!(
        (
            counted.get(Outcome::Overwritten),
            counted.get(Outcome::TargetGone),
            counted.get(Outcome::Failed)
        ),
        (2, 1, 0)
    );
}

async fn a_worker_that_lost_its_lease_writes_nothing(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + Counters),
) {
    let (header, revocation) = a_batch_to_revoke(store).await;
    let mut slow = claimed(BatchProgress::fresh(&header));
    store.claim(&slow).await.unwrap();
    let quick = claimed(slow.clone());
    store.claim(&quick).await.unwrap();
    slow.slots.end(0, Outcome::Refused, "too slow");
    let change = slow.book(&revocation.id, &[0, 1, 2]);
    assert_eq!(
        store.finish(&slow, &[(revocation.id.clone(), change.clone())]).await.unwrap(),
        Finished::Lost
    );
    let work = store.work(&header.batch, &revocation.id, None).await.unwrap().unwrap();
    assert_eq!(work.progress, Some(quick));
    let counters = store.counters(&revocation.push, &revocation.id).await.unwrap();
    assert_eq!(counters.values().map(|counters| counters.outcomes.total()).sum::<u64>(), 0);
}

async fn a_finish_without_a_claim_wants_no_progress(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + Counters),
) {
    let (header, revocation) = a_batch_to_revoke(store).await;
    let mut progress = BatchProgress::fresh(&header);
    for slot in 0..3 {
        progress.slots.end(slot, Outcome::Stopped, "held_back_by_sender");
    }
    let change = progress.book(&revocation.id, &[0, 1, 2]);
    assert_eq!(
        store.finish(&progress, &[(revocation.id.clone(), change.clone())]).await.unwrap(),
        Finished::Yes
    );
    assert_eq!(
        store.finish(&progress, &[(revocation.id.clone(), change.clone())]).await.unwrap(),
        Finished::Lost
    );
    let counters = store.counters(&revocation.push, &revocation.id).await.unwrap();
    assert_eq!(counters[&header.channel].outcomes.get(Outcome::Stopped), 3);
}

async fn progresses_are_listed_in_order_and_by_shard(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + ProgressList),
) {
    let push = a_kept_push(store).await;
    let mut kept = Vec::new();
    for nth in 0..40 {
        let (header, _) = a_recorded_batch(store, a_batch().of(&push).named(&format!("b{nth:03}"))).await;
        // Every second batch has been worked on.
        if nth % 2 == 0 {
            let progress = claimed(BatchProgress::fresh(&header));
            store.claim(&progress).await.unwrap();
            kept.push(progress);
        }
    }
    let mut found = Vec::new();
    for shard in 0..push.shards.get() {
        let mut after = None;
        loop {
            let page = store.progresses(&push.registration.push, shard, after.as_ref()).await.unwrap();
            assert!(page.items.iter().all(|progress| progress.batch.shard == shard));
            assert!(page.items.is_sorted_by(|a, b| a.batch.batch < b.batch.batch));
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    found.sort_by(|a, b| a.batch.batch.cmp(&b.batch.batch));
    assert_eq!(found, kept);
}

/// All of a push's tallies for a revocation, by batch id.
async fn tallies(store: &impl ProgressList, push: &Push, of: &RevocationId) -> Vec<Tally> {
    let mut found = Vec::new();
    for shard in 0..push.shards.get() {
        let mut after = None;
        loop {
            let page = store
                .tallies(&push.registration.push, shard, after.as_ref(), of, Reading::Consistent)
                .await
                .unwrap();
            assert!(page.items.is_sorted_by(|a, b| a.batch < b.batch));
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    found.sort_by(|a, b| a.batch.cmp(&b.batch));
    found
}

async fn a_tally_says_what_its_progress_says_of_one_revocation(
    store: &(impl PushStore + RevocationStore + BatchRecorder + BatchWorkStore + ProgressList),
) {
    let (push, revocation) = a_kept_revocation(store).await;
    let other: RevocationId = format!("rvk_{}", fresh()).parse().unwrap();
    let mut kept = Vec::new();
    for nth in 0..6 {
        let batch = a_batch().of(&push).named(&format!("b{nth:03}")).to(&["u1", "u2", "u3"]);
        let (header, _) = a_recorded_batch(store, batch).await;
        let mut progress = claimed(BatchProgress::fresh(&header));
        store.claim(&progress).await.unwrap();
        if nth > 0 {
            progress.slots.end(0, Outcome::Overwritten, "accepted_by_vendor");
            progress.slots.end(1, Outcome::Failed, "huawei:80300007");
            progress.not_before = Some(noon() + SignedDuration::from_millis(1_234));
            progress.met.insert(revocation.id.clone(), "05".to_owned().try_into().unwrap());
            progress.replays.insert(revocation.id.clone(), 2);
            let by = if nth == 1 { &other } else { &revocation.id };
            // All slots of some have ended.
            let in_scope: &[usize] = if nth % 2 == 0 { &[0, 1] } else { &[0, 1, 2] };
            let change = progress.book(by, in_scope);
            store.finish(&progress, &[(by.clone(), change)]).await.unwrap();
            progress.version += 1;
        }
        kept.push(progress);
    }
    for of in [&revocation.id, &other] {
        let expected: Vec<_> = kept.iter().map(|progress| Tally::of(progress, of)).collect();
        assert_eq!(tallies(store, &push, of).await, expected);
    }
}
