//! Registering and reading pushes; tenants and ids that look alike.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use revocation_app::ports::{Inserted, PushStore as _, TaskNumbers as _};
use revocation_rules::ids::{PushKind, PushRef};
use revocation_rules::notice::{Notice, Notices};
use revocation_rules::push::PushType;

use super::support::*;

#[tokio::test]
async fn a_push_is_read_back_as_it_was_registered() {
    let stand = Stand::new().await;
    let mut push = a_push(&task("t1"));
    push.registration.notices = Some(Notices::from(Notice {
        title: "撤回".to_owned(),
        text: "\"quoted\"".to_owned(),
    }));
    push.registration.send_until = Some(later(3600));
    assert_eq!(stand.store.push(&task("t1")).await.unwrap(), None);
    assert_eq!(stand.store.insert_push(&push).await.unwrap(), Inserted::New);
    assert_eq!(stand.store.push(&task("t1")).await.unwrap(), Some(push));
}

#[tokio::test]
async fn the_second_registration_finds_the_first() {
    let stand = Stand::new().await;
    let first = a_push(&task("t1"));
    let mut second = first.clone();
    second.registration.title = "another".to_owned();
    stand.store.insert_push(&first).await.unwrap();
    assert_eq!(stand.store.insert_push(&second).await.unwrap(), Inserted::Existing(first.clone()));
    assert_eq!(stand.store.push(&task("t1")).await.unwrap(), Some(first));
}

#[tokio::test]
async fn ids_that_look_alike_are_different_pushes() {
    let stand = Stand::new().await;
    let mut refs: Vec<PushRef> = [
        "x",
        "x#0",
        "x%23",
        "x%230",
        "x%2523",
        "x#push",
        "a/b",
        "a",
        "b",
        "促销 #1",
        "%",
        "#",
    ]
    .iter()
    .map(|id| task(id))
    .collect();
    let message = PushRef {
        kind: PushKind::Message,
        ..task("x")
    };
    let foreign = PushRef {
        tenant: tenant("app2"),
        ..task("x")
    };
    let mut other_workspace = task("x");
    other_workspace.tenant.workspace = "default2".parse().unwrap();
    refs.extend([message, foreign, other_workspace, task(&"#%".repeat(128))]);
    for (n, of) in refs.iter().enumerate() {
        let mut push = a_push(of);
        push.registration.title = format!("push {n}");
        assert_eq!(stand.store.insert_push(&push).await.unwrap(), Inserted::New, "{of:?}");
    }
    for (n, of) in refs.iter().enumerate() {
        let push = stand.store.push(of).await.unwrap().unwrap();
        assert_eq!(push.registration.push, *of);
        assert_eq!(push.registration.title, format!("push {n}"));
    }
}

#[tokio::test]
async fn a_push_is_kept_30_days_after_its_last_possible_delivery() {
    let stand = Stand::new().await;
    let push = a_push(&task("t1"));
    stand.store.insert_push(&push).await.unwrap();
    let kept_until = push.registered_at + SignedDuration::from_secs(30 * DAY);
    // Seconds, rounded up: 12:20:00.250 is kept until :01.
    assert_eq!(number(&stand.item("push").await, "expires_at"), kept_until.as_second() + 1);

    let stand = Stand::new().await;
    let mut long = a_push(&task("t2"));
    long.registration.push_type = PushType::Broadcast;
    let until = later(20 * DAY);
    long.registration.send_until = Some(until);
    stand.store.insert_push(&long).await.unwrap();
    assert_eq!(number(&stand.item("push").await, "expires_at"), until.as_second() + 1 + 30 * DAY);
}

#[tokio::test]
async fn a_registration_whose_answer_was_lost_finds_itself() {
    let stand = Stand::new().await;
    let message = a_push(&PushRef {
        kind: PushKind::Message,
        ..task("m1")
    });
    stand.faults.plan("PutItem", Fault::AnswerLost);
    assert_eq!(stand.store.insert_push(&message).await.unwrap(), Inserted::Existing(message));
    // With its number it is one transaction, which is answered again as it was.
    let task = a_push(&task("t1"));
    stand.faults.plan("TransactWriteItems", Fault::AnswerLost);
    assert_eq!(stand.store.insert_push(&task).await.unwrap(), Inserted::New);
    assert_eq!(stand.store.insert_push(&task).await.unwrap(), Inserted::Existing(task));
    assert!(stand.faults.all_happened());
}

#[tokio::test]
async fn a_number_that_an_expired_task_left_behind_is_its_own_again() {
    let stand = Stand::new().await;
    let push = a_push(&task("t1"));
    stand.store.insert_push(&push).await.unwrap();
    // DynamoDB deletes what expired one by one.
    let item = stand.item("push").await;
    stand.delete("push").await;
    assert_eq!(stand.store.insert_push(&push).await.unwrap(), Inserted::New);
    let number = task("t1").task_number().unwrap();
    assert_eq!(stand.store.task_numbered(&tenant("app"), number).await.unwrap(), Some(task("t1")));
    assert_eq!(
        self::number(&stand.item("number").await, "expires_at"),
        self::number(&item, "expires_at")
    );
}

#[tokio::test]
async fn of_two_tasks_of_one_number_the_second_finds_the_first() {
    let stand = Stand::new().await;
    let first = a_push(&task("t1"));
    stand.store.insert_push(&first).await.unwrap();
    // One in 2^52: the number of `t1` is made that of `t2`.
    let number = task("t2").task_number().unwrap().get();
    let mut planted = stand.item("number").await;
    planted.insert("pk".to_owned(), AttributeValue::S(format!("app/default#number#{number}")));
    stand.put(planted).await;
    let second = a_push(&task("t2"));
    assert_eq!(stand.store.insert_push(&second).await.unwrap(), Inserted::Existing(first));
    assert_eq!(stand.store.push(&task("t2")).await.unwrap(), None, "nothing of it is kept");
}

#[tokio::test]
async fn a_task_whose_id_is_its_number_needs_no_other_item() {
    let stand = Stand::new().await;
    stand.store.insert_push(&a_push(&task("20842863"))).await.unwrap();
    assert_eq!(stand.items("").await.len(), 1);
}
