//! What devices say: kept with its batch, and worked in when it came late.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it unwraps")]

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use jiff::SignedDuration;
use revocation_app::ports::{BatchRecorder, BatchWorkStore, Claimed, Clock, Counters, DispatchJob, Job, PushStore, RevocationStore, Saved};
use revocation_app::{
    Checked, Confirmed, Dispatched, Dispatcher, Eagerness, NewReceipt, ReceiptError, TakenReceipts, check_revocation, confirm_batch,
    dispatch_batch, fan_out, shown_outcomes, take_receipts,
};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::{BatchProgress, Hold};
use revocation_rules::push::Push;
use revocation_rules::receipt::{ReceiptEvent, TokenDigest};
use revocation_rules::revocation::{Revocation, State};
use revocation_testkit::builders::{a_batch, a_push, a_revocation, noon, task, tenant};
use revocation_testkit::{FakeChannel, ManualClock, MemoryQueue, MemoryStore, SeededDice, Weather, run};

/// One batch of three on Huawei.
struct Stand {
    clock: ManualClock,
    store: MemoryStore,
    queue: MemoryQueue,
    vendor: FakeChannel,
    push: Push,
    header: BatchHeader,
    deliveries: Vec<Delivery>,
}

impl Stand {
    fn new() -> Self {
        let clock = ManualClock::at(noon());
        // Every port call yields, and none fails.
        let store = MemoryStore::new().in_weather(&Weather::storm(1, 0));
        let push = a_push().named(task(&tenant("SHOP"), "t1")).build();
        run(store.insert_push(&push)).unwrap();
        let (header, deliveries) = a_batch().of(&push).named("b1").on(Channel::Huawei).to(&["u1", "u2", "u3"]).build();
        run(store.record(&header, &deliveries)).unwrap();
        Self {
            queue: MemoryQueue::new(&clock),
            vendor: FakeChannel::new(&clock),
            clock,
            store,
            push,
            header,
            deliveries,
        }
    }

    fn revoke(&self, id: &str) -> Revocation {
        let push = run(self.store.push(&self.push.registration.push)).unwrap().unwrap();
        let revocation = a_revocation().of(&push).named(id).build();
        assert_eq!(run(self.store.insert_revocation(&push, &revocation)).unwrap(), Saved::Yes);
        let end = self.clock.now() + SignedDuration::from_secs(30);
        run(fan_out(
            &self.store,
            &self.queue,
            &self.clock,
            &revocation.push,
            &revocation.id,
            end,
        ))
        .unwrap();
        revocation
    }

