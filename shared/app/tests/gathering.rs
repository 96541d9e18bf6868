//! A thousand devices of one batch confirm: a few looks, and none of them is missed.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Clock as _, DispatchJob, Job};
use revocation_app::{Confirmed, Dispatched, confirm_batch, take_receipts};
use revocation_rules::looks::Look;
use revocation_rules::outcome::Outcome;
use revocation_rules::receipt::ReceiptEvent;
use revocation_testkit::builders::{a_batch, a_push, a_revocation, noon, task, tenant};
use revocation_testkit::{Batch, ManualClock, MemoryStore, Receipt, Scene, Weather, run};

/// One batch that a vendor has taken back.
struct Stand {
    scene: Scene,
    batch: Batch,
}

/// What was done for confirmations.
#[derive(Debug, Default, PartialEq, Eq)]
struct Work {
    jobs: usize,
    looks: usize,
}

impl Stand {
    fn new(devices: usize) -> Self {
        // Every port call yields, and none fails.
        let store = MemoryStore::new().in_weather(&Weather::storm(1, 0));
        let push = a_push().named(task(&tenant("SHOP"), "t1")).build();
        let scene = Scene::with(store, ManualClock::at(noon()), push);
        let targets: Vec<String> = (0..devices).map(|nth| format!("u{nth}")).collect();
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        let batch = scene.kept(a_batch().to(&targets));
        let revocation = scene.revoked(a_revocation().named("rvk_1"));
        assert_eq!(scene.dispatch(&DispatchJob::of(&revocation, &batch.header)), Dispatched::Finished);
        Self { scene, batch }
    }

    async fn tell(&self, device: usize) {
        let receipt = self.scene.receipt(&self.batch, device, ReceiptEvent::Revoked);
        let Scene { store, queue, clock, .. } = &self.scene;
        let taken = take_receipts(store, queue, clock, &tenant("SHOP"), None, vec![receipt]).await;
        assert_eq!(taken.unwrap().accepted, 1);
    }

    /// Jobs that have been queued, and the look each is for.
    fn jobs(&self) -> Vec<Option<Look>> {
        let look = |job| match job {
            Job::Confirm { look, .. } => Some(look),
            Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) | Job::Dispatch(_) => None,
        };
        self.scene.queue.sent().into_iter().filter_map(look).collect()
    }

    fn receive(&self) -> Option<Receipt> {
        self.scene.queue.receive(0, SignedDuration::from_mins(3))
    }

    async fn look(&self, receipt: &Receipt) -> Confirmed {
        let Job::Confirm { batch, nth, look } = &receipt.job else {
            return Confirmed::NothingToDo;
        };
        let Scene { store, queue, clock, .. } = &self.scene;
        confirm_batch(store, queue, clock, batch, *nth, *look).await.unwrap()
    }

    /// Everything that is due by now; how often the batch was read.
    fn work(&self) -> usize {
        let mut looks = 0;
        while let Some(receipt) = self.receive() {
            looks += usize::from(run(self.look(&receipt)) != Confirmed::SeenByAnother);
            self.scene.queue.done(&receipt);
        }
        looks
    }

    /// The same, and all that is due later.
    fn work_to_the_end(&self) -> usize {
        let mut looks = self.work();
        while let Some(next) = self.scene.queue.next_visible_at() {
            self.scene.clock.set(next.max(self.scene.clock.now()));
            looks += self.work();
        }
        looks
    }

    fn confirmed(&self) -> usize {
        let outcomes = self.scene.outcomes(&self.batch.header.batch);
        outcomes.iter().filter(|outcome| **outcome == Some(Outcome::Confirmed)).count()
    }
}

/// A thousand confirmations, evenly within this time.
fn thousand_within(time: Duration) -> Work {
    let stand = Stand::new(1_000);
    let began = stand.scene.clock.now();
    let mut looks = 0;
    for device in 0..1_000 {
        stand.scene.clock.set(began + time * device / 1_000);
        looks += stand.work();
        run(stand.tell(device.try_into().unwrap()));
    }
    looks += stand.work_to_the_end();
    assert_eq!(stand.confirmed(), 1_000);
    let jobs = stand.jobs().len();
    Work { jobs, looks }
}

#[test]
fn a_thousand_confirmations_of_a_batch_are_a_few_looks() {
    for (secs, looks) in [(1, 1), (10, 3), (100, 7), (1_000, 37)] {
        assert_eq!(thousand_within(Duration::from_secs(secs)), Work { jobs: looks, looks }, "{secs} s");
    }
}

/// The worst that can happen: all have read what is known of the looks before one of them has queued the first.
#[test]
fn of_those_who_come_at_the_very_same_time_each_queues_and_one_looks() {
    let stand = Stand::new(1_000);
    run(join_all((0..1_000).map(|device| stand.tell(device))));
    let jobs = stand.jobs();
    assert!(jobs.iter().all(|look| look.is_some_and(|look| look.nth == 1)));
    assert_eq!((stand.work_to_the_end(), stand.confirmed()), (1, 1_000));
    println!("{} jobs for 1,000 confirmations at the very same time", jobs.len());
}

#[test]
fn a_device_that_is_alone_is_confirmed_after_two_seconds_and_so_is_the_next_one_after_a_quiet_minute() {
    let stand = Stand::new(1_000);
    for device in 0..3 {
        run(stand.tell(device));
        let told = stand.scene.clock.now();
        assert_eq!(stand.work_to_the_end(), 1);
        assert_eq!(stand.confirmed(), device + 1);
        assert_eq!(stand.scene.clock.now(), told + Duration::from_secs(2));
        stand.scene.clock.set(told + Duration::from_secs(70));
    }
}

