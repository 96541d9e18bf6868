//! No job is lost, and none is worked on twice at once.

use std::collections::BTreeSet;

use serde_json::json;

use crate::template::{Resource, Template, referred, variables};

const NINE_DAYS: u64 = 9 * 24 * 60 * 60;
const FOURTEEN_DAYS: u64 = 14 * 24 * 60 * 60;

fn working_queues(template: &Template) -> Vec<Resource<'_>> {
    let all = template.of_type("AWS::SQS::Queue");
    all.into_iter().filter(|(name, _)| name.ends_with("Queue")).collect()
}

fn dead_letters(template: &Template) -> Vec<Resource<'_>> {
    let all = template.of_type("AWS::SQS::Queue");
    all.into_iter().filter(|(name, _)| !name.ends_with("Queue")).collect()
}

#[test]
fn every_queue_has_a_dead_letter_queue_of_its_own() {
    let template = Template::read();
    let own: BTreeSet<_> = working_queues(&template)
        .iter()
        .map(|(name, queue)| {
            let redrive = &queue["RedrivePolicy"];
            let tried = redrive["maxReceiveCount"].as_u64().unwrap() * queue["VisibilityTimeout"].as_u64().unwrap();
            let least = if ["Dispatch", "Fanout", "Unsupported"].iter().any(|long| name.starts_with(long)) {
                30
            } else {
                15
            };
            assert!(
                (least * 60..=31 * 60).contains(&tried),
                "{name}: parked after {tried} s of failures"
            );
            referred(&redrive["deadLetterTargetArn"]).unwrap()
        })
        .collect();
    let dead: BTreeSet<_> = dead_letters(&template).iter().map(|(name, _)| *name).collect();
    assert_eq!(own, dead);
    assert_eq!(own.len(), working_queues(&template).len());
}

/// But for recordings, which have tokens and targets: docs/data.md promises that those are kept for 9 days. In a
/// standard queue the age of a message is counted from when it was first sent, in its dead letters, too.
#[test]
fn dead_letters_are_kept_as_long_as_can_be_and_never_dropped_again() {
    for (name, queue) in dead_letters(&Template::read()) {
        let kept = if name == "RecordingsDeadLetters" {
            NINE_DAYS
        } else {
            FOURTEEN_DAYS
        };
        assert_eq!(queue["MessageRetentionPeriod"], kept, "{name}");
        assert!(queue["RedrivePolicy"].is_null(), "{name}");
        assert!(
            queue["FifoQueue"].is_null(),
            "{name}: its messages would be as good as new in the dead letters"
        );
    }
}

#[test]
fn what_has_tokens_and_targets_waits_no_longer_than_is_promised() {
    let template = Template::read();
    for name in ["RecordingsQueue", "RecordingsDeadLetters"] {
        let kept = template.resource(name)["MessageRetentionPeriod"].as_u64().unwrap();
        assert!(kept <= NINE_DAYS, "{name}: {kept} s");
    }
    let promised = include_str!("../../../docs/data.md");
    assert!(promised.contains("9 days after it was queued"));
}

/// A dead letter keeps the age of its message, so it must have time left when it arrives.
#[test]
fn a_message_dies_of_failures_before_it_dies_of_age() {
    let template = Template::read();
    for (name, queue) in working_queues(&template) {
        let kept = queue["MessageRetentionPeriod"].as_u64().unwrap();
        let tried = queue["RedrivePolicy"]["maxReceiveCount"].as_u64().unwrap() * queue["VisibilityTimeout"].as_u64().unwrap();
        let dead = template.resource(referred(&queue["RedrivePolicy"]["deadLetterTargetArn"]).unwrap());
        assert!(tried < kept && Some(kept) < dead["MessageRetentionPeriod"].as_u64(), "{name}");
    }
}

#[test]
fn every_dead_letter_queue_has_an_alarm() {
    let template = Template::read();
    let alarmed: BTreeSet<_> = template
        .of_type("AWS::CloudWatch::Alarm")
        .iter()
        .filter(|(_, alarm)| alarm["Namespace"] == "AWS/SQS")
        .map(|(name, alarm)| {
            assert_eq!(alarm["MetricName"], "ApproximateNumberOfMessagesVisible", "{name}");
            assert_eq!(alarm["Threshold"], 0, "{name}");
            let told = &alarm["AlarmActions"]["Fn::If"][1][0];
            assert_eq!(referred(told), Some("AlarmTopicArn"), "{name}");
            let dimension = &alarm["Dimensions"][0];
            assert_eq!(dimension["Name"], "QueueName", "{name}");
            assert_eq!(dimension["Value"]["Fn::GetAtt"][1], "QueueName", "{name}");
            referred(&dimension["Value"]).unwrap()
        })
        .collect();
    let dead: BTreeSet<_> = dead_letters(&template).iter().map(|(name, _)| *name).collect();
    assert_eq!(alarmed, dead);
}