    fn dispatcher<'a>(
        &'a self,
        dice: &'a SeededDice,
        channels: &'a Channels,
    ) -> Dispatcher<'a, MemoryStore, MemoryQueue, ManualClock, SeededDice> {
        Dispatcher {
            store: &self.store,
            queue: &self.queue,
            clock: &self.clock,
            dice,
            channels,
            client: Some(&self.vendor),
        }
    }

    fn job(&self, revocation: &Revocation) -> DispatchJob {
        DispatchJob {
            batch: self.header.batch.clone(),
            channel: Channel::Huawei,
            revocation: revocation.id.clone(),
        }
    }

    fn dispatch(&self, revocation: &Revocation) -> Dispatched {
        let (dice, channels) = (SeededDice::new(1), Channels::new([Channel::Huawei]));
        let with = self.dispatcher(&dice, &channels);
        let deadline = self.clock.now() + SignedDuration::from_secs(30);
        run(dispatch_batch(&with, &self.job(revocation), deadline)).unwrap()
    }

    fn receipt(&self, slot: usize, event: ReceiptEvent) -> NewReceipt {
        NewReceipt {
            kind: self.header.batch.push.kind,
            id: self.header.batch.push.id.clone(),
            batch: self.header.batch.batch.clone(),
            token: self.deliveries[slot].token.clone(),
            event,
            at: None,
        }
    }

    fn take(&self, receipts: Vec<NewReceipt>) -> Result<TakenReceipts, ReceiptError> {
        self.take_about(None, receipts)
    }

    fn take_about(&self, about: Option<Channel>, receipts: Vec<NewReceipt>) -> Result<TakenReceipts, ReceiptError> {
        let tenant = &self.push.registration.push.tenant;
        run(take_receipts(&self.store, &self.queue, &self.clock, tenant, about, receipts))
    }

    fn tell(&self, slot: usize, event: ReceiptEvent) {
        assert_eq!(self.take(vec![self.receipt(slot, event)]).unwrap().accepted, 1);
    }

    fn confirm(&self, nth: u32) -> Confirmed {
        run(confirm_batch(&self.store, &self.queue, &self.clock, &self.header.batch, nth)).unwrap()
    }

    fn progress(&self) -> BatchProgress {
        self.store.progress_of(&self.header.batch).unwrap()
    }

    fn outcomes(&self) -> Vec<Option<Outcome>> {
        let slots = self.progress().slots;
        (0..3).map(|slot| slots.get(slot).map(|(outcome, _)| outcome)).collect()
    }

    fn counted(&self, revocation: &Revocation, outcome: Outcome) -> u64 {
        let counters = run(self.store.counters(&revocation.push, &revocation.id)).unwrap();
        counters[&Channel::Huawei].outcomes.get(outcome)
    }

    fn confirm_jobs(&self) -> Vec<u32> {
        let jobs = self.queue.sent().into_iter();
        jobs.filter_map(|job| match job {
            Job::Confirm { batch, nth } if batch == self.header.batch => Some(nth),
            _ => None,
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
    assert!(stand.store.has_receipt(&stand.header.batch, &digest, ReceiptEvent::Opened));

    let foreign = run(take_receipts(
        &stand.store,
        &stand.queue,
        &stand.clock,
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
    assert!(stand.vendor.calls_from(0).is_empty());
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
    let lease = stand.clock.now() + SignedDuration::from_secs(90);
    let claimed = BatchProgress::fresh(&stand.header).claimed(lease);
    assert_eq!(run(stand.store.claim(&claimed)).unwrap(), Claimed::Yes);
    stand.tell(0, ReceiptEvent::Revoked);
    assert_eq!(stand.confirm(0), Confirmed::ComesBack);
    assert_eq!(stand.progress(), claimed);
    assert_eq!(stand.confirm_jobs(), [0, 1]);

    // Its worker is lost: the next one reads what the device said.
    stand.clock.set(lease);
    assert_eq!(stand.confirm(1), Confirmed::ComesBack, "nothing has ended yet");
    assert_eq!(stand.dispatch(&revocation), Dispatched::Finished);
    assert_eq!(stand.outcomes()[0], Some(Outcome::Confirmed));
}

#[test]
fn a_receipt_between_a_dispatch_s_read_and_its_claim_is_not_lost() {
    let stand = Stand::new();
    let revocation = stand.revoke("rvk_1");
    let dice = SeededDice::new(1);
    let channels = Channels::new([Channel::Huawei]);
    let with = stand.dispatcher(&dice, &channels);
    let job = stand.job(&revocation);
    let mut dispatch = pin!(dispatch_batch(&with, &job, stand.clock.now() + SignedDuration::from_secs(30)));
    // It reads, and goes no further than that.
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..2 {
        assert!(dispatch.as_mut().poll(&mut context).is_pending());
    }
    stand.tell(0, ReceiptEvent::Revoked);
    assert_eq!(stand.store.progress_of(&stand.header.batch), None);
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
    let lease = stand.clock.now() + SignedDuration::from_secs(90);
    let claimed = stand.progress().claimed(lease);
    run(stand.store.claim(&claimed)).unwrap();
    stand.clock.set(lease);
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
    let check = || {
        let (push, id) = (&revocation.push, &revocation.id);
        run(check_revocation(
            &stand.store,
            &stand.queue,
            &stand.clock,
            push,
            id,
            Eagerness::Redrive,
        ))
        .unwrap()
    };
    let read = || run(stand.store.revocation(&revocation.push, &revocation.id)).unwrap().unwrap();
    let shown = || {
        let counters = run(stand.store.counters(&revocation.push, &revocation.id)).unwrap();
        let shown = shown_outcomes(&read(), Channel::Huawei, counters.get(&Channel::Huawei));
        (shown.get(Outcome::Overwritten), shown.get(Outcome::Confirmed))
    };
    assert!(matches!(check(), Checked::Settled { .. }));
    let settled = |revocation: Revocation| match revocation.state {
        State::Settled { settled_at, totals, .. } => (settled_at, totals[&Channel::Huawei].get(Outcome::Confirmed)),
        other => panic!("{other:?}"),
    };
    let before = settled(read());
    assert_eq!((shown(), before.1), ((3, 0), 0));

    stand.clock.set(stand.clock.now() + Duration::from_hours(1));
    stand.tell(2, ReceiptEvent::Revoked);
    assert_eq!(stand.confirm(0), Confirmed::Done { deliveries: 1 });
    assert_eq!(shown(), (2, 1));
    // It has been settled all the time.
    assert_eq!(check(), Checked::Unchanged);
    assert_eq!(settled(read()), (before.0, 1));
    assert_eq!(shown(), (2, 1));
}
