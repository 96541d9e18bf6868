//! The steps that are measured.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{BatchRecorder, BatchWorkStore, DispatchJob, PushStore, RecountJob};
use revocation_app::{
    Accepted, Dispatcher, GateQuestion, NewBatch, NewRevocation, check_gate, check_revocation, dispatch_batch, fan_out, record_deliveries,
    recount_revocation, request_revocation, sweep,
};
use revocation_rules::actor::Actor;
use revocation_rules::batch::{self, BatchHeader, Delivery, Sending};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::ids::PushRef;
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::push::{Push, PushType, Registration};
use revocation_rules::revocation::Revocation;
use revocation_rules::scope::Scope;
use revocation_rules::settling::Eagerness;
use revocation_rules::shard::ShardCount;
use revocation_testkit::{FakeChannel, ManualClock, SeededDice, builders};
use scale_model::run::deliveries;

use crate::aws::Adapters;
use crate::{Failure, Measured, measured};

const CHANNEL: Channel = Channel::Huawei;
/// Pages of a shard that are walked and counted: whole ones.
const PAGES: usize = 3;
const PAGE: usize = 500;

struct Case {
    with: Adapters,
    clock: ManualClock,
    dice: SeededDice,
    channels: Channels,
    all: Vec<Delivery>,
}

fn push_of(id: &str) -> PushRef {
    builders::task(&builders::tenant("shop"), id)
}

fn far() -> Timestamp {
    builders::noon() + SignedDuration::from_hours(48)
}

fn averaged(name: &'static str, total: f64, count: u32) -> Measured {
    Measured {
        name,
        value: total / f64::from(count),
        unit: "us",
    }
}

fn held(name: &'static str, value: f64) -> Measured {
    Measured {
        name,
        value,
        unit: "bytes",
    }
}

pub async fn all() -> Result<Vec<Measured>, Failure> {
    let case = Case {
        with: Adapters::new().await?,
        clock: ManualClock::at(builders::noon() + SignedDuration::from_mins(5)),
        dice: SeededDice::new(1),
        channels: Channels::new([CHANNEL]),
        all: deliveries(CHANNEL, batch::MAX_DELIVERIES),
    };
    let mut all = Vec::new();
    case.requests(&mut all).await?;
    Box::pin(case.dispatches(&mut all)).await?;
    Box::pin(case.walks(&mut all)).await?;
    case.sweeps(&mut all).await?;
    Ok(all)
}

impl Case {
    async fn pushed(&self, id: &str, shards: u16) -> Result<Push, Failure> {
        let push = Push {
            registration: Registration {
                push: push_of(id),
                push_type: PushType::Batch,
                title: "Autumn sale".to_owned(),
                sent_at: builders::noon(),
                send_until: None,
                notices: None,
            },
            registered_at: builders::noon(),
            shards: ShardCount::new(shards).ok_or("no shards")?,
            closures: Vec::new(),
            version: 1,
        };
        self.with.store.insert_push(&push).await?;
        Ok(push)
    }

    async fn revoked(&self, push: &PushRef) -> Result<Revocation, Failure> {
        let request = NewRevocation {
            push: push.clone(),
            scope: Scope::everything(),
            reason: "wrong price".to_owned(),
            notices: None,
            requested_by: Actor {
                key: "operator-1".parse()?,
                label: None,
            },
        };
        let (store, queue) = (&self.with.store, &self.with.queue);
        match request_revocation(store, queue, &self.clock, &self.dice, &self.channels, &request).await? {
            Accepted::New(revocation) | Accepted::AlreadyThere(revocation) => Ok(revocation),
        }
    }

    /// The gate and a revocation, each with the read of the caller's key, which is a read like any other.
    async fn requests(&self, all: &mut Vec<Measured>) -> Result<(), Failure> {
        const TIMES: u32 = 100;
        for nth in 0..TIMES {
            self.pushed(&format!("request-{nth}"), 16).await?;
        }
        // Connections and caches are warm.
        self.with.store.push(&push_of("request-0")).await?;
        let gates = async {
            for nth in 0..TIMES {
                let push = push_of(&format!("request-{nth}"));
                self.with.store.push(&push).await?;
                let question = GateQuestion {
                    push,
                    channel: Some(CHANNEL),
                    target: None,
                };
                check_gate(&self.with.store, &question).await?;
            }
            Ok(())
        };
        let (total, _, ()) = measured(gates).await?;
        all.push(averaged("gate_cpu_us", total, TIMES));
        let revokes = async {
            for nth in 0..TIMES {
                let push = push_of(&format!("request-{nth}"));
                self.with.store.push(&push).await?;
                self.revoked(&push).await?;
            }
            Ok(())
        };
        let (total, _, ()) = measured(revokes).await?;
        all.push(averaged("revoke_cpu_us", total, TIMES));
        Ok(())
    }

