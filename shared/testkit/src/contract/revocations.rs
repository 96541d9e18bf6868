//! [`RevocationStore`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{DUE_PARTS, PushStore, RevocationStore, Saved};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::revocation::Cursor;

use super::{a_kept_push, a_kept_revocation, an_actor, an_unknown_push, fresh};
use crate::builders::{a_revocation, noon};

/// More than are ever due in the earliest years.
const LIMIT: usize = 1_000;

pub async fn revocation_store(store: &(impl PushStore + RevocationStore)) {
    a_revocation_closes_its_push_in_one_write(store).await;
    of_two_revocations_at_once_one_is_outdated(store).await;
    an_unknown_push_takes_no_revocation(store).await;
    every_state_is_read_as_it_was_saved(store).await;
    an_outdated_revocation_is_not_saved(store).await;
    what_is_due_is_found_once(store).await;
    what_is_no_longer_due_is_not_found(store).await;
}

async fn a_revocation_closes_its_push_in_one_write(store: &(impl PushStore + RevocationStore)) {
    let push = a_kept_push(store).await;
    let revocation = a_revocation()
        .of(&push)
        .named(&format!("rvk_{}", fresh()))
        .on(&[Channel::Huawei, Channel::SelfBuilt])
        .for_targets(&["u1", "促销"])
        .requested_by(an_actor())
        .build();
    assert_eq!(store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
    let closed = store.push(&push.registration.push).await.unwrap().unwrap();
    assert_eq!(closed.closures, [revocation.closure()]);
    assert!(closed.version > push.version, "the push was written");
    assert_eq!(store.revocation(&revocation.push, &revocation.id).await.unwrap(), Some(revocation));
}

async fn of_two_revocations_at_once_one_is_outdated(store: &(impl PushStore + RevocationStore)) {
    let (push, first) = a_kept_revocation(store).await;
    let second = a_revocation().of(&push).named(&format!("rvk_{}", fresh())).build();
    assert_eq!(store.insert_revocation(&push, &second).await.unwrap(), Saved::Outdated);
    assert_eq!(store.revocation(&push.registration.push, &second.id).await.unwrap(), None);
    let closed = store.push(&push.registration.push).await.unwrap().unwrap();
    assert_eq!(closed.closures, [first.closure()]);
    // With what it reads now it goes through.
    assert_eq!(store.insert_revocation(&closed, &second).await.unwrap(), Saved::Yes);
    let closed = store.push(&push.registration.push).await.unwrap().unwrap();
    assert_eq!(closed.closures, [first.closure(), second.closure()]);
}

async fn an_unknown_push_takes_no_revocation(store: &(impl PushStore + RevocationStore)) {
    let push = an_unknown_push();
    let revocation = a_revocation().of(&push).named(&format!("rvk_{}", fresh())).build();
    assert_eq!(store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Outdated);
    assert_eq!(store.push(&push.registration.push).await.unwrap(), None);
}

async fn every_state_is_read_as_it_was_saved(store: &(impl PushStore + RevocationStore)) {
    let (push, mut revocation) = a_kept_revocation(store).await;
    let push = push.registration.push;
    revocation.fanout.cursors[0] = Cursor::After("b7".parse().unwrap());
    revocation.fanout.cursors[1] = Cursor::Done;
    revocation.fanout.found = BTreeMap::from([(Channel::Huawei, 12), (Channel::Sms, 1)]);
    let now = noon() + SignedDuration::from_millis(3_600_001);
    let mut totals = Counts::default();
    totals.add(Outcome::Overwritten, 12);
    for step in 0..4 {
        match step {
            0 => {}
            1 => revocation.dispatched(now).unwrap(),
            2 => {
                let met = "05".to_owned().try_into().unwrap();
                revocation
                    .settled(now, BTreeMap::from([(Channel::Huawei, totals.clone())]), Some(met))
                    .unwrap();
            }
            _ => revocation.checked(now + SignedDuration::from_hours(24 * 30)),
        }
        assert_eq!(store.save_revocation(&revocation).await.unwrap(), Saved::Yes);
        revocation.version += 1;
        assert_eq!(store.revocation(&push, &revocation.id).await.unwrap().as_ref(), Some(&revocation));
    }
    assert_eq!(revocation.due_at, None);
    revocation.replayed(&an_actor(), now);
    assert_eq!(store.save_revocation(&revocation).await.unwrap(), Saved::Yes);
    revocation.version += 1;
    assert_eq!(store.revocation(&push, &revocation.id).await.unwrap().as_ref(), Some(&revocation));
    revocation.dispatched(now).unwrap();
    assert_eq!(store.save_revocation(&revocation).await.unwrap(), Saved::Yes);
    revocation.version += 1;
    // Somebody without a label leaves none behind.
    revocation.replayed(&"key-8".parse().unwrap(), now);
    assert_eq!(store.save_revocation(&revocation).await.unwrap(), Saved::Yes);
    revocation.version += 1;
    assert_eq!(store.revocation(&push, &revocation.id).await.unwrap(), Some(revocation));
}

async fn an_outdated_revocation_is_not_saved(store: &(impl PushStore + RevocationStore)) {
    let (push, mut first) = a_kept_revocation(store).await;
    let mut second = first.clone();
    first.dispatched(noon()).unwrap();
    assert_eq!(store.save_revocation(&first).await.unwrap(), Saved::Yes);
    second.checked(noon());
    assert_eq!(store.save_revocation(&second).await.unwrap(), Saved::Outdated);
    let kept = store.revocation(&push.registration.push, &first.id).await.unwrap().unwrap();
    assert_eq!(kept.state, first.state);
}

/// A moment long before anything else is due, so that what others left in the store does not come first.
fn long_ago(s: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + s).unwrap()
}