#[test]
fn every_queue_is_encrypted() {
    for (name, queue) in Template::read().of_type("AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
    }
}

#[test]
fn every_queue_has_exactly_one_consumer() {
    let template = Template::read();
    let mut consumed: Vec<_> = template
        .of_type("AWS::Lambda::EventSourceMapping")
        .iter()
        .map(|(_, source)| referred(&source["EventSourceArn"]).unwrap())
        .collect();
    consumed.sort_unstable();
    let mut queues: Vec<_> = working_queues(&template).iter().map(|(name, _)| *name).collect();
    queues.sort_unstable();
    assert_eq!(consumed, queues);
}

/// But for dispatches: two that have the same batch are told apart by its lease. When that is over, the job of a worker
/// that was killed has to be there again, and not before: it would find the lease and wait for its next look. Two that
/// walk or recount the same are told apart by the version of what they save, so such a job is there again at once.
#[test]
fn a_message_stays_hidden_six_times_as_long_as_its_function_may_run() {
    const LEASE: u64 = 90;
    let template = Template::read();
    for (name, source) in template.of_type("AWS::Lambda::EventSourceMapping") {
        let queue = template.resource(referred(&source["EventSourceArn"]).unwrap());
        let function = template.resource(referred(&source["FunctionName"]).unwrap());
        let hidden = queue["VisibilityTimeout"].as_u64().unwrap();
        let window = source["MaximumBatchingWindowInSeconds"].as_u64().unwrap_or(0);
        let timeout = template.timeout_of(function);
        if name.starts_with("Dispatch") {
            assert!(
                (LEASE + 1..LEASE + 10).contains(&hidden) && hidden > timeout + window,
                "{name}: {hidden} s"
            );
        } else if name.starts_with("Fanout") {
            assert!(
                (timeout + window + 1..timeout + window + 10).contains(&hidden),
                "{name}: {hidden} s"
            );
        } else {
            assert!(hidden >= 6 * timeout + window, "{name}: {hidden} s for {timeout} s");
        }
    }
}

#[test]
fn one_failed_message_does_not_fail_its_batch() {
    for (name, source) in Template::read().of_type("AWS::Lambda::EventSourceMapping") {
        let types = &source["FunctionResponseTypes"];
        assert_eq!(types, &json!(["ReportBatchItemFailures"]), "{name}");
    }
}

/// More than ten need a batching window, and one worker would hold too much when it fails.
#[test]
fn a_batch_has_at_most_ten_messages() {
    for (name, source) in Template::read().of_type("AWS::Lambda::EventSourceMapping") {
        let size = source["BatchSize"].as_u64().unwrap();
        assert!((1..=10).contains(&size), "{name}: {size}");
    }
}

/// Without a bound, a queue that fills takes the concurrency of the whole account, HTTP included.
#[test]
fn every_consumer_is_bounded_by_a_parameter_of_its_own() {
    let template = Template::read();
    let sources = template.of_type("AWS::Lambda::EventSourceMapping");
    let bounds: BTreeSet<_> = sources
        .iter()
        .map(|(_, source)| {
            let bound = &source["ScalingConfig"]["MaximumConcurrency"]["Fn::FindInMap"];
            referred(&bound[1]).unwrap()
        })
        .collect();
    assert_eq!(bounds.len(), sources.len());
}

/// A worker gets its share of the channel's rate, so it must know how many there may be.
#[test]
fn a_dispatcher_shares_the_rate_of_its_channel_among_as_many_workers_as_there_may_be() {
    let template = Template::read();
    let mut rates = BTreeSet::new();
    for (channel, dispatcher) in template.dispatchers() {
        let own = variables(dispatcher);
        let sources = template.of_type("AWS::Lambda::EventSourceMapping");
        let (_, source) = sources
            .iter()
            .find(|(_, source)| template.resource(referred(&source["FunctionName"]).unwrap()) == dispatcher)
            .unwrap();
        assert_eq!(
            referred(&own["DISPATCH_QUEUE_URL"]),
            referred(&source["EventSourceArn"]),
            "{channel}"
        );
        let bound = &source["ScalingConfig"]["MaximumConcurrency"]["Fn::FindInMap"];
        assert_eq!(own["WORKERS"], bound[1], "{channel}");
        let rate = referred(&own["RATE_PER_SECOND"]).unwrap();
        // A Firebase project's quota is what its tenant sends with, too.
        let default = if channel == "fcm" { 1_000 } else { 0 };
        assert_eq!(template.0["Parameters"][rate]["Default"], default, "{channel}");
        assert!(rates.insert(rate), "{rate} is another channel's too");
    }
}
