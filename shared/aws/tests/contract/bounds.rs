//! The largest things that may be kept fit where they are kept.

use std::collections::BTreeMap;

use revocation_app::ports::{
    BatchRecorder as _, BatchWorkStore as _, Counters as _, Finished, PushOverview as _, PushStore as _, RevocationStore as _, Saved,
    StoreError,
};
use revocation_rules::actor::{Act, Actor, MAX_LABEL_CHARS};
use revocation_rules::batch::MAX_DELIVERIES;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{MAX_ID_BYTES, RevocationId};
use revocation_rules::notice::{MAX_LOCALES, MAX_TEXT_CHARS, MAX_TITLE_CHARS, Notice, Notices};
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::progress::{BatchProgress, Change};
use revocation_rules::push::{MAX_PUSH_TITLE_CHARS, Push};
use revocation_rules::revocation::{Cursor, MAX_REASON_CHARS, Revocation};
use revocation_rules::scope::MAX_TARGETS;
use revocation_rules::verdict::MAX_REVOCATIONS;

use super::support::*;

/// `DynamoDB`'s own.
const LARGEST_ITEM: usize = 400 * 1024;
const LARGEST_TRANSACTION: usize = 4 * 1024 * 1024;

/// A character of four bytes.
fn wide(chars: usize) -> String {
    "𠮷".repeat(chars)
}

/// In as many languages as there may be, as long as they may be.
fn notices() -> Notices {
    let notice = || Notice {
        title: wide(MAX_TITLE_CHARS),
        text: "\"".repeat(MAX_TEXT_CHARS - 1) + "\\",
    };
    let wide_one = Notice {
        title: wide(MAX_TITLE_CHARS),
        text: wide(MAX_TEXT_CHARS),
    };
    let locale = |nth: usize| format!("zh-Hant-TW-aaaaaaaa-bbbbbbbb-c{nth:05}").parse().unwrap();
    let others = (0..MAX_LOCALES - 1).map(|nth| (locale(nth), wide_one.clone()));
    Notices {
        default: wide_one.clone(),
        locales: others.chain([(locale(MAX_LOCALES), notice())]).collect(),
    }
}

/// Registered, with the longest id, title and notice.
async fn a_large_push(stand: &Stand) -> Push {
    let mut push = a_push(&task(&"促".repeat(MAX_ID_BYTES / 3)));
    push.registration.title = wide(MAX_PUSH_TITLE_CHARS);
    push.registration.notices = Some(notices());
    push.registration.send_until = Some(later(60));
    stand.store.insert_push(&push).await.unwrap();
    push
}

/// As many targets as a scope may name.
fn targets(of: usize, bytes: usize) -> std::collections::BTreeSet<revocation_rules::ids::TargetId> {
    let target = |nth: usize| {
        format!(
            "{of:03}{nth:04}{}",
            token(u32::try_from(of * MAX_TARGETS + nth).unwrap(), bytes - 7)
        )
    };
    (0..MAX_TARGETS).map(|nth| target(nth).parse().unwrap()).collect()
}

/// Everything about it as large as it may be.
fn a_large_revocation(push: &Push, nth: usize, bytes_of_a_target: usize) -> Revocation {
    let actor = || Actor {
        key: "k".repeat(64).parse().unwrap(),
        label: Some(wide(MAX_LABEL_CHARS).parse().unwrap()),
    };
    let mut revocation = a_revocation(push, &format!("{nth:032}"));
    // All but one channel, so that none covers another.
    revocation.scope.channels = Some(Channel::ALL.into_iter().skip(1).collect());
    revocation.scope.targets = Some(targets(nth, bytes_of_a_target));
    revocation.reason = wide(MAX_REASON_CHARS);
    revocation.notices = notices();
    revocation.requested_by = actor();
    revocation.last_replay = Some(Act { by: actor(), at: now() });
    revocation.fanout.found = Channel::ALL.into_iter().map(|channel| (channel, u64::MAX)).collect();
    for cursor in &mut revocation.fanout.cursors {
        *cursor = Cursor::After("b".repeat(128).parse().unwrap());
    }
    revocation
}

