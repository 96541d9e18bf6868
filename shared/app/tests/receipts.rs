//! What devices say: kept with its batch, and worked in when it came late.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it unwraps")]

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use jiff::SignedDuration;
use revocation_app::ports::{BatchWorkStore, Claimed, Clock, DispatchJob, Job};
use revocation_app::{Checked, Confirmed, Dispatched, NewReceipt, ReceiptError, TakenReceipts, dispatch_batch, take_receipts};
use revocation_rules::channel::Channel;
use revocation_rules::counters::shown_outcomes;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::{BatchProgress, Hold};
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};
use revocation_rules::revocation::{Revocation, State};
use revocation_rules::settling::Eagerness;
use revocation_testkit::builders::{a_batch, a_push, a_revocation, noon, task, tenant};
use revocation_testkit::{Batch, ManualClock, MemoryStore, Scene, Weather, run};

/// One batch of three on Huawei.
struct Stand {
    scene: Scene,
    batch: Batch,
}

impl Stand {
    fn new() -> Self {
        // Every port call yields, and none fails.
        let store = MemoryStore::new().in_weather(&Weather::storm(1, 0));
        let push = a_push().named(task(&tenant("SHOP"), "t1")).build();
        let scene = Scene::with(store, ManualClock::at(noon()), push);
        let batch = scene.kept(a_batch().to(&["u1", "u2", "u3"]));
        Self { scene, batch }
    }

    fn revoke(&self, id: &str) -> Revocation {
        let revocation = self.scene.revoked(a_revocation().named(id));
        self.scene.walk(&revocation.id);
        revocation
    }

    fn job(&self, revocation: &Revocation) -> DispatchJob {
        DispatchJob::of(revocation, &self.batch.header)
    }

    fn dispatch(&self, revocation: &Revocation) -> Dispatched {
        self.scene.dispatch(&self.job(revocation))
    }

    fn receipt(&self, slot: usize, event: ReceiptEvent) -> NewReceipt {
        self.scene.receipt(&self.batch, slot, event)
    }

    fn take(&self, receipts: Vec<NewReceipt>) -> Result<TakenReceipts, ReceiptError> {
        self.scene.take(None, receipts)
    }

    fn tell(&self, slot: usize, event: ReceiptEvent) {
        assert_eq!(self.take(vec![self.receipt(slot, event)]).unwrap().accepted, 1);
    }

    fn confirm(&self, nth: u32) -> Confirmed {
        self.scene.confirm(&self.batch.header.batch, nth)
    }

    fn progress(&self) -> BatchProgress {
        self.scene.store.progress_of(&self.batch.header.batch).unwrap()
    }

    fn outcomes(&self) -> Vec<Option<Outcome>> {
        self.scene.outcomes(&self.batch.header.batch)
    }

    fn counted(&self, revocation: &Revocation, outcome: Outcome) -> u64 {
        self.scene.counters(&revocation.id, Channel::Huawei).outcomes.get(outcome)
    }

    fn confirm_jobs(&self) -> Vec<u32> {
        let jobs = self.scene.queue.sent().into_iter();
        jobs.filter_map(|job| match job {
            Job::Confirm { batch, nth, .. } if batch == self.batch.header.batch => Some(nth),
            Job::Confirm { .. } | Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) | Job::Dispatch(_) => None,
        })
        .collect()
    }
}

#[test]
fn unknown_and_foreign_pushes_are_answered_alike() {
    let stand = Stand::new();
    let known = stand.receipt(0, ReceiptEvent::Opened);
    let other_push = NewReceipt {
        id: "t2".parse().unwrap(),
        ..known.clone()
    };
    let other_batch = NewReceipt {
        batch: "b2".parse().unwrap(),
        event: ReceiptEvent::Shown,
        ..known.clone()
    };
    // That it was shown counts for nothing later.
    let said = vec![other_push, known.clone(), other_batch, stand.receipt(1, ReceiptEvent::Shown)];
    let taken = stand.take(said).unwrap();
    assert_eq!(
        taken,
        TakenReceipts {
            accepted: 2,
            unknown: vec![0, 2],
            ..TakenReceipts::default()
        }
    );
    let digest = TokenDigest::of(&known.token);
    assert!(
        stand
            .scene
            .store
            .has_receipt(&stand.batch.header.batch, &digest, ReceiptEvent::Opened)
    );

    let foreign = run(take_receipts(
        &stand.scene.store,
        &stand.scene.queue,
        &stand.scene.clock,
        &tenant("OTHER"),
        None,
        vec![known],
    ))
    .unwrap();
    assert_eq!(
        foreign,
        TakenReceipts {
            unknown: vec![0],
            ..TakenReceipts::default()
        }
    );
}

