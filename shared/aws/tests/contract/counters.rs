//! What a revocation's counters add up to.

use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::{BatchWorkStore as _, Counters as _, Finished, PushOverview as _, PushStore as _, RevocationStore as _};
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;

use super::progress::{a_batch, counted, ended};
use super::support::*;

/// What older code counted beside the push is part of the sum, in counters and in the overview.
#[tokio::test]
async fn what_older_code_counted_is_added() {
    let stand = Stand::new().await;
    let push = a_push(&task("t1"));
    stand.store.insert_push(&push).await.unwrap();
    let revocation = a_revocation(&push, "r");
    stand.store.insert_revocation(&push, &revocation).await.unwrap();
    let header = a_batch(&stand, "b1").await;
    let (progress, change) = ended(BatchProgress::fresh(&header), &revocation.id);
    stand.store.finish(&progress, &[(revocation.id.clone(), change)]).await.unwrap();
    let pk = stand.item("push").await["pk"].clone();
    for (nth, outcome) in [("03", "overwritten"), ("12", "failed")] {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let number = |number: &str| AttributeValue::N(number.to_owned());
        let item = [
            ("pk", pk.clone()),
            ("sk", text(&format!("progress#rvk_r#huawei#{nth}"))),
            ("v", number("1")),
            ("revocation", text("rvk_r")),
            ("channel", text("huawei")),
            (outcome, number("10")),
            ("late", number("7")),
            ("suspected", number("1")),
            ("expires_at", number("1")),
        ];
        stand.put(item.map(|(name, value)| (name.to_owned(), value)).into()).await;
    }
    let counters = stand.store.counters(&task("t1"), &revocation.id).await.unwrap();
    let huawei = &counters[&Channel::Huawei];
    let outcomes = [Outcome::Overwritten, Outcome::Failed].map(|outcome| huawei.outcomes.get(outcome));
    assert_eq!((outcomes, huawei.late, huawei.suspected), ([12, 11], 14, 2));
    let overview = stand.store.overview(&task("t1")).await.unwrap().unwrap();
    assert_eq!(overview.counters[&revocation.id], counters);
}

#[tokio::test]
async fn a_replayed_delivery_leaves_failed() {
    let stand = Stand::new().await;
    let header = a_batch(&stand, "b1").await;
    let by = revocation_id("r");
    let (mut progress, change) = ended(BatchProgress::fresh(&header), &by);
    stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap();
    progress.version = 1;
    progress.slots.end(2, Outcome::Recalled, "accepted_by_vendor");
    let change = progress.book(&by, &[0, 1, 2]);
    assert_eq!(
        stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap(),
        Finished::Yes
    );
    assert_eq!(counted(&stand, &by, Outcome::Failed).await, 0);
    assert_eq!(counted(&stand, &by, Outcome::Recalled).await, 1);
}

#[tokio::test]
async fn late_deliveries_are_counted_once_each() {
    let stand = Stand::new().await;
    let by = revocation_id("r");
    stand.faults.plan("TransactWriteItems", Fault::AnswerLost);
    for count in [1_000, 7, 1] {
        stand.store.add_late(&task("t1"), &by, Channel::Apns, count).await.unwrap();
    }
    stand.store.add_late(&task("t1"), &by, Channel::Vivo, 5).await.unwrap();
    stand
        .store
        .add_late(&task("t1"), &revocation_id("r2"), Channel::Vivo, 100)
        .await
        .unwrap();
    stand.store.add_late(&task("t2"), &by, Channel::Vivo, 100).await.unwrap();
    let counters = stand.store.counters(&task("t1"), &by).await.unwrap();
    let late: Vec<_> = counters.iter().map(|(channel, counters)| (*channel, counters.late)).collect();
    assert_eq!(late, [(Channel::Vivo, 5), (Channel::Apns, 1_008)]);
    assert!(counters.values().all(|counters| counters.outcomes.total() == 0));
}

#[tokio::test]
async fn many_batches_are_counted_in_many_items_and_summed() {
    let stand = Stand::new().await;
    let by = revocation_id("r");
    for n in 0..40 {
        let header = a_batch(&stand, &format!("b{n}")).await;
        let (progress, change) = ended(BatchProgress::fresh(&header), &by);
        stand.store.finish(&progress, &[(by.clone(), change.clone())]).await.unwrap();
    }
    let items = stand.items("counters").await;
    assert!(items.len() > 8, "{} items", items.len());
    assert!(items.len() <= 16, "{} items", items.len());
    assert_eq!(counted(&stand, &by, Outcome::Overwritten).await, 80);
    assert_eq!(counted(&stand, &by, Outcome::Failed).await, 40);
}
