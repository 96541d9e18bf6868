//! Leases and outcomes: one writer at a time, and nothing counted twice.

use std::time::Duration;

use revocation_app::ports::{BatchRecorder as _, BatchWorkStore as _, Claimed, Counters as _, Finished, ProgressList as _, StoreError};
use revocation_rules::batch::BatchHeader;
use revocation_rules::channel::Channel;
use revocation_rules::ids::RevocationId;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::{BatchProgress, Change};

use super::support::*;

pub(super) async fn a_batch(stand: &Stand, id: &str) -> BatchHeader {
    let sent = deliveries(3);
    let header = a_header(&a_push(&task("t1")), id, &sent);
    stand.store.record(&header, &sent).await.unwrap();
    header
}

async fn stored(stand: &Stand, header: &BatchHeader) -> Option<BatchProgress> {
    let work = stand.store.work(&header.batch, &revocation_id("r"), None).await.unwrap();
    work.unwrap().progress
}

/// A progress in which every slot ended, and what that changes.
pub(super) fn ended(progress: BatchProgress, by: &RevocationId) -> (BatchProgress, Change) {
    let mut progress = progress;
    progress.slots.end(0, Outcome::Overwritten, "accepted_by_vendor");
    progress.slots.end(1, Outcome::Overwritten, "accepted_by_vendor");
    progress.slots.end(2, Outcome::Failed, "attempts_used_up");
    progress.not_before = None;
    let change = progress.book(by, &[0, 1, 2]);
    (progress, change)
}

pub(super) async fn counted(stand: &Stand, by: &RevocationId, outcome: Outcome) -> u64 {
    let counters = stand.store.counters(&task("t1"), by).await.unwrap();
    counters.get(&Channel::Huawei).map_or(0, |counters| counters.outcomes.get(outcome))
}

/// A transaction that was cancelled for these reasons.
fn cancelled(reasons: &[&str]) -> Fault {
    let reasons: Vec<_> = reasons.iter().map(|code| serde_json::json!({ "Code": code })).collect();
    let body = serde_json::json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": reasons,
    });
    Fault::Says(400, body.to_string())
}

#[tokio::test]
async fn of_two_that_claim_the_same_batch_one_gets_it() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    // Never worked on: both write the first version, with the same lease.
    assert_eq!(stand.store.claim(&claimed(&header)).await.unwrap(), Claimed::Yes);
    assert_eq!(stand.store.claim(&claimed(&header)).await.unwrap(), Claimed::Lost);
    // Worked on before: both saw version 1.
    let seen = stored(&stand, &header).await.unwrap();
    assert_eq!(seen, claimed(&header));
    let (one, other) = (seen.clone().claimed(later(200)), seen.claimed(later(300)));
    let (one_got, other_got) = tokio::join!(stand.store.claim(&one), stand.store.claim(&other));
    let mut got = [one_got.unwrap(), other_got.unwrap()];
    got.sort_by_key(|claimed| *claimed == Claimed::Lost);
    assert_eq!(got, [Claimed::Yes, Claimed::Lost]);
    assert_eq!(stored(&stand, &header).await.unwrap().version, 2);
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_still_ours() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    stand.faults.plan("PutItem", Fault::AnswerLost);
    assert_eq!(stand.store.claim(&claimed(&header)).await.unwrap(), Claimed::Yes);
    assert!(stand.faults.all_happened());
    assert_eq!(stored(&stand, &header).await.unwrap().version, 1);
}

#[tokio::test]
async fn outcomes_and_counters_are_written_together() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    stand.store.claim(&claimed(&header)).await.unwrap();
    let (progress, change) = ended(claimed(&header), &by);
    assert_eq!(
        stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap(),
        Finished::Yes
    );
    assert_eq!(stored(&stand, &header).await, Some(BatchProgress { version: 2, ..progress }));
    assert_eq!(counted(&stand, &by, Outcome::Overwritten).await, 2);
    assert_eq!(counted(&stand, &by, Outcome::Failed).await, 1);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_writes_nothing() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    stand.store.claim(&claimed(&header)).await.unwrap();
    let (late, change) = ended(claimed(&header), &by);
    let other = claimed(&header).claimed(later(500));
    assert_eq!(stand.store.claim(&other).await.unwrap(), Claimed::Yes);
    assert_eq!(
        stand.store.finish(&late, &[(by.clone(), change.clone())]).await.unwrap(),
        Finished::Lost
    );
    assert_eq!(stand.store.finish(&late, &[]).await.unwrap(), Finished::Lost);
    assert_eq!(stored(&stand, &header).await, Some(other));
    assert_eq!(counted(&stand, &by, Outcome::Overwritten).await, 0);
}