    async fn dispatches(&self, all: &mut Vec<Measured>) -> Result<(), Failure> {
        const TIMES: u32 = 40;
        let push = self.pushed("dispatch", 16).await?.registration.push;
        let news: Vec<NewBatch> = (0..TIMES)
            .map(|nth| {
                Ok(NewBatch {
                    push: push.clone(),
                    batch: format!("batch-{nth:08}").parse()?,
                    channel: CHANNEL,
                    sending: Sending::Sent,
                    sent_at: None,
                    deliveries: self.all.clone(),
                })
            })
            .collect::<Result<_, Failure>>()?;
        let records = async {
            for new in news {
                record_deliveries(&self.with.store, &self.with.queue, &self.clock, &self.channels, new).await?;
            }
            Ok(())
        };
        let (total, _, ()) = Box::pin(measured(records)).await?;
        all.push(averaged("record_1000_cpu_us", total, TIMES));
        self.clock.advance(SignedDuration::from_secs(1));
        let revocation = self.revoked(&push).await?;
        let jobs: Vec<DispatchJob> = (0..TIMES)
            .map(|nth| {
                let batch = format!("batch-{nth:08}").parse()?;
                let batch = ShardCount::new(16).ok_or("no shards")?.locate(push.clone(), batch);
                Ok(DispatchJob::new(&revocation, batch, CHANNEL))
            })
            .collect::<Result<_, Failure>>()?;
        // One alone: the vendor in memory keeps whom it was asked for.
        let (_, heap, ()) = Box::pin(measured(self.dispatch(&jobs[..1]))).await?;
        all.push(held("dispatch_1000_heap_bytes", heap));
        let (first, _, ()) = Box::pin(measured(self.dispatch(&jobs[1..]))).await?;
        all.push(averaged("dispatch_huawei_1000_cpu_us", first, TIMES - 1));
        let (again, _, ()) = Box::pin(measured(self.dispatch(&jobs))).await?;
        all.push(averaged("dispatch_done_cpu_us", again, TIMES));
        Ok(())
    }

    fn header(&self, batch: revocation_rules::ids::BatchRef) -> BatchHeader {
        BatchHeader {
            batch,
            channel: CHANNEL,
            count: 1_000,
            without_handle: 0,
            audiences: 0,
            sending: Sending::Sent,
            sent_at: builders::noon(),
            recorded_at: builders::noon(),
            digest: batch::digest(CHANNEL, Sending::Sent, None, &self.all),
        }
    }

    async fn dispatch(&self, jobs: &[DispatchJob]) -> Result<(), Failure> {
        let vendor = FakeChannel::new(&self.clock);
        let with = Dispatcher {
            store: &self.with.store,
            queue: &self.with.queue,
            clock: &self.clock,
            dice: &self.dice,
            channels: &self.channels,
            client: Some(&vendor),
        };
        for job in jobs {
            dispatch_batch(&with, job, far()).await?;
        }
        Ok(())
    }

    /// A walk over whole pages, and a recount of them.
    async fn walks(&self, all: &mut Vec<Measured>) -> Result<(), Failure> {
        let push = self.pushed("walk", 1).await?;
        let of = push.registration.push.clone();
        let some = &self.all[..100];
        let headers: Vec<BatchHeader> = (0..PAGES * PAGE)
            .map(|nth| {
                let batch = push.shards.locate(of.clone(), format!("batch-{nth:08}").parse()?);
                Ok(BatchHeader {
                    count: 100,
                    ..self.header(batch)
                })
            })
            .collect::<Result<_, Failure>>()?;
        for header in &headers {
            self.with.store.record(header, some).await?;
        }
        self.clock.advance(SignedDuration::from_secs(1));
        let revocation = self.revoked(&of).await?;
        let (store, queue, id) = (&self.with.store, &self.with.queue, &revocation.id);
        let pages = u32::try_from(PAGES)?;
        let (total, heap, _) = measured(async { Ok(fan_out(store, queue, &self.clock, &of, id, far()).await?) }).await?;
        all.push(averaged("fanout_page_cpu_us", total, pages));
        all.push(held("fanout_page_heap_bytes", heap));
        let (total, _, _) = Box::pin(measured(async {
            Ok(check_revocation(store, queue, &self.clock, &of, id, 0, far()).await?)
        }))
        .await?;
        all.push(averaged("check_cpu_us", total, 1));
        let slots: Vec<usize> = (0..1_000).collect();
        for header in &headers {
            let header = BatchHeader {
                count: 1_000,
                ..header.clone()
            };
            let mut progress = BatchProgress::fresh(&header);
            for slot in &slots {
                progress.slots.end(*slot, Outcome::Overwritten, "huawei:80000000");
            }
            let change = progress.book(id, &slots);
            progress.put_down(id);
            store.finish(&progress, &[(id.clone(), change)]).await?;
        }
        let job = RecountJob {
            push: of.clone(),
            revocation: id.clone(),
            eagerness: Eagerness::Redrive,
            so_far: None,
        };
        let (total, heap, _) = Box::pin(measured(async {
            Ok(recount_revocation(store, queue, &self.clock, job, far()).await?)
        }))
        .await?;
        all.push(averaged("recount_page_cpu_us", total, pages));
        all.push(held("recount_page_heap_bytes", heap));
        Ok(())
    }

    /// Everything that was requested here is due by then.
    async fn sweeps(&self, all: &mut Vec<Measured>) -> Result<(), Failure> {
        self.clock.advance(SignedDuration::from_mins(2));
        let (total, heap, swept) = measured(async { Ok(sweep(&self.with.store, &self.with.queue, &self.clock, far()).await?) }).await?;
        let count = u32::try_from(swept.handed_on)?;
        all.push(averaged("sweep_one_cpu_us", total, count));
        all.push(held("sweep_one_heap_bytes", heap / f64::from(count)));
        Ok(())
    }
}
