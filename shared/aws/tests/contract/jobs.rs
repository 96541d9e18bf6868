//! Jobs: how they look in the queue.

use revocation_app::ports::{DispatchJob, Job, RecountJob};
use revocation_aws::{JobError, decode, encode};
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

use super::support::{revocation_id, task};

pub(super) fn fanout() -> Job {
    Job::Fanout {
        push: task("促销 #1"),
        revocation: revocation_id("r1"),
    }
}

pub(super) fn check() -> Job {
    Job::Check {
        push: task("促销 #1"),
        revocation: revocation_id("r1"),
        nth: 3,
    }
}

pub(super) fn dispatch(channel: Channel, batch: &str) -> Job {
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

pub(super) fn confirm() -> Job {
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
    let places = so_far.ahead(&revocation, SIDE_BY_SIDE);
    // On each page as many batches as it takes for every channel to be there.
    let on_a_page = Channel::ALL.len().div_ceil(places.len());
    let mut channels = Channel::ALL.into_iter().cycle();
    for shard in places.into_iter().map(|place| place.shard) {
        let mut page = Page {
            outlines: Vec::new(),
            tallies: Vec::new(),
            next: Some(batch(shard)),
        };
        for (nth, channel) in (0..).zip(channels.by_ref().take(on_a_page)) {
            let named = batch(shard * 100 + nth);
            let (header, _) = a_batch().of(&push).on(channel).to(&["u0001"]).build();
            let mut counts = Counts::default();
            for outcome in Outcome::ALL {
                counts.add(outcome, u64::MAX / 100);
            }
            let mut progress = BatchProgress::fresh(&header);
            progress.counted.insert(revocation.id.clone(), counts);
            progress.met.insert(revocation.id.clone(), "ff".repeat(125).try_into().unwrap());
            page.tallies.push(Tally {
                batch: named.clone(),
                ..Tally::of(&progress, &revocation.id)
            });
            page.outlines.push(BatchOutline {
                batch: named,
                ..BatchOutline::from(&header)
            });
        }
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
