//! The hot paths, each brought to where it can be walked again and again.

use std::collections::HashMap;
use std::rc::Rc;

use http::{HeaderMap, HeaderValue, Method};
use jiff::SignedDuration;
use revocation_app::ports::{BatchPayloads as _, BatchRecorder as _, ChannelClient, Clock as _, DispatchJob, Job, Order};
use revocation_app::{Dispatched, Dispatcher, dispatch_batch};
use revocation_aws::{SystemClock, SystemDice};
use revocation_rules::batch::{BatchHeader, Delivery};
use revocation_rules::channel::{Channel, Channels, Strategy};
use revocation_rules::plan::plan;
use revocation_rules::progress::BatchProgress;
use revocation_rules::receipt::Receipts;
use revocation_rules::retry::Answer;
use revocation_rules::terms::Terms;
use revocation_testkit::builders::{a_batch, a_push, a_revocation, noon};
use revocation_testkit::token;

use crate::seed;
use crate::vendors::Vendors;
use crate::world::World;

/// One pass.
pub type Pass = Box<dyn FnMut()>;

/// A path and the world that it is walked in; nothing of it is changed by a pass.
pub struct Path {
    pub world: Rc<World>,
    pub pass: Pass,
}

fn frozen(world: World, pass: impl Fn(&World) + 'static) -> Path {
    world.aws.freeze(true);
    let world = Rc::new(world);
    let own = Rc::clone(&world);
    Path {
        world,
        pass: Box::new(move || pass(&own)),
    }
}

pub fn revoke() -> Path {
    let request = seed::revoke_request();
    frozen(seed::recorded(Channel::Huawei), move |world| world.revoke(&request))
}

pub fn gate() -> Path {
    let request = seed::gate_request(Channel::Huawei);
    frozen(seed::recorded(Channel::Huawei), move |world| world.look_up(&request))
}

pub fn record() -> Path {
    let request = seed::record_request(Channel::Huawei);
    frozen(seed::recorded(Channel::Huawei), move |world| world.record(&request))
}

/// The job of the one batch, when its revocation was walked.
fn dispatch_job(channel: Channel) -> (World, DispatchJob, Vec<Job>) {
    let (world, walk) = seed::revoked(channel);
    seed::walk(&world, &walk);
    let mut jobs = world.jobs();
    let is_dispatch = |job: &Job| matches!(job, Job::Dispatch(_));
    let at = jobs.iter().position(is_dispatch).unwrap();
    match jobs.remove(at) {
        Job::Dispatch(job) => (world, job, jobs),
        other => panic!("no dispatch: {other:?}"),
    }
}

fn work(world: &World, client: &dyn ChannelClient, job: &DispatchJob) -> Dispatched {
    let with = Dispatcher {
        store: &world.store,
        queue: &world.queue,
        clock: &SystemClock,
        dice: &SystemDice,
        channels: &world.channels,
        client: Some(client),
    };
    let deadline = SystemClock.now() + SignedDuration::from_secs(40);
    world.runtime.block_on(dispatch_batch(&with, job, deadline)).unwrap()
}

pub fn dispatch(channel: Channel, vendors: &Rc<Vendors>) -> Path {
    let (world, job, _) = dispatch_job(channel);
    let client = vendors.client(channel, &world);
    frozen(world, move |world| assert_eq!(work(world, &*client, &job), Dispatched::Finished))
}

/// A job for a batch that has ended.
pub fn dispatch_done(vendors: &Rc<Vendors>) -> Path {
    let (world, job, _) = dispatch_job(Channel::Huawei);
    let client = vendors.client(Channel::Huawei, &world);
    assert_eq!(work(&world, &*client, &job), Dispatched::Finished);
    frozen(world, move |world| assert_eq!(work(world, &*client, &job), Dispatched::NothingToDo))
}

const SHARDS: u64 = 16;

pub fn fan_out() -> Path {
    let (world, walk) = seed::revoked(Channel::Huawei);
    world.aws.freeze(true);
    seed::walk(&world, &walk);
    let jobs = world.jobs();
    let batch = jobs.iter().find_map(|job| match job {
        Job::Dispatch(job) => Some(job.batch.clone()),
        Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) | Job::Confirm { .. } => None,
    });
    seed::swarm(&world, &batch.unwrap(), SHARDS);
    frozen(world, move |world| seed::walk(world, &walk))
}

pub fn recount(vendors: &Rc<Vendors>) -> Path {
    let (world, job, mut others) = dispatch_job(Channel::Huawei);
    let client = vendors.client(Channel::Huawei, &world);
    assert_eq!(work(&world, &*client, &job), Dispatched::Finished);
    seed::swarm(&world, &job.batch, SHARDS);
    let recount = others.remove(0);
    frozen(world, move |world| seed::walk(world, &recount))
}

