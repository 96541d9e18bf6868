//! Builders: one obvious push, batch and revocation, and small ways to vary them.

use jiff::{SignedDuration, Timestamp};
use revocation_rules::batch::{self, BatchHeader, Delivery, Handle, Sending};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{PushKind, PushRef, RevocationId, Tenant};
use revocation_rules::notice::Notices;
use revocation_rules::progress::BatchProgress;
use revocation_rules::push::{Push, PushType, Registration};
use revocation_rules::revocation::{Fanout, Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::shard::ShardCount;

pub const DAY: i64 = 86_400;

/// 2025-11-23, half past noon, and a bit.
pub fn now() -> Timestamp {
    "2025-11-23T12:30:00.250Z".parse().unwrap()
}

pub fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

pub fn tenant(app: &str) -> Tenant {
    Tenant {
        app: app.parse().unwrap(),
        workspace: "default".parse().unwrap(),
    }
}

pub fn task(id: &str) -> PushRef {
    PushRef {
        tenant: tenant("app"),
        kind: PushKind::Task,
        id: id.parse().unwrap(),
    }
}

/// A batch push, sent ten minutes ago.
pub fn a_push(of: &PushRef) -> Push {
    Push {
        registration: Registration {
            push: of.clone(),
            push_type: PushType::Batch,
            title: "50 % off".to_owned(),
            sent_at: later(-600),
            send_until: None,
            notices: None,
        },
        registered_at: later(-600),
        shards: ShardCount::of(of.kind),
        closures: Vec::new(),
        version: 1,
    }
}

pub fn revocation_id(text: &str) -> RevocationId {
    format!("rvk_{text}").parse().unwrap()
}

/// A revocation of everything.
pub fn a_revocation(push: &Push, id: &str) -> Revocation {
    Revocation {
        id: revocation_id(id),
        push: push.registration.push.clone(),
        scope: Scope::everything(),
        reason: "wrong price".to_owned(),
        notices: Notices::default(),
        requested_by: "key-1".parse().unwrap(),
        requested_at: now(),
        state: State::Requested,
        fanout: Fanout::new(push.shards),
        due_at: Some(Revocation::first_due(now())),
        checks: 0,
        replays: 0,
        last_replay: None,
        closes_at: push.registration.closes_at(),
        version: 1,
    }
}

/// Deliveries with tokens as long and as random-looking as Huawei's.
pub fn deliveries(count: u32) -> Vec<Delivery> {
    (0..count)
        .map(|n| Delivery {
            target: format!("user-{n}").parse().unwrap(),
            token: token(n, 130).parse().unwrap(),
            handle: (n % 7 != 0).then_some(Handle::NotifyId(n + 1)),
            vendor_task: None,
            locale: None,
            subscription: None,
        })
        .collect()
}

/// Characters that do not compress.
pub fn token(seed: u32, length: usize) -> String {
    let mut state = u64::from(seed) + 1;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b'0' + u8::try_from((state >> 33) % 75).unwrap())
        })
        .collect()
}

pub fn a_header(push: &Push, id: &str, deliveries: &[Delivery]) -> BatchHeader {
    let channel = Channel::Huawei;
    BatchHeader {
        batch: push.shards.locate(push.registration.push.clone(), id.parse().unwrap()),
        channel,
        count: u16::try_from(deliveries.len()).unwrap(),
        without_handle: u16::try_from(deliveries.iter().filter(|delivery| delivery.handle.is_none()).count()).unwrap(),
        audiences: 0,
        sending: Sending::Sent,
        sent_at: later(-300),
        recorded_at: now(),
        digest: batch::digest(channel, Sending::Sent, None, deliveries),
    }
}

/// A progress of a batch that somebody works on since now.
pub fn claimed(header: &BatchHeader) -> BatchProgress {
    BatchProgress::fresh(header).claimed(later(60))
}
