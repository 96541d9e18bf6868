//! Revocations: closing the gate, moving on, being found when due, and the overview.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Counters as _, DUE_PARTS, PushOverview as _, PushStore as _, RevocationStore as _, Saved, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::gate::Gate;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::push::Push;
use revocation_rules::revocation::Cursor;
use revocation_rules::scope::Scope;

use super::support::*;

fn push_key(push: &Push) -> String {
    let named = &push.registration.push;
    format!("{}#{}#{}", named.tenant, named.kind.as_str(), named.id)
}

async fn registered(stand: &Stand, of: &PushRef) -> Push {
    let push = a_push(of);
    stand.store.insert_push(&push).await.unwrap();
    push
}

#[tokio::test]
async fn a_revocation_and_its_closure_are_kept_together() {
    let stand = Stand::new().await;
    let push = registered(&stand, &task("t1")).await;
    let mut revocation = a_revocation(&push, "r1");
    revocation.scope = Scope {
        channels: Some([Channel::Huawei, Channel::Apns].into()),
        targets: Some(["促销", "u\"1"].iter().map(|t| t.parse().unwrap()).collect()),
    };
    assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
    let stored = stand.store.push(&task("t1")).await.unwrap().unwrap();
    assert_eq!(stored.closures, [revocation.closure()]);
    assert_eq!(stored.version, 2);
    assert_eq!(stored.registration, push.registration);
    assert_eq!(
        stand.store.revocation(&task("t1"), &revocation.id).await.unwrap(),
        Some(revocation.clone())
    );
    assert_eq!(stand.store.revocation(&task("t2"), &revocation.id).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_that_revoke_what_they_read_one_is_outdated_and_leaves_nothing() {
    let stand = Stand::new().await;
    let push = registered(&stand, &task("t1")).await;
    let (one, other) = (a_revocation(&push, "r1"), a_revocation(&push, "r2"));
    let (one_end, other_end) = tokio::join!(
        stand.store.insert_revocation(&push, &one),
        stand.store.insert_revocation(&push, &other)
    );
    let (winner, loser) = match (one_end.unwrap(), other_end.unwrap()) {
        (Saved::Yes, Saved::Outdated) => (one, other),
        (Saved::Outdated, Saved::Yes) => (other, one),
        ends => panic!("{ends:?}"),
    };
    let stored = stand.store.push(&task("t1")).await.unwrap().unwrap();
    assert_eq!(stored.gate(None), Gate::Revoked { by: winner.id });
    assert_eq!(stored.closures.len(), 1);
    assert_eq!(stand.store.revocation(&task("t1"), &loser.id).await.unwrap(), None);
    // Having read again, the loser gets in too.
    assert_eq!(stand.store.insert_revocation(&stored, &loser).await.unwrap(), Saved::Yes);
    assert_eq!(stand.store.push(&task("t1")).await.unwrap().unwrap().closures.len(), 2);
}

#[tokio::test]
async fn a_push_that_is_gone_can_not_be_revoked() {
    let stand = Stand::new().await;
    let push = a_push(&task("t1"));
    let revocation = a_revocation(&push, "r1");
    assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Outdated);
    assert_eq!(stand.store.revocation(&task("t1"), &revocation.id).await.unwrap(), None);
    assert!(stand.items("push").await.is_empty());
}

#[tokio::test]
async fn a_revocation_whose_answer_was_lost_is_kept_once() {
    let stand = Stand::new().await;
    let push = registered(&stand, &task("t1")).await;
    let revocation = a_revocation(&push, "r1");
    stand.faults.plan("TransactWriteItems", Fault::AnswerLost);
    assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
    // Asked once more with a new token, as after ten minutes: it finds its own closure.
    assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
    assert_eq!(stand.store.push(&task("t1")).await.unwrap().unwrap().closures.len(), 1);
}

/// A long list of targets, in an item of its own; with a short one older code reads the item.
#[tokio::test]
async fn a_long_list_of_targets_lies_apart_and_older_code_takes_nothing_for_all_of_them() {
    let stand = Stand::new().await;
    registered(&stand, &task("t1")).await;
    let named = |count: usize| Some((0..count).map(|n| format!("user-{n:05}").parse().unwrap()).collect());
    for (id, count) in [("few", 100), ("many", 1_000)] {
        let push = stand.store.push(&task("t1")).await.unwrap().unwrap();
        let mut revocation = a_revocation(&push, id);
        revocation.scope.targets = named(count);
        assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
        // By a process that has read nothing, and again.
        let cold = revocation_aws::DynamoPushStore::new(stand.client.clone(), PUSHES).with_clock(still(now()));
        for _ in 0..2 {
            let read = cold.revocation(&task("t1"), &revocation.id).await.unwrap();
            assert_eq!(read.as_ref(), Some(&revocation));
        }
        let overview = cold.overview(&task("t1")).await.unwrap().unwrap();
        assert!(overview.revocations.contains(&revocation));
    }
    assert!(stand.item("revocation#rvk_few").await.contains_key("scope"));
    let many = stand.item("revocation#rvk_many").await;
    // Older code needs `scope`, and an error is the answer to whoever asks it.
    assert!(!many.contains_key("scope") && item_bytes(&many) < 2_000);
    let apart = stand.item("targets").await;
    assert_eq!(apart["expires_at"], many["expires_at"]);
}

#[tokio::test]
async fn another_list_of_targets_or_none_is_damage_until_the_revocation_is_past_its_time() {
    let stand = Stand::new().await;
    let push = registered(&stand, &task("t1")).await;
    let mut revocation = a_revocation(&push, "r1");
    revocation.scope.targets = Some((0..1_000).map(|n| format!("user-{n:05}").parse().unwrap()).collect());
    stand.store.insert_revocation(&push, &revocation).await.unwrap();
    let mut other = a_revocation(&push, "r2");
    other.scope.targets = Some((1..1_001).map(|n| format!("user-{n:05}").parse().unwrap()).collect());
    let second = stand.store.push(&task("t1")).await.unwrap().unwrap();
    stand.store.insert_revocation(&second, &other).await.unwrap();

    let lists = stand.items("targets").await;
    let of = |name: &str| {
        lists
            .iter()
            .find(|item| item["pk"].as_s().unwrap().ends_with(name))
            .unwrap()
            .clone()
    };
    let mut swapped = of("rvk_r2");
    swapped.insert("pk".to_owned(), of("rvk_r1")["pk"].clone());
    stand.put(swapped).await;
    let at = |time| revocation_aws::DynamoPushStore::new(stand.client.clone(), PUSHES).with_clock(still(time));
    let damaged = at(now()).revocation(&task("t1"), &revocation.id).await;
    assert!(
        matches!(
            damaged,
            Err(StoreError::Damaged {
                item: "revocation",
                attribute: "outline"
            })
        ),
        "{damaged:?}"
    );

    for item in &lists {
        let delete = stand.client.delete_item().table_name(PUSHES);
        let delete = delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone());
        delete.send().await.unwrap();
    }
    let damaged = at(now()).revocation(&task("t1"), &revocation.id).await;
    assert!(
        matches!(
            damaged,
            Err(StoreError::Damaged {
                item: "revocation",
                attribute: "targets"
            })
        ),
        "{damaged:?}"
    );
    // TTL takes them in any order.
    let past = at(later(31 * DAY)).revocation(&task("t1"), &revocation.id).await.unwrap();
    assert_eq!(past, None);
}

