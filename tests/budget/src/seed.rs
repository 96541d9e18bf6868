//! What is there before anything is measured: a key, a push, a batch of a thousand.

use std::fmt::Write as _;

use fast_fakes::Swarm;
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{AccessKey, Clock as _, Job, KeptSecret, KeyState, SecretDigest};
use revocation_app::{check_revocation, fan_out};
use revocation_aws::SystemClock;
use revocation_rules::channel::{Channel, HandleKind};
use revocation_rules::role::Role;
use revocation_testkit::builders::tenant;
use serde_json::{Value, json};

use crate::world::{World, request};

pub const PUSHES: &str = "pushes";
pub const KEYS: &str = "access-keys";
pub const KEY: &str = "budget";
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Deliveries of a batch.
pub const BATCH: usize = 1_000;
/// Batches of the push that is walked.
pub const BATCHES: u64 = 512;
const STEM: &str = "huawei-";

pub fn key() -> AccessKey {
    AccessKey {
        id: KEY.parse().unwrap(),
        tenant: tenant("shop"),
        role: Role::Admin,
        channel: None,
        state: KeyState::Active,
        label: None,
        secret: KeptSecret::Digest(SecretDigest::of(SECRET)),
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// A token of the length that the channel's tokens have, the same in every run.
pub fn token(channel: Channel, nth: usize) -> String {
    let length = match channel {
        Channel::Apns => 64,
        Channel::Huawei => 130,
        Channel::WebPush => 180,
        Channel::Xiaomi | Channel::Oppo | Channel::Vivo | Channel::SelfBuilt | Channel::Sms => 44,
    };
    let mut state = (nth as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut text = String::with_capacity(length + 16);
    while text.len() < length {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        // Cannot fail: writing to a string.
        let _ = write!(text, "{:016x}", state.wrapping_mul(0x2545_f491_4f6c_dd1d));
    }
    text.truncate(length);
    text
}

fn batch(channel: Channel) -> Value {
    let deliveries = (0..BATCH).map(|nth| json!({"token": token(channel, nth), "target": format!("user-{nth}")}));
    let mut body = json!({
        "batch_id": format!("{STEM}{:09}", 0), "channel": channel.as_str(), "deliveries": deliveries.collect::<Vec<_>>(),
    });
    let kind = channel.facts().handle;
    body[kind.field()] = match kind {
        HandleKind::CollapseId | HandleKind::Tag => "autumn-sale".into(),
        HandleKind::NotifyId => 730_021.into(),
        HandleKind::NotifyKey => "sale2026".into(),
    };
    body
}

const PUSH: &str = "/v1/tasks/20842863";

pub fn record_request(channel: Channel) -> revocation_lambda::http_event::HttpRequest {
    request("POST", &format!("{PUSH}/deliveries"), "", &batch(channel))
}

pub fn revoke_request() -> revocation_lambda::http_event::HttpRequest {
    request("POST", &format!("{PUSH}/revocations"), "", &json!({"reason": "wrong price"}))
}

pub fn gate_request(channel: Channel) -> revocation_lambda::http_event::HttpRequest {
    request("GET", &format!("{PUSH}/gate"), &format!("channel={channel}"), &Value::Null)
}

/// A registered task with one batch on `channel`.
pub fn recorded(channel: Channel) -> World {
    let world = World::new();
    let sent_at = SystemClock.now() - SignedDuration::from_hours(1);
    let registration = json!({"type": "batch", "title": "Autumn sale", "sent_at": sent_at.to_string()});
    world.record(&request("PUT", PUSH, "", &registration));
    world.record(&record_request(channel));
    world
}

/// The same, revoked: and the job that walks it.
pub fn revoked(channel: Channel) -> (World, Job) {
    let world = recorded(channel);
    world.revoke(&revoke_request());
    let mut jobs = world.jobs();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    (world, jobs.remove(0))
}

/// Runs a job of the queue of fan-outs.
pub fn walk(world: &World, job: &Job) {
    let deadline = SystemClock.now() + SignedDuration::from_secs(40);
    let (store, queue, clock) = (&world.store, &world.queue, &SystemClock);
    match job {
        Job::Fanout { push, revocation } => {
            let walked = fan_out(store, queue, clock, push, revocation, deadline);
            world.runtime.block_on(walked).unwrap();
        }
        Job::Check { push, revocation, nth } => {
            let counted = check_revocation(store, queue, clock, push, revocation, *nth, deadline);
            world.runtime.block_on(counted).unwrap();
        }
        Job::Recount(_) | Job::Dispatch(_) | Job::Confirm { .. } => panic!("no walk: {job:?}"),
    }
}

/// From now on the batch is read as [`BATCHES`] of them.
pub fn swarm(world: &World, of: &revocation_rules::ids::BatchRef, shards: u64) {
    world.aws.swarm(Some(Swarm {
        push: format!("{}#task#{}", of.push.tenant, of.push.id),
        stem: STEM.to_owned(),
        number: 0,
        shard: of.shard.into(),
        shards,
        batches: BATCHES,
    }));
}