#[tokio::test]
async fn without_a_claim_the_first_to_finish_wins() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    let (progress, change) = ended(BatchProgress::fresh(&header), &by);
    let changes = [(by.clone(), change.clone())];
    let (one, other) = tokio::join!(stand.store.finish(&progress, &changes), stand.store.finish(&progress, &changes));
    let mut ends = [one.unwrap(), other.unwrap()];
    ends.sort_by_key(|finished| *finished == Finished::Lost);
    assert_eq!(ends, [Finished::Yes, Finished::Lost]);
    assert_eq!(counted(&stand, &by, Outcome::Overwritten).await, 2);
}

#[tokio::test]
async fn an_end_whose_answer_was_lost_is_written_and_counted_once() {
    let stand = Stand::new().await;
    let by = revocation_id("r");
    for (id, with_counters) in [("b1", true), ("b2", false)] {
        let header = a_batch(&stand, id).await;
        let (progress, change) = ended(BatchProgress::fresh(&header), &by);
        let change = if with_counters { change } else { Change::default() };
        let operation = if with_counters { "TransactWriteItems" } else { "PutItem" };
        stand.faults.plan(operation, Fault::AnswerLost);
        assert_eq!(
            stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap(),
            Finished::Yes
        );
        assert!(stand.faults.all_happened());
        assert_eq!(stored(&stand, &header).await.unwrap().version, 1);
    }
    assert_eq!(counted(&stand, &by, Outcome::Overwritten).await, 2);
    // The repetition carried the token of the first call.
    let tokens: Vec<_> = stand
        .faults
        .calls("TransactWriteItems")
        .iter()
        .map(|call| call["ClientRequestToken"].clone())
        .collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn an_end_that_was_written_before_a_conflict_was_reported_is_ours() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    let (progress, change) = ended(BatchProgress::fresh(&header), &by);
    // Written, not heard of, reported as cancelled; so it is tried anew, with another token.
    stand.faults.plan("TransactWriteItems", Fault::AnswerLost);
    stand.faults.plan("TransactWriteItems", cancelled(&["TransactionConflict", "None"]));
    assert_eq!(
        stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap(),
        Finished::Yes
    );
    assert_eq!(stand.faults.calls("TransactWriteItems").len(), 3);
    assert_eq!(stored(&stand, &header).await.unwrap().version, 1);
    assert_eq!(counted(&stand, &by, Outcome::Overwritten).await, 2);
}

#[tokio::test]
async fn a_claim_waits_for_a_transaction_on_the_same_item() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let conflict = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"busy"}"#;
    stand.faults.plan("PutItem", Fault::Says(400, conflict.to_owned()));
    assert_eq!(stand.store.claim(&claimed(&header)).await.unwrap(), Claimed::Yes);
    assert!(stand.faults.all_happened());
}

#[tokio::test]
async fn counters_that_are_busy_are_left_for_others() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    let (progress, change) = ended(BatchProgress::fresh(&header), &by);
    stand.faults.plan("TransactWriteItems", cancelled(&["None", "TransactionConflict"]));
    stand.faults.plan("TransactWriteItems", cancelled(&["None", "ThrottlingError"]));
    assert_eq!(
        stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap(),
        Finished::Yes
    );
    let calls = stand.faults.calls("TransactWriteItems");
    assert_eq!(calls.len(), 3);
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        assert_ne!(calls[one]["ClientRequestToken"], calls[other]["ClientRequestToken"]);
        let pk = |n: usize| calls[n]["TransactItems"][1]["Update"]["Key"]["pk"].clone();
        assert_ne!(pk(one), pk(other));
    }
    assert_eq!(counted(&stand, &by, Outcome::Overwritten).await, 2);
}

#[tokio::test]
async fn a_conflict_that_does_not_end_is_an_error_and_not_a_lost_lease() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    let (progress, change) = ended(BatchProgress::fresh(&header), &by);
    stand
        .faults
        .always("TransactWriteItems", cancelled(&["TransactionConflict", "None"]));
    let store = stand.store.clone().with_patience(Duration::from_millis(300));
    let end = store.finish(&progress, &[(by.clone(), change.clone())]).await;
    assert!(matches!(end, Err(StoreError::Unavailable(_))), "{end:?}");
    assert_eq!(stored(&stand, &header).await, None);
    stand.faults.no_longer();
    stand.faults.plan("TransactWriteItems", cancelled(&["ValidationError", "None"]));
    assert!(stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.is_err());
    assert_eq!(stored(&stand, &header).await, None);
}

