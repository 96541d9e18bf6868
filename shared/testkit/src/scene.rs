//! A small deployment in memory, in which one push is recorded, revoked, worked on and settled.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{
    BatchRecorder as _, ChannelClient, Clock as _, Counters as _, DispatchJob, Job, PushStore as _, RecountJob, RevocationStore as _, Saved,
};
use revocation_app::{
    Accepted, Checked, Confirmed, Dispatched, Dispatcher, FannedOut, NewReceipt, NewRevocation, ReceiptError, ReplayError, RequestError,
    TakenReceipts, check_revocation, confirm_batch, dispatch_batch, fan_out, recount_revocation, replay_revocation, request_revocation,
    take_receipts,
};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::counters::ChannelCounters;
use revocation_rules::ids::{BatchRef, PushRef, RevocationId};
use revocation_rules::outcome::Outcome;
use revocation_rules::push::Push;
use revocation_rules::receipt::ReceiptEvent;
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::Scope;
use revocation_rules::settling::Eagerness;

use crate::builders::{BatchBuilder, RevocationBuilder, noon};
use crate::{FakeChannel, ManualClock, MemoryQueue, MemoryStore, SeededDice, run};

pub struct Scene {
    pub clock: ManualClock,
    pub store: MemoryStore,
    pub queue: MemoryQueue,
    pub vendor: FakeChannel,
    pub dice: SeededDice,
    /// What the deployment can take back on: Huawei, unless it says otherwise.
    pub channels: Channels,
    pub push: Push,
}

/// A recorded batch, or one that is yet to be.
pub struct Batch {
    pub header: BatchHeader,
    pub deliveries: Vec<Delivery>,
}

impl Scene {
    /// At noon, with a store that deletes nothing by itself.
    pub fn of(push: Push) -> Self {
        Self::with(MemoryStore::new(), ManualClock::at(noon()), push)
    }

    pub fn with(store: MemoryStore, clock: ManualClock, push: Push) -> Self {
        run(store.insert_push(&push)).unwrap();
        Self {
            queue: MemoryQueue::new(&clock),
            vendor: FakeChannel::new(&clock),
            dice: SeededDice::new(1),
            channels: Channels::new([Channel::Huawei]),
            clock,
            store,
            push,
        }
    }

    pub fn push_ref(&self) -> &PushRef {
        &self.push.registration.push
    }

    /// As long as an invocation may last.
    fn deadline(&self) -> Timestamp {
        self.clock.now() + SignedDuration::from_secs(60)
    }

    /// A batch of the push that nobody has recorded.
    pub fn batch(&self, batch: BatchBuilder) -> Batch {
        let (header, deliveries) = batch.of(&self.push).build();
        Batch { header, deliveries }
    }

    /// Keeps a batch, past the use case: no revocation hears of it.
    pub fn keep(&self, batch: &Batch) {
        run(self.store.record(&batch.header, &batch.deliveries)).unwrap();
    }

    pub fn kept(&self, batch: BatchBuilder) -> Batch {
        let batch = self.batch(batch);
        self.keep(&batch);
        batch
    }

    /// A request to revoke a part of the push.
    pub fn request(&self, scope: Scope) -> NewRevocation {
        NewRevocation {
            push: self.push_ref().clone(),
            scope,
            reason: "wrong price".to_owned(),
            notices: None,
            requested_by: "key-1".parse().unwrap(),
        }
    }

    pub fn ask(&self, request: &NewRevocation) -> Result<Accepted, RequestError> {
        run(request_revocation(
            &self.store,
            &self.queue,
            &self.clock,
            &self.dice,
            &self.channels,
            request,
        ))
    }

    /// Revokes a part of the push that nothing has revoked.
    pub fn revoke(&self, scope: Scope) -> Revocation {
        match self.ask(&self.request(scope)).unwrap() {
            Accepted::New(revocation) => revocation,
            Accepted::AlreadyThere(revocation) => panic!("{} was there already", revocation.id),
        }
    }

    /// Keeps a revocation of the push, past the use case: nothing is queued for it.
    pub fn revoked(&self, revocation: RevocationBuilder) -> Revocation {
        let push = run(self.store.push(self.push_ref())).unwrap().unwrap();
        let revocation = revocation.of(&push).build();
        assert_eq!(run(self.store.insert_revocation(&push, &revocation)).unwrap(), Saved::Yes);
        revocation
    }

    pub fn read(&self, id: &RevocationId) -> Revocation {
        run(self.store.revocation(self.push_ref(), id)).unwrap().unwrap()
    }