#[test]
fn only_a_batch_that_a_device_confirmed_is_looked_at_and_once() {
    let stand = Stand::new();
    stand.tell(0, ReceiptEvent::Opened);
    assert_eq!(stand.confirm_jobs(), [] as [u32; 0]);
    let said = (0..3).map(|slot| stand.receipt(slot, ReceiptEvent::Revoked)).collect();
    stand.take(said).unwrap();
    assert_eq!(stand.confirm_jobs(), [0]);
}

#[test]
fn a_call_has_1_to_1000_receipts() {
    let stand = Stand::new();
    assert!(matches!(stand.take(Vec::new()), Err(ReceiptError::Size)));
    let one = stand.receipt(0, ReceiptEvent::Opened);
    assert_eq!(stand.take(vec![one.clone(); 1_000]).unwrap().accepted, 1_000);
    assert!(matches!(stand.take(vec![one; 1_001]), Err(ReceiptError::Size)));
}

#[test]
fn what_a_device_said_before_the_dispatch_is_never_asked_of_the_vendor() {
    let stand = Stand::new();
    stand.tell(0, ReceiptEvent::Opened);
    stand.tell(1, ReceiptEvent::Cleared);
    stand.tell(2, ReceiptEvent::Revoked);
    let revocation = stand.revoke("rvk_1");
    assert_eq!(stand.dispatch(&revocation), Dispatched::Finished);
    let told = [Outcome::SkippedOpened, Outcome::SkippedCleared, Outcome::Confirmed];
    assert_eq!(stand.outcomes(), told.map(Some));
    assert!(stand.scene.vendor.calls_from(0).is_empty());
}

#[test]
fn what_a_device_confirms_later_is_told_to_every_revocation_that_counted_it() {
    let stand = Stand::new();
    let first = stand.revoke("rvk_1");
    let second = stand.revoke("rvk_2");
    stand.dispatch(&first);
    stand.dispatch(&second);
    stand.tell(1, ReceiptEvent::Revoked);
    assert_eq!(stand.confirm(0), Confirmed::Done { deliveries: 1 });
    let expected = [Outcome::Overwritten, Outcome::Confirmed, Outcome::Overwritten];
    assert_eq!(stand.outcomes(), expected.map(Some));
    for revocation in [&first, &second] {
        let counted = |outcome| stand.counted(revocation, outcome);
        assert_eq!((counted(Outcome::Overwritten), counted(Outcome::Confirmed)), (2, 1));
    }
    // Asked again, there is nothing to do.
    let version = stand.progress().version;
    assert_eq!(stand.confirm(0), Confirmed::Done { deliveries: 0 });
    assert_eq!(stand.progress().version, version);
}

#[test]
fn a_batch_that_a_worker_holds_is_left_to_it() {
    let stand = Stand::new();
    let revocation = stand.revoke("rvk_1");
    let lease = stand.scene.clock.now() + SignedDuration::from_secs(90);
    let claimed = BatchProgress::fresh(&stand.batch.header).claimed(lease);
    assert_eq!(run(stand.scene.store.claim(&claimed)).unwrap(), Claimed::Yes);
    stand.tell(0, ReceiptEvent::Revoked);
    assert_eq!(stand.confirm(0), Confirmed::ComesBack);
    assert_eq!(stand.progress(), claimed);
    assert_eq!(stand.confirm_jobs(), [0, 1]);

    // Its worker is lost: the next one reads what the device said.
    stand.scene.clock.set(lease);
    assert_eq!(stand.confirm(1), Confirmed::ComesBack, "nothing has ended yet");
    assert_eq!(stand.dispatch(&revocation), Dispatched::Finished);
    assert_eq!(stand.outcomes()[0], Some(Outcome::Confirmed));
}