#[tokio::test]
async fn the_largest_push_and_the_largest_revocation_stay_small() {
    let stand = Stand::new().await;
    let mut push = a_large_push(&stand).await;
    for nth in 0..=MAX_REVOCATIONS {
        let revocation = a_large_revocation(&push, nth, if nth == 0 { 400 } else { 40 });
        assert_eq!(
            stand.store.insert_revocation(&push, &revocation).await.unwrap(),
            Saved::Yes,
            "{nth}"
        );
        push = stand.store.push(&push.registration.push).await.unwrap().unwrap();
    }
    assert_eq!(push.closures.len(), MAX_REVOCATIONS + 1);
    let of_push = item_bytes(&stand.item("push").await);

    // Settled, with every outcome on every channel.
    let mut first = stand
        .store
        .revocation(&push.registration.push, &push.closures[0].by)
        .await
        .unwrap()
        .unwrap();
    let mut counts = Counts::default();
    for outcome in Outcome::ALL {
        counts.add(outcome, u64::MAX / 32);
    }
    let totals: BTreeMap<Channel, Counts> = Channel::ALL.into_iter().map(|channel| (channel, counts.clone())).collect();
    first.dispatched(now()).unwrap();
    first.settled(now(), totals, Some("ff".repeat(125).try_into().unwrap())).unwrap();
    assert_eq!(stand.store.save_revocation(&first).await.unwrap(), Saved::Yes);
    let of_revocation = stand.items("revocation#").await.iter().map(item_bytes).max().unwrap();
    println!("largest push {of_push} bytes, largest revocation {of_revocation} bytes");
    // A closure has no list of targets but its digest: a few hundred bytes whatever is named.
    assert!(of_push < 60_000, "{of_push}");
    assert!(of_revocation < 30_000, "{of_revocation}");
    assert!(stand.items("targets").await.iter().map(item_bytes).max().unwrap() < LARGEST_ITEM);

    // All of it is read back, by this process and by one that has kept nothing.
    first.version += 1;
    let cold = revocation_aws::DynamoPushStore::new(stand.client.clone(), PUSHES).with_clock(still(now()));
    for store in [&stand.store, &cold] {
        let overview = store.overview(&push.registration.push).await.unwrap().unwrap();
        assert_eq!(overview.revocations.len(), MAX_REVOCATIONS + 1);
        assert!(overview.revocations.contains(&first));
    }
}

#[tokio::test]
async fn a_list_of_targets_that_no_item_holds_is_refused_before_anything_is_kept() {
    let stand = Stand::new().await;
    let push = a_large_push(&stand).await;
    let revocation = a_large_revocation(&push, 0, 900);
    let before = stand.faults.calls("TransactWriteItems").len();
    let end = stand.store.insert_revocation(&push, &revocation).await;
    assert!(
        matches!(
            end,
            Err(StoreError::TooLarge {
                item: "list of targets",
                fits: None
            })
        ),
        "{end:?}"
    );
    assert_eq!(stand.faults.calls("TransactWriteItems").len(), before);
    assert_eq!(stand.store.push(&push.registration.push).await.unwrap().unwrap().closures, []);
}

/// So many revocations that counted every delivery of a batch, and what confirming it tells each.
fn told_by_all(progress: &mut BatchProgress, revocations: usize) -> Vec<(RevocationId, Change)> {
    let all: Vec<usize> = (0..progress.slots.len()).collect();
    (0..revocations)
        .map(|nth| {
            let id = revocation_id(&format!("{nth:032}"));
            progress.met.insert(id.clone(), "ff".repeat(125).try_into().unwrap());
            progress.replays.insert(id.clone(), u32::MAX);
            let change = progress.book(&id, &all);
            (id, change)
        })
        .collect()
}

async fn finished_for(revocations: usize) -> (Stand, usize) {
    let stand = Stand::new().await;
    let sent = deliveries(u32::try_from(MAX_DELIVERIES).unwrap());
    let header = a_header(&a_push(&task("t1")), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    let mut progress = BatchProgress::fresh(&header);
    for slot in 0..MAX_DELIVERIES {
        let outcome = Outcome::ALL[slot % Outcome::ALL.len()];
        progress
            .slots
            .end(slot, outcome, &format!("huawei:{}", token(u32::try_from(slot).unwrap(), 60)));
    }
    let changes = told_by_all(&mut progress, revocations);
    assert_eq!(stand.store.finish(&progress, &changes).await.unwrap(), Finished::Yes);
    for (id, _) in &changes {
        let counters = stand.store.counters(&task("t1"), id).await.unwrap();
        assert_eq!(counters[&Channel::Huawei].outcomes.total(), 1_000, "{id}");
    }
    let bytes = item_bytes(&stand.item("outcome#").await);
    (stand, bytes)
}

#[tokio::test]
async fn the_end_of_a_batch_is_told_to_as_many_revocations_as_a_push_may_have_in_one_transaction() {
    let (stand, bytes) = finished_for(MAX_REVOCATIONS + 1).await;
    let calls = stand.faults.calls("TransactWriteItems");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0]["TransactItems"].as_array().unwrap().len(), 100);
    let counters: usize = stand.items("counters").await.iter().map(item_bytes).sum();
    println!("largest progress {bytes} bytes, with counters {}", bytes + counters);
    assert!(bytes < LARGEST_ITEM && bytes + counters < LARGEST_TRANSACTION);
}

#[tokio::test]
async fn a_push_of_an_older_version_may_have_more_revocations_and_all_are_told() {
    // A hundred parts and everything.
    let (stand, _) = finished_for(101).await;
    let calls = stand.faults.calls("TransactWriteItems");
    let writes: Vec<usize> = calls.iter().map(|call| call["TransactItems"].as_array().unwrap().len()).collect();
    assert_eq!(writes, [100, 2]);
}