#[tokio::test]
async fn what_moved_on_is_saved_unless_somebody_else_was_first() {
    let stand = Stand::new().await;
    let push = registered(&stand, &task("t1")).await;
    let mut mine = a_revocation(&push, "r1");
    stand.store.insert_revocation(&push, &mine).await.unwrap();
    let mut theirs = mine.clone();
    mine.fanout.cursors[0] = Cursor::Done;
    mine.fanout.cursors[1] = Cursor::After("b7".parse().unwrap());
    mine.fanout.found.insert(Channel::Huawei, 2_000);
    assert_eq!(stand.store.save_revocation(&mine).await.unwrap(), Saved::Yes);
    mine.version = 2;
    assert_eq!(stand.store.revocation(&task("t1"), &mine.id).await.unwrap(), Some(mine.clone()));

    theirs.checked(now());
    assert_eq!(stand.store.save_revocation(&theirs).await.unwrap(), Saved::Outdated);

    mine.dispatched(later(1)).unwrap();
    let mut totals = Counts::default();
    totals.add(Outcome::Overwritten, 2_000);
    mine.settled(later(2), BTreeMap::from([(Channel::Huawei, totals)]), None).unwrap();
    stand.faults.plan("UpdateItem", Fault::AnswerLost);
    assert_eq!(stand.store.save_revocation(&mine).await.unwrap(), Saved::Yes);
    mine.version = 3;
    assert_eq!(stand.store.revocation(&task("t1"), &mine.id).await.unwrap(), Some(mine.clone()));

    let unknown = a_revocation(&push, "r2");
    assert_eq!(stand.store.save_revocation(&unknown).await.unwrap(), Saved::Outdated);
    assert_eq!(stand.store.revocation(&task("t1"), &unknown.id).await.unwrap(), None);
}

