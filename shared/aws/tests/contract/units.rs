//! What dispatches cost, in capacity units as `DynamoDB` counts them.

use jiff::SignedDuration;
use revocation_app::ports::{
    BatchRecorder as _, BatchWorkStore as _, Clock as _, Counters as _, DispatchJob, PushStore as _, RevocationStore as _, Saved,
};
use revocation_app::{Dispatched, Dispatcher, dispatch_batch};
use revocation_rules::batch::BatchHeader;
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::revocation::Revocation;
use revocation_testkit::{FakeChannel, ManualClock, MemoryQueue, SeededDice};

use super::support::*;

/// Reads and writes, and how many calls.
#[derive(Debug, Default, PartialEq)]
struct Cost {
    read: f64,
    written: f64,
    calls: usize,
}

impl Cost {
    fn of(stand: &Stand) -> Self {
        let mut cost = Self::default();
        for (operation, units) in stand.faults.units() {
            cost.calls += 1;
            match operation.as_str() {
                "GetItem" | "BatchGetItem" | "Query" => cost.read += units,
                "PutItem" | "UpdateItem" | "TransactWriteItems" => cost.written += units,
                other => panic!("{other}"),
            }
        }
        cost
    }
}

/// A revocation of 1,000 targets, and a batch of 1,000 deliveries to them.
struct Thousand {
    stand: Stand,
    revocation: Revocation,
    header: BatchHeader,
}

impl Thousand {
    async fn new() -> Self {
        let stand = Stand::new().await;
        stand.store.insert_push(&a_push(&task("t1"))).await.unwrap();
        let push = stand.store.push(&task("t1")).await.unwrap().unwrap();
        let mut sent = deliveries(1_000);
        for (nth, delivery) in sent.iter_mut().enumerate() {
            delivery.target = format!("{nth:04}-{}", token(u32::try_from(nth).unwrap(), 31)).parse().unwrap();
        }
        let mut revocation = a_revocation(&push, "r");
        revocation.scope.targets = Some(sent.iter().map(|delivery| delivery.target.clone()).collect());
        assert_eq!(stand.store.insert_revocation(&push, &revocation).await.unwrap(), Saved::Yes);
        let header = BatchHeader {
            sent_at: push.registration.sent_at,
            ..a_header(&push, "b1", &sent)
        };
        stand.store.record(&header, &sent).await.unwrap();
        Self { stand, revocation, header }
    }

    async fn dispatch(&self, job: &DispatchJob) -> Dispatched {
        let clock = ManualClock::at(now());
        let queue = MemoryQueue::new(&clock);
        let vendor = FakeChannel::new(&clock);
        let with = Dispatcher {
            store: &self.stand.store,
            queue: &queue,
            clock: &clock,
            dice: &SeededDice::new(1),
            channels: &Channels::new([Channel::Huawei]),
            client: Some(&vendor),
        };
        dispatch_batch(&with, job, clock.now() + SignedDuration::from_secs(30))
            .await
            .unwrap()
    }

    /// What one job costs, and how it ended.
    async fn cost(&self, job: &DispatchJob) -> (Dispatched, Cost) {
        self.stand.faults.meter();
        let end = self.dispatch(job).await;
        (end, Cost::of(&self.stand))
    }
}

#[tokio::test]
async fn a_job_that_was_done_already_costs_two_read_units_whatever_its_scope_names() {
    let thousand = Thousand::new().await;
    let job = DispatchJob::of(&thousand.revocation, &thousand.header);
    let (end, whole) = thousand.cost(&job).await;
    assert_eq!(end, Dispatched::Finished);

    let (end, again) = thousand.cost(&job).await;
    assert_eq!(end, Dispatched::NothingToDo);
    let done = Cost {
        read: 2.0,
        written: 0.0,
        calls: 1,
    };
    assert_eq!(again, done);

    // As an older version queued it: the revocation's own item is read again, which is small.
    let silent = DispatchJob {
        replays: None,
        ..job.clone()
    };
    let (_, silent) = thousand.cost(&silent).await;
    assert_eq!((silent.read, silent.calls), (3.0, 1));

    // The payload at half price, its receipts, and once for this process the list of targets.
    println!("a dispatch of 1,000 deliveries: {whole:?}; done already: {again:?}");
    assert!(whole.read <= 28.0 && whole.calls == 6, "{whole:?}");
    // A unit for the claim; two for each kilobyte of the outcomes, and two for the counters.
    assert!(whole.written <= 7.0, "{whole:?}");
}

#[tokio::test]
async fn a_job_for_somebody_elses_batch_costs_two_read_units() {
    let thousand = Thousand::new().await;
    let job = DispatchJob::of(&thousand.revocation, &thousand.header);
    thousand.stand.store.work(&job.batch, &job.revocation, None).await.unwrap();
    let held = BatchProgress::fresh(&thousand.header).claimed(later(60));
    thousand.stand.store.claim(&held).await.unwrap();
    let (end, cost) = thousand.cost(&job).await;
    assert_eq!((end, cost.read, cost.calls), (Dispatched::Busy, 2.0, 1));
}

#[tokio::test]
async fn the_state_of_a_revocation_of_a_thousand_targets_is_read_and_written_for_little() {
    let thousand = Thousand::new().await;
    let Thousand { stand, revocation, .. } = &thousand;
    let read = async || {
        stand.faults.meter();
        let read = stand.store.revocation(&revocation.push, &revocation.id).await.unwrap().unwrap();
        (read, Cost::of(stand))
    };
    let (first, _) = read().await;
    let (mut second, cost) = read().await;
    assert_eq!((&first, &second), (revocation, revocation));
    assert_eq!((cost.read, cost.calls), (1.0, 1), "the list is kept");
    second.due_at = Some(later(60));
    stand.faults.meter();
    assert_eq!(stand.store.save_revocation(&second).await.unwrap(), Saved::Yes);
    // The item, before and after, and its entries in the index of what is due.
    assert!(Cost::of(stand).written <= 6.0, "{:?}", Cost::of(stand));
}

#[tokio::test]
async fn counters_of_a_task_are_read_in_one_trip_and_cost_two_units_a_finish() {
    let thousand = Thousand::new().await;
    let Thousand { stand, revocation, header } = &thousand;
    stand.faults.meter();
    stand.store.counters(&revocation.push, &revocation.id).await.unwrap();
    let cost = Cost::of(stand);
    assert!(cost.calls == 2 && cost.read <= 17.0, "{cost:?}");

    // Every channel and every outcome that a batch may have: what a push can need at most.
    let mut progress = BatchProgress::fresh(header);
    for channel in Channel::ALL {
        for (slot, outcome) in Outcome::ALL.into_iter().enumerate() {
            progress.slots.end(slot, outcome, "accepted_by_vendor");
        }
        progress.channel = channel;
        progress.counted.clear();
        let change = progress.book(&revocation.id, &(0..Outcome::ALL.len()).collect::<Vec<_>>());
        stand.store.finish(&progress, &[(revocation.id.clone(), change)]).await.unwrap();
        progress.version += 1;
        stand
            .store
            .add_late(&revocation.push, &revocation.id, channel, 1_000_000)
            .await
            .unwrap();
    }
    let counters = stand.store.counters(&revocation.push, &revocation.id).await.unwrap();
    assert_eq!(counters.len(), Channel::ALL.len());
    let largest = stand.items("counters").await.iter().map(item_bytes).max().unwrap();
    assert!(largest < 1_500, "{largest} bytes");
}