#[test]
fn a_batch_of_one_delivery_is_looked_at_at_once_and_nothing_is_noted() {
    let stand = Stand::new(1);
    run(stand.tell(0));
    assert_eq!(stand.jobs(), [None]);
    assert_eq!((stand.work(), stand.confirmed()), (1, 1));
}

/// One port call further, `times`; then it is dropped.
fn killed_after(times: usize, future: impl Future<Output = impl Sized>) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..times).all(|_| future.as_mut().poll(&mut context).is_pending())
}

#[test]
fn whoever_is_killed_while_it_takes_a_confirmation_leaves_no_other_one_waiting_for_ever() {
    for times in 1.. {
        let stand = Stand::new(1_000);
        if !killed_after(times, stand.tell(0)) {
            assert!(times > 8, "it was not killed anywhere: {times}");
            return;
        }
        // Another one comes at once, and nobody after it.
        run(stand.tell(1));
        stand.work_to_the_end();
        let outcomes = stand.scene.outcomes(&stand.batch.header.batch);
        assert_eq!(outcomes[1], Some(Outcome::Confirmed), "killed after {times} steps");
    }
}

#[test]
fn a_look_whose_worker_is_killed_anywhere_comes_again_and_sees_whoever_joined_it() {
    for times in 1.. {
        let stand = Stand::new(1_000);
        run(stand.tell(0));
        run(stand.tell(1));
        assert_eq!(stand.jobs().len(), 1, "the second has joined");
        stand.scene.clock.advance(SignedDuration::from_secs(2));
        let receipt = stand.receive().unwrap();
        let killed = killed_after(times, stand.look(&receipt));
        // It is not given back: it comes again when it is no longer hidden. Meanwhile a third one comes.
        run(stand.tell(2));
        stand.work_to_the_end();
        assert_eq!(stand.confirmed(), 3, "killed after {times} steps");
        if !killed {
            assert!(times > 6, "it was not killed anywhere: {times}");
            return;
        }
    }
}

/// Two jobs for one look, as two came at the same time: the second finds the first at work, which is then killed.
#[test]
fn a_look_that_another_made_needless_is_not_missed_when_that_one_is_killed() {
    let stand = Stand::new(1_000);
    run(join_all([stand.tell(0), stand.tell(1)]));
    assert_eq!(stand.jobs().len(), 2);
    stand.scene.clock.advance(SignedDuration::from_secs(2));
    let (first, second) = (stand.receive().unwrap(), stand.receive().unwrap());
    // It has begun, and read nothing.
    assert!(killed_after(2, stand.look(&first)));
    assert_eq!(run(stand.look(&second)), Confirmed::SeenByAnother);
    stand.scene.queue.done(&second);
    assert_eq!(stand.confirmed(), 0);
    stand.work_to_the_end();
    assert_eq!(stand.confirmed(), 2);
}

/// A confirmation that comes while a look reads, at every place between two of its steps.
#[test]
fn a_confirmation_that_comes_in_the_middle_of_a_look_is_seen_by_it_or_has_one_of_its_own() {
    for times in 1.. {
        let stand = Stand::new(1_000);
        run(stand.tell(0));
        stand.scene.clock.advance(SignedDuration::from_secs(2));
        let receipt = stand.receive().unwrap();
        let mut done = true;
        {
            let mut look = pin!(stand.look(&receipt));
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..times {
                done = look.as_mut().poll(&mut context).is_ready();
                if done {
                    break;
                }
            }
            run(stand.tell(1));
            if !done {
                run(look);
            }
        }
        stand.scene.queue.done(&receipt);
        stand.work_to_the_end();
        assert_eq!(stand.confirmed(), 2, "after {times} steps");
        if done {
            return;
        }
    }
}

/// A job that was parked or lost: whoever comes ten minutes later does not join it.
#[test]
fn a_look_that_never_comes_is_queued_again_by_whoever_comes_later() {
    let stand = Stand::new(1_000);
    run(stand.tell(0));
    let began: Timestamp = stand.scene.clock.now();
    stand.scene.clock.set(began + Duration::from_secs(2));
    let lost = stand.receive().unwrap();
    stand.scene.queue.done(&lost);
    stand.scene.clock.set(began + Duration::from_mins(9));
    run(stand.tell(1));
    assert_eq!(stand.jobs().len(), 1, "it may only be late");
    stand.scene.clock.set(began + Duration::from_mins(10));
    run(stand.tell(2));
    stand.work_to_the_end();
    assert_eq!(stand.confirmed(), 3);
    // And should it come at last, there is nothing for it to do.
    assert_eq!(run(stand.look(&lost)), Confirmed::SeenByAnother);
}

/// An older function sends one job for each confirmation, without a look.
#[test]
fn what_an_older_version_has_queued_is_looked_at_whatever_is_known_of_the_looks() {
    let stand = Stand::new(1_000);
    run(stand.tell(0));
    let batch = &stand.batch.header.batch;
    assert_eq!(stand.scene.confirm(batch, 0), Confirmed::Done { deliveries: 1 });
    run(stand.tell(1));
    assert_eq!(stand.jobs().len(), 1, "the look that is queued has not begun");
    stand.work_to_the_end();
    assert_eq!(stand.confirmed(), 2);
}