#[tokio::test]
async fn due_revocations_come_earliest_first_and_only_while_they_are_open() {
    let stand = Stand::new().await;
    for (id, due) in [("x#0", 30), ("x", 10), ("x%23", 20), ("later", 61)] {
        let push = registered(&stand, &task(id)).await;
        let mut revocation = a_revocation(&push, "r");
        revocation.due_at = Some(later(due));
        stand.store.insert_revocation(&push, &revocation).await.unwrap();
    }
    let push = registered(&stand, &task("never")).await;
    let mut never = a_revocation(&push, "r");
    never.due_at = None;
    stand.store.insert_revocation(&push, &never).await.unwrap();

    // All by the same id, and so in one part.
    let due = async |until| all_due(&stand, until, 10).await;
    let named: Vec<_> = ["x", "x%23", "x#0"].iter().map(|id| (task(id), revocation_id("r"))).collect();
    assert_eq!(due(later(60)).await, named);
    assert_eq!(all_due(&stand, later(60), 1).await, named, "page by page");
    assert_eq!(due(later(30)).await.len(), 3);
    assert_eq!(due(later(30) - SignedDuration::from_millis(1)).await.len(), 2);

    let mut done = stand.store.revocation(&task("x"), &revocation_id("r")).await.unwrap().unwrap();
    done.due_at = None;
    stand.store.save_revocation(&done).await.unwrap();
    done.version = 2;
    assert_eq!(due(later(60)).await, named[1..]);
    assert_eq!(stand.store.revocation(&task("x"), &done.id).await.unwrap(), Some(done.clone()));
    done.due_at = Some(later(5));
    stand.store.save_revocation(&done).await.unwrap();
    assert_eq!(due(later(60)).await[..1], named[..1]);
}

