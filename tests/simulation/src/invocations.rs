//! The use cases as futures that a scheduler polls by hand, and drops to crash them.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{ChannelClient, Clock, DispatchJob, Job, WorkError};
use revocation_app::{
    Accepted, Checked, Confirmed, Dispatched, Dispatcher, FannedOut, GateError, GateQuestion, NewReceipt, NewRevocation, ReceiptError,
    RecordError, RecordedBatch, RegisterError, Registered, ReplayError, RequestError, SweepError, Swept, TakenReceipts, check_gate,
    check_revocation, confirm_batch, dispatch_batch, fan_out, record_deliveries, recount_revocation, register_push, request_revocation,
    sweep, take_receipts,
};
use revocation_rules::channel::{Capability, Channel, Strategy};
use revocation_rules::gate::Gate;
use revocation_rules::ids::{BatchRef, PushRef, TargetId};
use revocation_rules::outcome::Outcome;
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::Scope;
use revocation_testkit::{ManualClock, Receipt, Running};

use crate::cast::Cast;
use crate::ops::BATCHES;
use crate::world::World;

/// Before the function's timeout.
const DEADLINE: SignedDuration = SignedDuration::from_secs(25);

#[derive(Debug, Clone)]
pub enum Name {
    Register {
        push: PushRef,
    },
    Record {
        tenant: usize,
        push: usize,
        batch: usize,
        variant: usize,
    },
    Gate {
        question: GateQuestion,
    },
    Revoke {
        push: PushRef,
        scope: Scope,
    },
    /// With what had failed, and how many slots had been opened, when it was asked for.
    Replay {
        revocation: Box<Revocation>,
        failed: Vec<(BatchRef, usize)>,
        after: usize,
    },
    Report(Report),
    FanOut,
    Check,
    Recount,
    Dispatch,
    Confirm,
    Sweep,
}

/// What was reported, and for each receipt whether its batch was there when it
/// was said, and its push, and could still be revoked.
#[derive(Debug, Clone)]
pub struct Report {
    pub tenant: usize,
    pub about: Option<Channel>,
    pub receipts: Vec<NewReceipt>,
    pub known: Vec<bool>,
    pub open: Vec<bool>,
}

impl Name {
    pub fn crash(&self) -> &'static str {
        match self {
            Self::Register { .. } => "a crash during register",
            Self::Record { .. } => "a crash during record",
            Self::Gate { .. } => "a crash during gate",
            Self::Revoke { .. } => "a crash during revoke",
            Self::Replay { .. } => "a crash during replay",
            Self::FanOut => "a crash during fan-out",
            Self::Check => "a crash during check",
            Self::Recount => "a crash during recount",
            Self::Dispatch => "a crash during dispatch",
            Self::Report(_) => "a crash during report",
            Self::Confirm => "a crash during confirm",
            Self::Sweep => "a crash during sweep",
        }
    }
}

#[derive(Debug)]
pub enum Done {
    Registered(Result<Registered, RegisterError>),
    Recorded(Result<RecordedBatch, RecordError>),
    Gate(Result<Gate, GateError>),
    Revoked(Result<Accepted, RequestError>),
    Replayed(Result<Revocation, ReplayError>),
    FannedOut(Result<FannedOut, WorkError>),
    Checked(Result<Checked, WorkError>),
    Dispatched(Result<Dispatched, WorkError>),
    Reported(Result<TakenReceipts, ReceiptError>),
    Confirmed(Result<Confirmed, WorkError>),
    Swept(Result<Swept, SweepError>),
}

impl Done {
    pub fn is_ok(&self) -> bool {
        match self {
            Self::Registered(done) => done.is_ok(),
            Self::Recorded(done) => done.is_ok(),
            Self::Gate(done) => done.is_ok(),
            Self::Revoked(done) => done.is_ok(),
            Self::Replayed(done) => done.is_ok(),
            Self::FannedOut(done) => done.is_ok(),
            Self::Checked(done) => done.is_ok(),
            Self::Dispatched(done) => done.is_ok(),
            Self::Reported(done) => done.is_ok(),
            Self::Confirmed(done) => done.is_ok(),
            Self::Swept(done) => done.is_ok(),
        }
    }
}