#[test]
fn a_receipt_between_a_dispatch_s_read_and_its_claim_is_not_lost() {
    let stand = Stand::new();
    let revocation = stand.revoke("rvk_1");
    let with = stand.scene.dispatcher();
    let job = stand.job(&revocation);
    let mut dispatch = pin!(dispatch_batch(&with, &job, stand.scene.clock.now() + SignedDuration::from_secs(30)));
    // It reads, twice, and goes no further than that.
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..4 {
        assert!(dispatch.as_mut().poll(&mut context).is_pending());
    }
    stand.tell(0, ReceiptEvent::Revoked);
    assert_eq!(stand.scene.store.progress_of(&stand.batch.header.batch), None);
    assert_eq!(stand.confirm(0), Confirmed::ComesBack);
    assert_eq!(run(dispatch).unwrap(), Dispatched::Finished);
    assert_eq!(stand.outcomes()[0], Some(Outcome::Overwritten));
    assert_eq!(stand.confirm(1), Confirmed::Done { deliveries: 1 });
}

#[test]
fn a_confirmation_is_no_attempt_and_forgets_no_lost_worker() {
    let stand = Stand::new();
    let revocation = stand.revoke("rvk_1");
    stand.dispatch(&revocation);
    let lease = stand.scene.clock.now() + SignedDuration::from_secs(90);
    let claimed = stand.progress().claimed(lease);
    run(stand.scene.store.claim(&claimed)).unwrap();
    stand.scene.clock.set(lease);
    stand.tell(0, ReceiptEvent::Revoked);
    assert_eq!(stand.confirm(0), Confirmed::Done { deliveries: 1 });
    let after = stand.progress();
    assert_eq!((after.hold, after.attempts), (Hold::Taken, claimed.attempts));
}

#[test]
fn what_nobody_has_worked_on_yet_comes_back_if_it_is_revoked() {
    let stand = Stand::new();
    stand.tell(0, ReceiptEvent::Revoked);
    // A dispatch that starts later reads the receipt.
    assert_eq!(stand.confirm(0), Confirmed::NothingToDo);
    stand.revoke("rvk_1");
    // Its dispatch may have read the receipts before this one was there.
    assert_eq!(stand.confirm(0), Confirmed::ComesBack);
    assert_eq!(stand.confirm(19), Confirmed::ComesBack);
    assert_eq!(stand.confirm(20), Confirmed::GivenUp);
}

#[test]
fn a_confirmation_that_comes_after_the_settling_is_shown_at_once_and_recounted() {
    let stand = Stand::new();
    let revocation = stand.revoke("rvk_1");
    stand.dispatch(&revocation);
    let check = || stand.scene.check(&revocation.id, Eagerness::Redrive);
    let read = || stand.scene.read(&revocation.id);
    let shown = || {
        let counters = stand.scene.counters(&revocation.id, Channel::Huawei);
        let shown = shown_outcomes(&read(), Channel::Huawei, Some(&counters));
        (shown.get(Outcome::Overwritten), shown.get(Outcome::Confirmed))
    };
    assert!(matches!(check(), Checked::Settled { .. }));
    let settled = |revocation: Revocation| match revocation.state {
        State::Settled { settled_at, totals, .. } => (settled_at, totals[&Channel::Huawei].get(Outcome::Confirmed)),
        other => panic!("{other:?}"),
    };
    let before = settled(read());
    assert_eq!((shown(), before.1), ((3, 0), 0));

    stand.scene.clock.set(stand.scene.clock.now() + Duration::from_hours(1));
    stand.tell(2, ReceiptEvent::Revoked);
    assert_eq!(stand.confirm(0), Confirmed::Done { deliveries: 1 });
    assert_eq!(shown(), (2, 1));
    // It has been settled all the time.
    assert_eq!(check(), Checked::Unchanged);
    assert_eq!(settled(read()), (before.0, 1));
    assert_eq!(shown(), (2, 1));
}
