//! Jobs: how they look in the queue, where they go, and what is sent again.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use revocation_app::ports::{DispatchJob, Job, JobQueue as _, QueueError, RecountJob};
use revocation_aws::{JobError, QueueUrls, SqsJobQueue, decode, encode};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, BatchRef, MAX_ID_BYTES, PushKind};
use revocation_rules::looks::Look;
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::progress::BatchProgress;
use revocation_rules::redrive::Redrive;
use revocation_rules::settling::{Eagerness, Page, Recount};
use revocation_rules::shard::ShardCount;
use revocation_rules::tally::{BatchOutline, Tally};
use revocation_rules::walk::{Reading, SIDE_BY_SIDE};
use revocation_testkit::builders::{a_batch, a_push, a_revocation, noon};
use serde_json::{Value, json};

use super::support::{Fault, Faults, revocation_id, task};

const SEND: &str = "SendMessageBatch";

fn fanout() -> Job {
    Job::Fanout {
        push: task("促销 #1"),
        revocation: revocation_id("r1"),
    }
}

fn check() -> Job {
    Job::Check {
        push: task("促销 #1"),
        revocation: revocation_id("r1"),
        nth: 3,
    }
}

fn dispatch(channel: Channel, batch: &str) -> Job {
    Job::Dispatch(DispatchJob {
        batch: BatchRef {
            push: task("促销 #1"),
            shard: 7,
            batch: batch.parse().unwrap(),
        },
        channel,
        revocation: revocation_id("r1"),
        replays: None,
        nth: 0,
    })
}

fn dispatch_of_a_replay() -> Job {
    match dispatch(Channel::SelfBuilt, "batch-1") {
        Job::Dispatch(job) => Job::Dispatch(DispatchJob {
            replays: Some(2),
            nth: 1,
            ..job
        }),
        other => other,
    }
}

fn confirm() -> Job {
    Job::Confirm {
        batch: BatchRef {
            push: task("促销 #1"),
            shard: 7,
            batch: "batch-1".parse().unwrap(),
        },
        nth: 2,
        look: None,
    }
}

fn gather() -> Job {
    Job::Confirm {
        batch: BatchRef {
            push: task("促销 #1"),
            shard: 7,
            batch: "batch-1".parse().unwrap(),
        },
        nth: 0,
        look: Some(Look { nth: 3, by: u64::MAX }),
    }
}

fn swept() -> Job {
    Job::Recount(Box::new(RecountJob {
        push: task("促销 #1"),
        revocation: revocation_id("r1"),
        eagerness: Eagerness::Redrive,
        so_far: None,
    }))
}

fn a_page(next: &str) -> Page {
    let (header, _) = a_batch().to(&["u1", "u2"]).build();
    Page {
        outlines: vec![BatchOutline::from(&header)],
        next: Some(next.parse().unwrap()),
        ..Page::default()
    }
}

/// At the second page of its first shard.
fn recount(reading: Reading) -> Job {
    let revocation = a_revocation().for_targets(&["u1"]).build();
    let start = Recount::start(&revocation, Redrive::default(), noon());
    let mut so_far = match reading {
        Reading::Consistent => start.again(&revocation, noon()),
        Reading::Eventual => start,
    };
    so_far.add_page(&revocation, 0, a_page("batch-1"));
    Job::Recount(Box::new(RecountJob {
        push: task("促销 #1"),
        revocation: revocation_id("r1"),
        eagerness: Eagerness::Look { nth: 3 },
        so_far: Some(so_far),
    }))
}

#[test]
fn every_body_ever_sent_is_still_understood() {
    let fixtures = [
        (include_str!("../fixtures/fanout-v1.json"), fanout()),
        (include_str!("../fixtures/check-v1.json"), check()),
        (
            include_str!("../fixtures/dispatch-v1.json"),
            dispatch(Channel::SelfBuilt, "batch-1"),
        ),
        (include_str!("../fixtures/dispatch-v1-with-replays.json"), dispatch_of_a_replay()),
        (include_str!("../fixtures/confirm-v1.json"), confirm()),
        (include_str!("../fixtures/gather-v1.json"), gather()),
        (include_str!("../fixtures/recount-v1-side-by-side.json"), recount(Reading::Eventual)),
        (include_str!("../fixtures/recount-v1-of-the-sweep.json"), swept()),
    ];
    for (body, job) in fixtures {
        assert_eq!(decode(body).unwrap(), job);
        let written: Value = serde_json::from_str(&encode(&job)).unwrap();
        assert_eq!(written, serde_json::from_str::<Value>(body).unwrap());
    }
}