pub struct Invocation {
    pub who: Running,
    pub name: Name,
    pub started_at: Timestamp,
    /// How many answers had been given when it started.
    pub after: usize,
    pub clock: ManualClock,
    pub receipt: Option<Receipt>,
    future: Pin<Box<dyn Future<Output = Done>>>,
}

impl Invocation {
    /// One port call further; `Some` at the end.
    pub fn poll(&mut self) -> Option<Done> {
        match self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }
    }

    pub fn skew(&self) -> SignedDuration {
        SignedDuration::from_millis(self.who.skew_ms)
    }
}

impl World {
    pub fn start<F>(&mut self, name: Name, receipt: Option<Receipt>, future: impl FnOnce(&Self, ManualClock) -> F)
    where
        F: Future<Output = Done> + 'static,
    {
        let (who, clock) = self.hire();
        let future = Box::pin(future(self, clock.clone()));
        self.running.push(Invocation {
            who,
            name,
            started_at: self.now(),
            after: self.answers,
            clock,
            receipt,
            future,
        });
    }

    pub fn start_register(&mut self, tenant: usize, push: usize) {
        let registration = self.cast.registration(tenant, push);
        let name = Name::Register {
            push: registration.push.clone(),
        };
        self.start(name, None, |world, clock| {
            let store = world.store.clone();
            async move { Done::Registered(register_push(&store, &clock, registration, None).await) }
        });
    }

    pub fn start_record(&mut self, tenant: usize, push: usize, batch: usize, variant: usize) {
        let new = self.cast.batch(tenant, push, batch, variant);
        let name = Name::Record {
            tenant,
            push,
            batch,
            variant,
        };
        for delivery in &new.deliveries {
            self.vendor.shows(delivery.token.as_str());
        }
        self.start(name, None, |world, clock| {
            let (store, queue) = (world.store.clone(), world.queue.clone());
            async move { Done::Recorded(record_deliveries(&store, &queue, &clock, &Cast::channels(), new).await) }
        });
    }

    pub fn start_gate(&mut self, tenant: usize, push: usize, channel: usize, target: usize) {
        let question = GateQuestion {
            push: Cast::push(tenant, push),
            channel: Cast::channel(channel),
            target: (target < 4).then(|| format!("u{target}").parse::<TargetId>().unwrap()),
        };
        let name = Name::Gate {
            question: question.clone(),
        };
        self.start(name, None, |world, _| {
            let store = world.store.clone();
            async move { Done::Gate(check_gate(&store, &question).await) }
        });
    }

    pub fn start_revoke(&mut self, tenant: usize, push: usize, scope: usize) {
        let request = NewRevocation {
            push: Cast::push(tenant, push),
            scope: Cast::scope(scope),
            reason: "wrong price".into(),
            notices: None,
            requested_by: "key1".parse().unwrap(),
        };
        let name = Name::Revoke {
            push: request.push.clone(),
            scope: request.scope.clone(),
        };
        self.start(name, None, |world, clock| {
            let (store, queue, dice) = (world.store.clone(), world.queue.clone(), world.dice.clone());
            async move { Done::Revoked(request_revocation(&store, &queue, &clock, &dice, &Cast::channels(), &request).await) }
        });
    }

    pub fn start_report(&mut self, tenant: usize, push: usize, batch: usize, draw: u64) {
        // Most devices speak of what was recorded, some of what was sent and will be.
        let sent = (batch..batch + BATCHES).map(|nth| nth % BATCHES).find(|nth| {
            let new = self.cast.batch(tenant, push, *nth, 0);
            self.store
                .committed()
                .iter()
                .any(|known| known.header.batch.push == new.push && known.header.batch.batch == new.batch)
        });
        let batch = sent.filter(|_| !draw.is_multiple_of(4)).unwrap_or(batch);
        let receipts = self.cast.receipts(tenant, push, batch, draw);
        let about = self.cast.about(tenant, push, batch, draw);
        let name = Name::Report(Report {
            tenant,
            about,
            known: receipts.iter().map(|receipt| self.knows(tenant, receipt)).collect(),
            open: receipts.iter().map(|receipt| self.is_open(tenant, receipt)).collect(),
            receipts: receipts.clone(),
        });
        self.start(name, None, |world, clock| {
            let (store, queue) = (world.store.clone(), world.queue.clone());
            async move { Done::Reported(take_receipts(&store, &queue, &clock, &Cast::tenant(tenant), about, receipts).await) }
        });
    }

