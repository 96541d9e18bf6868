//! What is played on both sides, and how a call is written down.

use std::sync::Arc;

use jiff::SignedDuration;
use revocation_app::ports::{
    AppNotices, BatchHeaders, BatchRecorder, BatchWorkStore, ChannelClient, Counters, DispatchJob, Job, JobQueue, ProgressList, PushStore,
    RecountJob, RevocationStore, TargetIndex,
};
use revocation_app::{
    Accepted, Dispatcher, GateQuestion, NewBatch, NewRevocation, check_gate, check_revocation, dispatch_batch, fan_out, record_deliveries,
    recount_revocation, register_push, request_revocation, sweep,
};
use revocation_rules::actor::Actor;
use revocation_rules::batch::Sending;
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::push::{PushType, Registration};
use revocation_rules::scope::Scope;
use revocation_rules::settling::Eagerness;
use revocation_rules::shard::ShardCount;
use revocation_testkit::{ManualClock, SeededDice, builders};
use scale_model::costs::Costs;
use scale_model::lambda::{Function, environment};
use scale_model::limits::Limits;
use scale_model::meter::Meter;
use scale_model::run::deliveries;
use scale_model::vendor::Vendor;
use scale_model::world::World;

/// One call: the operation, and what it touches, in order.
pub type Written = (String, Vec<String>);
/// Each step with its calls, in order.
pub type Steps = Vec<(&'static str, Vec<Written>)>;

const CHANNEL: Channel = Channel::Huawei;

pub fn clock() -> ManualClock {
    ManualClock::at(builders::noon() + SignedDuration::from_mins(5))
}

pub fn model() -> (Arc<World>, Meter) {
    // What is queued stays there: the scene is the only one that works.
    let mut limits = Limits::aws();
    limits.lambda.account_concurrency = 0;
    let world = World::new(limits, Costs::measured().unwrap(), Vendor::of(CHANNEL), 1).unwrap();
    world.trace();
    let env = environment(&world, Function::Fanout);
    let meter = Meter {
        world: Arc::clone(&world),
        env,
    };
    (world, meter)
}

/// What was called since it was asked last.
pub fn taken(world: &World) -> Vec<Written> {
    let calls = world.traced();
    let written = calls.into_iter().map(|call| {
        let mut touched: Vec<String> = call
            .parts
            .iter()
            .filter(|part| part.space == scale_model::dynamo::Space::Table || call.operation == scale_model::ledger::Operation::Query)
            .map(|part| match part.write {
                0.0 => part.pk.clone(),
                write => format!("{} {write}", part.pk),
            })
            .collect();
        touched.sort();
        (call.operation.name().to_owned(), touched)
    });
    sorted(written.collect())
}

/// Calls at once have no order.
pub fn sorted(mut calls: Vec<Written>) -> Vec<Written> {
    calls.sort();
    calls
}

/// Registers, records, revokes, walks, dispatches twice, recounts, sweeps.
pub async fn play<S, Q>(store: &S, queue: &Q, vendor: &dyn ChannelClient, taken: &dyn Fn() -> Vec<Written>) -> Steps
where
    S: PushStore + TargetIndex + BatchRecorder + BatchHeaders + BatchWorkStore + ProgressList + RevocationStore + Counters + AppNotices,
    Q: JobQueue,
{
    let (clock, dice, channels) = (clock(), SeededDice::new(3), Channels::new([CHANNEL]));
    let push = builders::task(&builders::tenant("shop"), "autumn");
    let far = clock_end(&clock);
    let mut steps: Steps = Vec::new();
    let registration = Registration {
        push: push.clone(),
        push_type: PushType::Batch,
        title: "Autumn sale".to_owned(),
        sent_at: builders::noon(),
        send_until: None,
        notices: None,
    };
    register_push(store, &clock, registration, None).await.unwrap();
    steps.push(("register", taken()));
    for count in [1_000, 3] {
        let new = NewBatch {
            push: push.clone(),
            batch: format!("batch-{count}").parse().unwrap(),
            channel: CHANNEL,
            sending: Sending::Sent,
            sent_at: None,
            deliveries: deliveries(CHANNEL, count),
        };
        record_deliveries(store, queue, &clock, &channels, new).await.unwrap();
        steps.push(("record", taken()));
    }
    let question = GateQuestion {
        push: push.clone(),
        channel: Some(CHANNEL),
        target: None,
    };
    check_gate(store, &question).await.unwrap();
    steps.push(("gate", taken()));
    clock.advance(SignedDuration::from_secs(1));
    let request = NewRevocation {
        push: push.clone(),
        scope: Scope::everything(),
        reason: "wrong price".to_owned(),
        notices: None,
        requested_by: Actor {
            key: "operator-1".parse().unwrap(),
            label: None,
        },
    };
    let accepted = request_revocation(store, queue, &clock, &dice, &channels, &request).await.unwrap();
    let (Accepted::New(revocation) | Accepted::AlreadyThere(revocation)) = accepted;
    steps.push(("revoke", taken()));
    fan_out(store, queue, &clock, &push, &revocation.id, far).await.unwrap();
    steps.push(("fan out", taken()));
    check_revocation(store, queue, &clock, &push, &revocation.id, 0, far).await.unwrap();
    steps.push(("check", taken()));
    let with = Dispatcher {
        store,
        queue,
        clock: &clock,
        dice: &dice,
        channels: &channels,
        client: Some(vendor),
    };
    let shards = store.push(&push).await.unwrap().unwrap().shards;
    taken();
    for (step, count) in [("dispatch", 1_000), ("dispatch", 3), ("dispatch again", 1_000)] {
        dispatch_batch(&with, &job(&revocation, shards, count), far).await.unwrap();
        steps.push((step, taken()));
    }
    let recount = RecountJob {
        push: push.clone(),
        revocation: revocation.id.clone(),
        eagerness: Eagerness::Redrive,
        so_far: None,
    };
    recount_revocation(store, queue, &clock, recount, far).await.unwrap();
    steps.push(("recount", taken()));
    clock.advance(SignedDuration::from_mins(5));
    assert_eq!(sweep(store, queue, &clock, far).await.unwrap().handed_on, 1);
    steps.push(("sweep", taken()));
    steps
}

fn job(revocation: &revocation_rules::revocation::Revocation, shards: ShardCount, count: usize) -> DispatchJob {
    let batch = shards.locate(revocation.push.clone(), format!("batch-{count}").parse().unwrap());
    let Job::Dispatch(job) = Job::dispatch(revocation, batch, CHANNEL) else {
        panic!("a dispatch is one")
    };
    job
}

fn clock_end(clock: &ManualClock) -> jiff::Timestamp {
    use revocation_app::ports::Clock as _;
    clock.now() + SignedDuration::from_hours(2)
}