/// It said one place, and read consistently.
#[test]
fn a_recount_that_went_shard_after_shard_is_still_understood() {
    let body = include_str!("../fixtures/recount-v1.json");
    assert_eq!(decode(body).unwrap(), recount(Reading::Consistent));
}

/// The longest ids everywhere, 64 shards of which as many as can be are begun, every channel and outcome, and all targets.
#[test]
fn the_longest_recount_fits_in_a_job() {
    let mut push = a_push().build();
    push.shards = ShardCount::expecting(PushKind::Task, Some(100_000_000));
    push.registration.push = task(&"\\".repeat(MAX_ID_BYTES));
    let targets: Vec<String> = (0..1_000).map(|nth| format!("u{nth:04}")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let mut revocation = a_revocation().of(&push).for_targets(&targets).build();
    revocation.dispatched(noon()).unwrap();
    let batch = |shard: u16| -> BatchId { format!("{shard:0>128}").parse().unwrap() };
    let mut so_far = Recount::start(&revocation, Redrive::default(), noon());
    for (shard, channel) in so_far
        .ahead(&revocation, SIDE_BY_SIDE)
        .into_iter()
        .map(|place| place.shard)
        .zip(Channel::ALL.into_iter().cycle())
    {
        let (header, _) = a_batch().of(&push).on(channel).to(&["u0001"]).build();
        let mut counts = Counts::default();
        for outcome in Outcome::ALL {
            counts.add(outcome, u64::MAX / 100);
        }
        let mut progress = BatchProgress::fresh(&header);
        progress.counted.insert(revocation.id.clone(), counts);
        progress.met.insert(revocation.id.clone(), "ff".repeat(125).try_into().unwrap());
        let tally = Tally {
            batch: batch(shard),
            ..Tally::of(&progress, &revocation.id)
        };
        let page = Page {
            outlines: vec![BatchOutline {
                batch: batch(shard),
                ..BatchOutline::from(&header)
            }],
            tallies: vec![tally],
            next: Some(batch(shard)),
        };
        let outstanding = so_far.add_page(&revocation, shard, page);
        so_far.lost(&revocation, outstanding);
    }
    revocation.fanout.marks = so_far.redrive.marks(&revocation);
    assert_eq!(revocation.fanout.marks.len(), Channel::ALL.len());
    for place in so_far.ahead(&revocation, SIDE_BY_SIDE) {
        revocation.fanout.went(place.shard, place.after);
    }
    // Of 400 kB, which the scope and the notices need.
    assert!(serde_json::to_string(&revocation.fanout).unwrap().len() < 8_000);
    let job = Job::Recount(Box::new(RecountJob {
        push: revocation.push.clone(),
        revocation: revocation.id.clone(),
        eagerness: Eagerness::Redrive,
        so_far: Some(so_far),
    }));
    let body = encode(&job);
    assert!(body.len() < 24_000, "{}", body.len());
    assert_eq!(decode(&body).unwrap(), job);
}

#[test]
fn what_a_newer_sender_added_is_ignored() {
    let body = include_str!("../fixtures/dispatch-v1-with-newer-fields.json");
    assert_eq!(decode(body).unwrap(), dispatch(Channel::SelfBuilt, "batch-1"));
}

#[test]
fn what_is_no_job_is_an_error() {
    let good: Value = serde_json::from_str(include_str!("../fixtures/check-v1.json")).unwrap();
    let with = |name: &str, value: Value| {
        let mut bad = good.clone();
        bad[name] = value;
        bad.to_string()
    };
    let bad = [
        "{}".to_owned(),
        with("v", json!("2")),
        with("v", json!(1)),
        with("job", json!("dance")),
        with("revocation", json!("r1")),
        with("nth", json!(-1)),
        with("push", json!(null)),
    ];
    for body in bad {
        assert_eq!(decode(&body), Err(JobError::NotAJob), "{body}");
    }
    for body in ["", "{", "{\"v\": \"1\","] {
        assert_eq!(decode(body), Err(JobError::NotJson), "{body}");
    }
}

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