    pub fn walk(&self, id: &RevocationId) -> FannedOut {
        run(fan_out(&self.store, &self.queue, &self.clock, self.push_ref(), id, self.deadline())).unwrap()
    }

    pub fn dispatcher(&self) -> Dispatcher<'_, MemoryStore, MemoryQueue, ManualClock, SeededDice> {
        Dispatcher {
            store: &self.store,
            queue: &self.queue,
            clock: &self.clock,
            dice: &self.dice,
            channels: &self.channels,
            client: Some(&self.vendor as &dyn ChannelClient),
        }
    }

    pub fn dispatch(&self, job: &DispatchJob) -> Dispatched {
        run(dispatch_batch(&self.dispatcher(), job, self.deadline())).unwrap()
    }

    /// A look, or what the sweep and the recount that it asks for do.
    pub fn check(&self, id: &RevocationId, eagerness: Eagerness) -> Checked {
        let (store, queue, clock, push) = (&self.store, &self.queue, &self.clock, self.push_ref());
        match eagerness {
            Eagerness::Look { nth } => run(check_revocation(store, queue, clock, push, id, nth, self.deadline())).unwrap(),
            Eagerness::Redrive => {
                let mut revocation = self.read(id);
                revocation.handed_on(clock.now());
                assert_eq!(run(store.save_revocation(&revocation)).unwrap(), Saved::Yes);
                let job = RecountJob {
                    push: push.clone(),
                    revocation: id.clone(),
                    eagerness,
                    so_far: None,
                };
                run(recount_revocation(store, queue, clock, job, self.deadline())).unwrap()
            }
        }
    }

    /// Walks, works on everything that was queued, and settles.
    pub fn work(&self, id: &RevocationId) -> Revocation {
        self.walk(id);
        for job in self.queue.sent() {
            if let Job::Dispatch(job) = job {
                let end = self.dispatch(&job);
                assert!(matches!(end, Dispatched::Finished | Dispatched::NothingToDo), "{end:?}");
            }
        }
        let checked = self.check(id, Eagerness::Redrive);
        assert!(matches!(checked, Checked::Settled { .. } | Checked::Unchanged), "{checked:?}");
        self.read(id)
    }

    pub fn replay(&self, id: &RevocationId) -> Result<Revocation, ReplayError> {
        let by = "key-2".parse().unwrap();
        run(replay_revocation(&self.store, &self.queue, &self.clock, self.push_ref(), id, &by))
    }

    /// What a device says of a delivery.
    pub fn receipt(&self, of: &Batch, slot: usize, event: ReceiptEvent) -> NewReceipt {
        NewReceipt {
            kind: self.push_ref().kind,
            id: self.push_ref().id.clone(),
            batch: of.header.batch.batch.clone(),
            token: of.deliveries[slot].token.clone(),
            event,
            at: None,
        }
    }

    pub fn take(&self, about: Option<Channel>, receipts: Vec<NewReceipt>) -> Result<TakenReceipts, ReceiptError> {
        let tenant = &self.push_ref().tenant;
        run(take_receipts(&self.store, &self.queue, &self.clock, tenant, about, receipts))
    }

    pub fn confirm(&self, batch: &BatchRef, nth: u32) -> Confirmed {
        run(confirm_batch(&self.store, &self.queue, &self.clock, batch, nth, None)).unwrap()
    }

    /// How each delivery of a batch that was worked on ended so far, and why.
    pub fn ends(&self, batch: &BatchRef) -> Vec<Option<(Outcome, String)>> {
        let slots = self.store.progress_of(batch).unwrap().slots;
        let end = |slot| slots.get(slot).map(|(outcome, reason)| (outcome, reason.to_owned()));
        (0..slots.len()).map(end).collect()
    }

    pub fn outcomes(&self, batch: &BatchRef) -> Vec<Option<Outcome>> {
        let ends = self.ends(batch).into_iter();
        ends.map(|end| end.map(|(outcome, _)| outcome)).collect()
    }

    pub fn counters(&self, id: &RevocationId, channel: Channel) -> ChannelCounters {
        let mut counters = run(self.store.counters(self.push_ref(), id)).unwrap();
        counters.remove(&channel).unwrap_or_default()
    }

    /// Has TTL delete what has expired.
    pub fn delete_expired(&self) {
        for (kept, batch) in self.store.expired(self.clock.now()) {
            self.store.delete_expired(&kept, &batch);
        }
    }
}