/// Busy, down, not to be reached, an answer that is lost: more often than the SDK asks by itself.
#[tokio::test]
async fn an_end_is_not_given_up_while_the_table_is_busy_or_down_for_a_moment() {
    let stand = Stand::new().await;
    let by = revocation_id("r");
    let says = |status, code: &str| {
        Fault::Says(
            status,
            format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"no"}}"#),
        )
    };
    for (id, operation) in [("b1", "TransactWriteItems"), ("b2", "PutItem")] {
        let header = a_batch(&stand, id).await;
        let (progress, change) = ended(BatchProgress::fresh(&header), &by);
        let change = if operation == "PutItem" { Change::default() } else { change };
        for _ in 0..4 {
            stand.faults.plan(operation, says(400, "ProvisionedThroughputExceededException"));
            stand.faults.plan(operation, says(500, "InternalServerError"));
        }
        stand.faults.plan(operation, Fault::AnswerLost);
        stand.faults.plan(operation, says(503, "ServiceUnavailable"));
        assert_eq!(stand.store.finish(&progress, &[(by.clone(), change)]).await.unwrap(), Finished::Yes);
        assert!(stand.faults.all_happened());
        assert_eq!(stored(&stand, &header).await.unwrap().version, 1, "{operation}");
    }
    assert_eq!(
        (
            counted(&stand, &by, Outcome::Overwritten).await,
            counted(&stand, &by, Outcome::Failed).await
        ),
        (2, 1)
    );
}

#[tokio::test]
async fn what_waiting_does_not_mend_is_an_error_at_once() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    let (progress, change) = ended(BatchProgress::fresh(&header), &by);
    let denied = r#"{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"no"}"#;
    stand.faults.always("TransactWriteItems", Fault::Says(400, denied.to_owned()));
    assert!(stand.store.finish(&progress, &[(by, change)]).await.is_err());
    assert_eq!(stand.faults.calls("TransactWriteItems").len(), 1);
}

#[tokio::test]
async fn progress_and_counters_are_kept_67_days_after_the_last_change() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    let (progress, change) = ended(BatchProgress::fresh(&header), &by);
    stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap();
    let until = now().as_second() + 1 + 67 * DAY;
    assert_eq!(number(&stand.item("outcome#").await, "expires_at"), until);
    assert_eq!(number(&stand.item("counters").await, "expires_at"), until);
}

#[tokio::test]
async fn progresses_of_a_shard_come_in_the_order_of_batch_ids() {
    let stand = Stand::new().await;
    let push = task("t1");
    let mut expected = Vec::new();
    for n in 0..30 {
        let header = a_batch(&stand, &format!("b{n}")).await;
        let progress = claimed(&header);
        stand.store.claim(&progress).await.unwrap();
        expected.push(progress);
    }
    expected.sort_by(|one, other| one.batch.batch.cmp(&other.batch.batch));
    let mut found = 0;
    for shard in 0..16 {
        let page = stand.store.progresses(&push, shard, None).await.unwrap();
        let of_shard: Vec<_> = expected.iter().filter(|progress| progress.batch.shard == shard).cloned().collect();
        assert_eq!(page.items, of_shard);
        assert_eq!(page.next, None);
        if let [first, rest @ ..] = of_shard.as_slice() {
            let page = stand.store.progresses(&push, shard, Some(&first.batch.batch)).await.unwrap();
            assert_eq!(page.items, rest);
        }
        found += of_shard.len();
    }
    assert_eq!(found, 30);
}

#[tokio::test]
async fn outcomes_of_a_thousand_slots_are_read_back() {
    let stand = Stand::new().await;
    let sent = deliveries(1_000);
    let header = a_header(&a_push(&task("t1")), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    let mut progress = BatchProgress::fresh(&header);
    for slot in 0..999 {
        let outcome = Outcome::ALL[slot % Outcome::ALL.len()];
        progress.slots.end(slot, outcome, &format!("huawei:8030{slot}"));
    }
    let by = revocation_id("r");
    let change = progress.book(&by, &(0..1_000).collect::<Vec<_>>());
    stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap();
    assert_eq!(stored(&stand, &header).await, Some(BatchProgress { version: 1, ..progress }));
}
