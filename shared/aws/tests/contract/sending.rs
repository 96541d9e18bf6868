//! Where jobs go, and what is sent again.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use revocation_app::ports::{Job, JobQueue as _, QueueError};
use revocation_aws::{QueueUrls, SqsJobQueue, encode};
use revocation_rules::channel::Channel;
use serde_json::{Value, json};

use super::jobs::{check, confirm, dispatch, fanout};
use super::support::{Fault, Faults, revocation_id, task};

const SEND: &str = "SendMessageBatch";

fn queue(faults: &Faults) -> SqsJobQueue {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .http_client(faults.over(aws_smithy_http_client::Builder::new().build_http()))
        .build();
    let url = |name: &str| format!("http://127.0.0.1:1/{name}");
    let urls = QueueUrls {
        fanout: url("fanout"),
        dispatch: HashMap::from([(Channel::Huawei, url("huawei")), (Channel::Apns, url("apns"))]),
        unsupported: url("unsupported"),
        receipts: url("receipts"),
    };
    SqsJobQueue::new(aws_sdk_sqs::Client::from_conf(config), urls)
}

/// An answer that takes ten messages but these.
fn taken_but(failed: &[&str]) -> Fault {
    let (failed, taken): (Vec<_>, Vec<_>) = (0..10).map(|n| n.to_string()).partition(|id| failed.contains(&id.as_str()));
    let taken: Vec<_> = taken
        .iter()
        .map(|id| json!({ "Id": id, "MessageId": id, "MD5OfMessageBody": "" }))
        .collect();
    let failed: Vec<_> = failed
        .iter()
        .map(|id| json!({ "Id": id, "SenderFault": false, "Code": "InternalError" }))
        .collect();
    Fault::Says(200, json!({ "Successful": taken, "Failed": failed }).to_string())
}

fn bodies(call: &Value) -> Vec<String> {
    let entries = call["Entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["MessageBody"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_job_goes_to_its_queue_in_batches_of_ten() {
    let faults = Faults::default();
    let mut jobs = vec![fanout(), check()];
    jobs.extend((0..25).map(|n| dispatch(Channel::Huawei, &format!("h{n}"))));
    jobs.extend((0..10).map(|n| dispatch(Channel::Apns, &format!("a{n}"))));
    jobs.push(dispatch(Channel::Sms, "no-dispatcher"));
    jobs.push(confirm());
    for _ in 0..7 {
        faults.plan(SEND, taken_but(&[]));
    }
    queue(&faults).send(&jobs, Duration::from_millis(1_500)).await.unwrap();
    let calls = faults.calls(SEND);
    let mut sizes: Vec<_> = calls
        .iter()
        .map(|call| {
            (
                call["QueueUrl"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(),
                bodies(call).len(),
            )
        })
        .collect();
    sizes.sort();
    let expected = [
        ("apns", 10),
        ("fanout", 2),
        ("huawei", 5),
        ("huawei", 10),
        ("huawei", 10),
        ("receipts", 1),
        ("unsupported", 1),
    ];
    assert_eq!(sizes, expected.map(|(url, size)| (url.to_owned(), size)));
    let sent: BTreeSet<_> = calls.iter().flat_map(bodies).collect();
    assert_eq!(sent, jobs.iter().map(encode).collect());
    for call in &calls {
        let entries = call["Entries"].as_array().unwrap();
        assert!(entries.iter().all(|entry| entry["DelaySeconds"] == 2));
        let ids: BTreeSet<_> = entries.iter().map(|entry| entry["Id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), entries.len());
    }
}

#[tokio::test]
async fn every_message_says_whose_it_is() {
    let faults = Faults::default();
    let of = |app: &str| {
        let mut push = task("t1");
        push.tenant.app = app.parse().unwrap();
        Job::Fanout {
            push,
            revocation: revocation_id("r1"),
        }
    };
    let longest = "x".repeat(64);
    let mut jobs: Vec<_> = ["shop", "bank", &longest, "shop"].map(of).into();
    if let Job::Fanout { push, .. } = &mut jobs[2] {
        push.tenant.workspace = longest.parse().unwrap();
    }
    faults.plan(SEND, taken_but(&["3"]));
    faults.plan(SEND, taken_but(&[]));
    queue(&faults).send(&jobs, Duration::ZERO).await.unwrap();
    let calls = faults.calls(SEND);
    let groups = |call: &Value| {
        let entries = call["Entries"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["MessageGroupId"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let workspace = task("t1").tenant.workspace;
    let sent = groups(&calls[0]);
    assert_eq!(
        (&*sent[0], &*sent[1]),
        (&*format!("shop/{workspace}"), &*format!("bank/{workspace}"))
    );
    assert_eq!(sent[2].len(), 64, "SQS takes 128 characters, and this tenant has 129: {}", sent[2]);
    assert_eq!(sent[3], sent[0]);
    assert_eq!(groups(&calls[1]), [sent[0].clone()], "also when it is sent again");
}

#[tokio::test]
async fn only_what_was_not_taken_is_sent_again() {
    let faults = Faults::default();
    let jobs: Vec<_> = (0..10).map(|n| dispatch(Channel::Huawei, &format!("h{n}"))).collect();
    faults.plan(SEND, taken_but(&["2", "7", "9"]));
    faults.plan(SEND, taken_but(&["1"]));
    faults.plan(SEND, taken_but(&[]));
    queue(&faults).send(&jobs, Duration::ZERO).await.unwrap();
    let calls = faults.calls(SEND);
    assert_eq!(calls.len(), 3);
    assert_eq!(bodies(&calls[1]), [2, 7, 9].map(|n: usize| encode(&jobs[n])));
    assert_eq!(bodies(&calls[2]), [encode(&jobs[7])]);
}

#[tokio::test]
async fn what_is_never_taken_is_counted() {
    let faults = Faults::default();
    let jobs: Vec<_> = (0..10).map(|n| dispatch(Channel::Huawei, &format!("h{n}"))).collect();
    faults.plan(SEND, taken_but(&["3", "4"]));
    for _ in 0..10 {
        faults.plan(SEND, taken_but(&["0", "1"]));
    }
    let end = queue(&faults).send(&jobs, Duration::ZERO).await;
    assert!(matches!(end, Err(QueueError::NotSent { failed: 2, all: 10 })), "{end:?}");
}

#[tokio::test]
async fn a_queue_that_refuses_is_unavailable_and_its_error_has_no_bodies() {
    let faults = Faults::default();
    faults.plan(
        SEND,
        Fault::Says(403, r#"{"__type":"AccessDenied","message":"not yours"}"#.to_owned()),
    );
    let error = queue(&faults).send(&[fanout()], Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, QueueError::Unavailable(_)));
    let shown = format!("{error:?}");
    assert!(shown.contains("AccessDenied"), "{shown}");
    assert!(!shown.contains("rvk_r1"), "{shown}");
}

#[tokio::test]
async fn a_delay_is_cut_to_fifteen_minutes() {
    let faults = Faults::default();
    faults.plan(SEND, taken_but(&[]));
    queue(&faults).send(&[check()], Duration::from_hours(30)).await.unwrap();
    assert_eq!(faults.calls(SEND)[0]["Entries"][0]["DelaySeconds"], 900);
}

#[tokio::test]
async fn nothing_to_send_sends_nothing() {
    let faults = Faults::default();
    queue(&faults).send(&[], Duration::ZERO).await.unwrap();
    assert!(faults.calls(SEND).is_empty());
}