    /// In some runs the time of every recount is over at once: each counts a page, and hands on.
    fn recount_deadline(&self) -> Timestamp {
        if self.seed.is_multiple_of(3) {
            self.now()
        } else {
            self.now() + DEADLINE
        }
    }

    pub fn start_sweep(&mut self) {
        self.start(Name::Sweep, None, |world, clock| {
            let (store, queue) = (world.store.clone(), world.queue.clone());
            async move {
                let deadline = clock.now() + DEADLINE;
                Done::Swept(sweep(&store, &queue, &clock, deadline).await)
            }
        });
    }

    pub fn start_job(&mut self, receipt: Receipt) {
        let job = receipt.job.clone();
        match job {
            Job::Fanout { push, revocation } => self.start(Name::FanOut, Some(receipt), |world, clock| {
                let (store, queue) = (world.store.clone(), world.queue.clone());
                async move {
                    let deadline = clock.now() + DEADLINE;
                    Done::FannedOut(fan_out(&store, &queue, &clock, &push, &revocation, deadline).await)
                }
            }),
            Job::Check { push, revocation, nth } => self.start(Name::Check, Some(receipt), |world, clock| {
                let (store, queue) = (world.store.clone(), world.queue.clone());
                let deadline = world.recount_deadline();
                async move { Done::Checked(check_revocation(&store, &queue, &clock, &push, &revocation, nth, deadline).await) }
            }),
            Job::Recount(job) => self.start(Name::Recount, Some(receipt), |world, clock| {
                let (store, queue) = (world.store.clone(), world.queue.clone());
                let deadline = world.recount_deadline();
                async move { Done::Checked(recount_revocation(&store, &queue, &clock, *job, deadline).await) }
            }),
            Job::Confirm { batch, nth, look } => self.start(Name::Confirm, Some(receipt), |world, clock| {
                let (store, queue) = (world.store.clone(), world.queue.clone());
                async move { Done::Confirmed(confirm_batch(&store, &queue, &clock, &batch, nth, look).await) }
            }),
            Job::Dispatch(job) => self.start_dispatch(job, receipt),
        }
    }

    fn start_dispatch(&mut self, job: DispatchJob, receipt: Receipt) {
        let job = self.as_it_was_queued(job);
        self.start(Name::Dispatch, Some(receipt), |world, clock| {
            let (store, queue, dice) = (world.store.clone(), world.queue.clone(), world.dice.clone());
            let accepts = match Cast::channels().strategy(job.channel) {
                Some(Strategy::Recall | Strategy::RecallThenOverwrite) => Outcome::Recalled,
                Some(Strategy::Overwrite) | None => Outcome::Overwritten,
            };
            let vendor = world.vendor.seen_by(&clock).that_accepts_as(accepts);
            async move {
                let channels = Cast::channels();
                let able = channels.capability(job.channel) == Capability::Able;
                let with = Dispatcher {
                    store: &store,
                    queue: &queue,
                    clock: &clock,
                    dice: &dice,
                    channels: &channels,
                    client: able.then_some(&vendor as &dyn ChannelClient),
                };
                Done::Dispatched(dispatch_batch(&with, &job, clock.now() + DEADLINE).await)
            }
        });
    }

    /// In some runs an older version queues all jobs, or those of every second shard: they say nothing of replays.
    fn as_it_was_queued(&mut self, job: DispatchJob) -> DispatchJob {
        let is_older = match self.seed % 5 {
            0 => true,
            1 => job.batch.shard.is_multiple_of(2),
            _ => false,
        };
        let stored = self
            .store
            .all_revocations()
            .into_iter()
            .find(|revocation| revocation.id == job.revocation);
        let replays = job.replays.filter(|_| !is_older);
        let from_before = stored.is_some_and(|stored| replays.is_some_and(|replays| replays < stored.replays));
        self.events.saw_if("a job from before a replay", from_before);
        self.events.saw_if("a job of an older version", is_older);
        DispatchJob { replays, ..job }
    }
}