/// A thousand deliveries, built and not recorded.
fn thousand(channel: Channel) -> (BatchHeader, Vec<Delivery>) {
    let targets: Vec<String> = (0..seed::BATCH).map(|nth| format!("user-{nth}")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let (header, mut deliveries) = a_batch().on(channel).to(&targets).build();
    for (nth, delivery) in deliveries.iter_mut().enumerate() {
        delivery.token = token(channel, nth as u64).parse().unwrap();
    }
    (header, deliveries)
}

pub fn planning() -> Path {
    let (header, deliveries) = thousand(Channel::Huawei);
    let (terms, receipts) = (Terms::from(a_revocation().of(&a_push().build()).build()), Receipts::default());
    let progress = BatchProgress::fresh(&header);
    let channels = Channels::new(Channel::dispatched());
    frozen(World::new(), move |_| {
        let planned = plan(&header, Some(&deliveries), &terms, &progress, &receipts, &channels, noon());
        assert_eq!(planned.calls.len(), seed::BATCH);
    })
}

/// A payload is packed and written.
pub fn pack() -> Path {
    let (header, deliveries) = thousand(Channel::Huawei);
    frozen(World::new(), move |world| {
        let kept = world.runtime.block_on(world.store.record(&header, &deliveries));
        assert_eq!(kept.unwrap(), revocation_app::ports::Recorded::New);
    })
}

/// A payload is read and unpacked.
pub fn unpack() -> Path {
    let (header, deliveries) = thousand(Channel::Huawei);
    let world = World::new();
    world.runtime.block_on(world.store.record(&header, &deliveries)).unwrap();
    let headers = [header];
    frozen(world, move |world| {
        let read = world.runtime.block_on(world.store.payloads(&headers)).unwrap();
        assert_eq!(read[0].as_ref().map(Vec::len), Some(seed::BATCH));
    })
}

/// A vendor is asked, and refuses every tenth device.
pub fn answers(channel: Channel, vendors: &Rc<Vendors>) -> Path {
    let world = World::new();
    let client = vendors.client(channel, &world);
    let (header, deliveries) = thousand(channel);
    let push = a_push().build();
    let terms = Terms::from(a_revocation().of(&push).build());
    let channels = Channels::new(Channel::dispatched());
    frozen(world, move |world| {
        let progress = BatchProgress::fresh(&header);
        let planned = plan(
            &header,
            Some(&deliveries),
            &terms,
            &progress,
            &Receipts::default(),
            &channels,
            noon(),
        );
        let order = Order {
            push: &push.registration.push,
            revocation: &terms.id,
            batch: &header,
            requested_at: terms.requested_at,
            strategy: Strategy::Overwrite,
            calls: &planned.calls,
            call_until: jiff::Timestamp::MAX,
        };
        let answers = world.runtime.block_on(client.revoke(&order));
        let taken = answers.iter().filter(|(_, answer)| is_taken(answer)).count();
        assert!((seed::BATCH * 8 / 10..seed::BATCH).contains(&taken), "{channel}: {taken}");
    })
}

fn is_taken(answer: &Answer) -> bool {
    matches!(
        answer,
        Answer::Ended {
            outcome: revocation_rules::outcome::Outcome::Overwritten,
            ..
        }
    )
}

/// A call of an mPaaS SDK is read and its signature checked. The verdict is no, which costs what yes costs.
pub fn signature() -> Path {
    let form: HashMap<&str, &str> = HashMap::from([
        ("AccessKeyId", "LTAI4GFakeKey"),
        ("Action", "RevokePushMessage"),
        ("Version", "2020-10-28"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", "5fc53ae2-4bb6-4bbd-8f6e-1b0c5ef3d1a5"),
        ("Timestamp", "2026-11-23T08%3A00%3A00Z"),
        ("AppId", "ONEX570DA89211721"),
        ("WorkspaceId", "default"),
        ("MessageId", "20842863"),
        ("TargetId", "user-77"),
        ("Signature", "none"),
    ]);
    let mut pairs: Vec<String> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort();
    let body = pairs.join("&");
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    frozen(World::new(), move |_| {
        let request = revocation_acs::Request {
            method: &Method::POST,
            path: "/",
            query: "",
            headers: &headers,
            body: body.as_bytes(),
        };
        let call = revocation_acs::read(&request).unwrap();
        assert!(call.verify(seed::SECRET).is_err());
    })
}