/// Of all parts, so many a page.
async fn all_due(store: &impl RevocationStore, now: Timestamp, limit: usize) -> Vec<(PushRef, RevocationId)> {
    let mut all = Vec::new();
    for part in 0..DUE_PARTS {
        let mut after = None;
        loop {
            let page = store.due(part, now, after.as_ref(), limit).await.unwrap();
            assert!(page.due.len() <= limit, "no more than asked for");
            all.extend(page.due);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    all
}

async fn what_is_due_is_found_once(store: &(impl PushStore + RevocationStore)) {
    let mut ids = Vec::new();
    for due_s in [20, 10, 30] {
        let push = a_kept_push(store).await;
        let revocation = a_revocation()
            .of(&push)
            .named(&format!("rvk_{}", fresh()))
            .due_at(long_ago(due_s))
            .build();
        store.insert_revocation(&push, &revocation).await.unwrap();
        ids.push((revocation.push.clone(), revocation.id.clone()));
    }
    let at_20 = all_due(store, long_ago(20), LIMIT).await;
    let mine: BTreeSet<_> = at_20.iter().filter(|found| ids.contains(found)).collect();
    assert_eq!(mine, BTreeSet::from([&ids[0], &ids[1]]), "due at the very moment, and not before");
    // Page by page nothing is passed and nothing comes twice.
    let (whole, paged) = (all_due(store, long_ago(30), LIMIT).await, all_due(store, long_ago(30), 1).await);
    assert_eq!(paged, whole);
    assert!(ids.iter().all(|id| whole.iter().filter(|found| *found == id).count() == 1));
    for (push, id) in ids {
        let mut revocation = store.revocation(&push, &id).await.unwrap().unwrap();
        revocation.due_at = None;
        store.save_revocation(&revocation).await.unwrap();
    }
}

async fn what_is_no_longer_due_is_not_found(store: &(impl PushStore + RevocationStore)) {
    let push = a_kept_push(store).await;
    let mut revocation = a_revocation()
        .of(&push)
        .named(&format!("rvk_{}", fresh()))
        .due_at(long_ago(5))
        .build();
    store.insert_revocation(&push, &revocation).await.unwrap();
    for due_at in [Some(long_ago(500)), None] {
        revocation.due_at = due_at;
        assert_eq!(store.save_revocation(&revocation).await.unwrap(), Saved::Yes);
        revocation.version += 1;
        let due = all_due(store, long_ago(100), LIMIT).await;
        assert!(due.iter().all(|(_, id)| *id != revocation.id));
    }
}