/// Of all parts of the index, so many a page.
async fn all_due(stand: &Stand, until: Timestamp, limit: usize) -> Vec<(PushRef, RevocationId)> {
    let mut all = Vec::new();
    for part in 0..DUE_PARTS {
        let mut after = None;
        loop {
            let page = stand.store.due(part, until, after.as_ref(), limit).await.unwrap();
            all.extend(page.due);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    all
}

/// An older version wrote `open` for all of them.
#[tokio::test]
async fn a_revocation_that_an_older_version_wrote_is_found_and_moves_to_its_part() {
    let stand = Stand::new().await;
    let push = registered(&stand, &task("x")).await;
    let mut revocation = a_revocation(&push, "r");
    revocation.due_at = Some(later(10));
    stand.store.insert_revocation(&push, &revocation).await.unwrap();
    let mut item = stand.item("revocation#").await;
    item.insert("open_pk".to_owned(), AttributeValue::S("open".to_owned()));
    stand
        .client
        .put_item()
        .table_name(PUSHES)
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
    let there = (task("x"), revocation_id("r"));
    let last = stand.store.due(DUE_PARTS - 1, later(60), None, 10).await.unwrap();
    assert_eq!(last.due, std::slice::from_ref(&there));
    assert_eq!(stand.store.save_revocation(&revocation).await.unwrap(), Saved::Yes);
    let last = stand.store.due(DUE_PARTS - 1, later(60), None, 10).await.unwrap();
    assert!(last.due.is_empty());
    assert_eq!(all_due(&stand, later(60), 10).await, [there]);
}

#[tokio::test]
async fn a_revocation_is_kept_30_days_after_the_later_of_request_and_last_delivery() {
    let stand = Stand::new().await;
    let push = registered(&stand, &task("t1")).await;
    stand.store.insert_revocation(&push, &a_revocation(&push, "r1")).await.unwrap();
    assert_eq!(
        number(&stand.item("revocation#").await, "expires_at"),
        now().as_second() + 1 + 30 * DAY
    );

    let stand = Stand::new().await;
    let mut push = a_push(&task("t1"));
    push.registration.send_until = Some(later(20 * DAY));
    stand.store.insert_push(&push).await.unwrap();
    stand.store.insert_revocation(&push, &a_revocation(&push, "r1")).await.unwrap();
    assert_eq!(
        number(&stand.item("revocation#").await, "expires_at"),
        now().as_second() + 1 + 50 * DAY
    );
}

#[tokio::test]
async fn the_overview_has_everything_of_one_push_and_nothing_of_another() {
    let stand = Stand::new().await;
    assert_eq!(stand.store.overview(&task("x")).await.unwrap(), None);
    let mut pushes = Vec::new();
    for id in ["x", "x#0", "x%230"] {
        let mut push = registered(&stand, &task(id)).await;
        // Ids against the order of time.
        for (n, rvk) in ["r3", "r1", "r2"].into_iter().enumerate() {
            let mut revocation = a_revocation(&push, rvk);
            revocation.requested_at = later(i64::try_from(n).unwrap() / 2);
            assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
            stand.store.add_late(&task(id), &revocation.id, Channel::Vivo, 3).await.unwrap();
            stand.store.add_late(&task(id), &revocation.id, Channel::Vivo, 4).await.unwrap();
            push = stand.store.push(&task(id)).await.unwrap().unwrap();
        }
        pushes.push(push);
    }
    let overview = stand.store.overview(&task("x")).await.unwrap().unwrap();
    assert_eq!(overview.push, pushes[0]);
    let ids: Vec<_> = overview.revocations.iter().map(|revocation| revocation.id.as_str()).collect();
    assert_eq!(ids, ["rvk_r1", "rvk_r3", "rvk_r2"]);
    assert!(overview.revocations.iter().all(|revocation| revocation.push == task("x")));
    assert_eq!(overview.counters.len(), 3);
    assert!(overview.counters.values().all(|channels| channels[&Channel::Vivo].late == 7));
}

#[tokio::test]
async fn an_overview_of_more_than_a_page_is_whole() {
    let stand = Stand::new().await;
    let mut push = registered(&stand, &task("t1")).await;
    for n in 0..8 {
        let revocation = a_revocation(&push, &format!("r{n}"));
        // A quarter of a megabyte each, which a newer version keeps here: two pages.
        let newer = [("pk", push_key(&push)), ("sk", format!("q{n}")), ("newer", "x".repeat(250_000))];
        let newer = newer.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
        stand.put(newer.into()).await;
        assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
        push = stand.store.push(&task("t1")).await.unwrap().unwrap();
    }
    let overview = stand.store.overview(&task("t1")).await.unwrap().unwrap();
    assert_eq!(overview.revocations.len(), 8);
    assert!(stand.faults.calls("Query").len() > 1);
}

#[tokio::test]
async fn a_revocation_of_a_push_with_a_long_id_is_found_when_it_is_due() {
    let stand = Stand::new().await;
    let long = task(&"促".repeat(1_365));
    let push = registered(&stand, &long).await;
    let revocation = a_revocation(&push, "r1");
    assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
    let due = all_due(&stand, later(60), 10).await;
    assert_eq!(due, [(long.clone(), revocation.id.clone())]);
    assert_eq!(stand.store.revocation(&long, &revocation.id).await.unwrap(), Some(revocation));
}

#[tokio::test]
async fn an_entry_that_is_not_ours_does_not_hold_up_the_revocations_that_are_due() {
    let stand = Stand::new().await;
    let push = registered(&stand, &task("x")).await;
    let mut revocation = a_revocation(&push, "r");
    revocation.due_at = Some(later(10));
    stand.store.insert_revocation(&push, &revocation).await.unwrap();
    let strange = [("pk", "nonsense"), ("sk", "nonsense"), ("open_pk", "open")];
    stand
        .client
        .put_item()
        .table_name(PUSHES)
        .set_item(Some(
            strange
                .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
                .into(),
        ))
        .item("due_at", AttributeValue::N("1".to_owned()))
        .send()
        .await
        .unwrap();
    let due = all_due(&stand, later(60), 10).await;
    assert_eq!(due, [(task("x"), revocation_id("r"))]);
}
