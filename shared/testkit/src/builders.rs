//! Pushes, batches and revocations that read as sentences: `a_batch().of(&push).on(Vivo).build()`.

use jiff::{SignedDuration, Timestamp};
use revocation_rules::actor::Actor;
use revocation_rules::batch::{self, BatchHeader, Delivery, Handle, Sending};
use revocation_rules::channel::{Channel, Channels, HandleKind};
use revocation_rules::device::Device;
use revocation_rules::ids::{BatchId, PushKind, PushRef, TargetId, Tenant};
use revocation_rules::instruction::{Instruction, InstructionId};
use revocation_rules::notice::{Notice, Notices};
use revocation_rules::plan::can_take_back;
use revocation_rules::push::{Push, PushType, Registration};
use revocation_rules::revocation::{Fanout, Revocation, State};
use revocation_rules::scope::Scope;
use revocation_rules::shard::ShardCount;
use revocation_rules::window;

/// When everything built here was sent, unless it says otherwise: 2035-01-01,
/// far enough ahead that no real store thinks that it has expired.
pub fn noon() -> Timestamp {
    Timestamp::from_second(2_051_265_600).unwrap()
}

/// A tenant of this app, in the workspace `default`.
pub fn tenant(app: &str) -> Tenant {
    Tenant {
        app: app.parse().unwrap(),
        workspace: "default".parse().unwrap(),
    }
}

pub fn task(tenant: &Tenant, id: &str) -> PushRef {
    PushRef {
        tenant: tenant.clone(),
        kind: PushKind::Task,
        id: id.parse().unwrap(),
    }
}

pub fn message(tenant: &Tenant, id: &str) -> PushRef {
    PushRef {
        kind: PushKind::Message,
        ..task(tenant, id)
    }
}

/// A device of this app's, in the workspace `default`.
pub fn a_device(app: &str, id: &str) -> Device {
    Device {
        tenant: tenant(app),
        id: id.parse().unwrap(),
    }
}

/// Take the delivery in this slot of batch `b1` of task `t1` back. Its window
/// is that of what was sent at [`noon`].
pub fn an_instruction(device: &Device, slot: usize) -> Instruction {
    let batch = ShardCount::of(PushKind::Task).locate(task(&device.tenant, "t1"), "b1".parse().unwrap());
    Instruction {
        id: InstructionId::of(&"rvk_1".parse().unwrap(), &batch, slot),
        device: device.id.clone(),
        batch,
        notify_id: 7,
        notice: Notice::default(),
        revoked_at: noon() + SignedDuration::from_hours(1),
        closes_at: window::closes_at(noon()),
    }
}

#[derive(Debug, Clone)]
pub struct PushBuilder(Push);

/// A batch push, sent at [`noon`].
pub fn a_push() -> PushBuilder {
    PushBuilder(Push {
        registration: Registration {
            push: task(&tenant("APP1"), "t1"),
            push_type: PushType::Batch,
            title: "Price cut".into(),
            sent_at: noon(),
            send_until: None,
            notices: None,
        },
        registered_at: noon(),
        shards: ShardCount::of(PushKind::Task),
        closures: Vec::new(),
        version: 1,
    })
}

impl PushBuilder {
    #[must_use]
    pub fn named(mut self, push: PushRef) -> Self {
        self.0.registration.push_type = match push.kind {
            PushKind::Message => PushType::Simple,
            PushKind::Task => PushType::Batch,
        };
        self.0.shards = ShardCount::of(push.kind);
        self.0.registration.push = push;
        self
    }

    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.0.registration.title);
        self
    }

    #[must_use]
    pub fn sent_at(mut self, sent_at: Timestamp) -> Self {
        self.0.registration.sent_at = sent_at;
        self.0.registered_at = sent_at;
        self
    }

    #[must_use]
    pub fn sent_until(mut self, until: Timestamp) -> Self {
        self.0.registration.send_until = Some(until);
        self
    }

    pub fn registration(self) -> Registration {
        self.0.registration
    }

    pub fn build(self) -> Push {
        self.0
    }
}

#[derive(Debug, Clone)]
pub struct BatchBuilder {
    push: Push,
    id: String,
    channel: Channel,
    targets: Vec<String>,
    sending: Sending,
    sent_at: Timestamp,
    without_handles: usize,
    audiences: u16,
}

/// One Huawei delivery to `u1`, with a notify id.
pub fn a_batch() -> BatchBuilder {
    BatchBuilder {
        push: a_push().build(),
        id: "b1".into(),
        channel: Channel::Huawei,
        targets: vec!["u1".into()],
        sending: Sending::Sent,
        sent_at: noon(),
        without_handles: 0,
        audiences: 0,
    }
}

impl BatchBuilder {
    #[must_use]
    pub fn of(mut self, push: &Push) -> Self {
        self.push = push.clone();
        self
    }

    #[must_use]
    pub fn named(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    #[must_use]
    pub fn on(mut self, channel: Channel) -> Self {
        self.channel = channel;
        self
    }

    #[must_use]
    pub fn to(mut self, targets: &[&str]) -> Self {
        self.targets = targets.iter().map(|&target| target.to_owned()).collect();
        self
    }

    #[must_use]
    pub fn sent_at(mut self, sent_at: Timestamp) -> Self {
        self.sent_at = sent_at;
        self
    }

    #[must_use]
    pub fn held_back(mut self) -> Self {
        self.sending = Sending::HeldBack;
        self
    }

    /// The first `count` deliveries were sent without the id that overwriting needs.
    #[must_use]
    pub fn without_handles(mut self, count: usize) -> Self {
        self.without_handles = count;
        self
    }

    /// As many went to an audience.
    #[must_use]
    pub fn audiences(mut self, count: u16) -> Self {
        self.audiences = count;
        self
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        let handle = match self.channel.facts().handle {
            HandleKind::CollapseId => Handle::CollapseId("c1".into()),
            HandleKind::NotifyId => Handle::NotifyId(7),
            HandleKind::Tag => Handle::Tag("t1".into()),
            HandleKind::NotifyKey => Handle::NotifyKey("k1".into()),
        };
        self.targets
            .iter()
            .enumerate()
            .map(|(slot, target)| Delivery {
                target: target.parse::<TargetId>().unwrap(),
                token: format!("token-{}-{slot}", self.id).parse().unwrap(),
                handle: (slot >= self.without_handles).then(|| handle.clone()),
                vendor_task: None,
                locale: None,
                subscription: None,
            })
            .collect()
    }

    pub fn build(self) -> (BatchHeader, Vec<Delivery>) {
        let deliveries = self.deliveries();
        let channels = Channels::new(Channel::ALL);
        let cannot = |delivery: &&Delivery| !can_take_back(self.channel, &channels, delivery);
        let without_handle = deliveries.iter().filter(cannot).count();
        let id: BatchId = self.id.parse().unwrap();
        let header = BatchHeader {
            batch: self.push.shards.locate(self.push.registration.push.clone(), id),
            channel: self.channel,
            count: u16::try_from(deliveries.len()).unwrap(),
            without_handle: u16::try_from(without_handle).unwrap(),
            audiences: self.audiences,
            sending: self.sending,
            sent_at: self.sent_at,
            recorded_at: self.sent_at,
            digest: batch::digest(self.channel, self.sending, Some(self.sent_at), &deliveries),
        };
        (header, deliveries)
    }
}

#[derive(Debug, Clone)]
pub struct RevocationBuilder(Revocation);

/// A revocation of everything, requested an hour after [`noon`].
pub fn a_revocation() -> RevocationBuilder {
    let requested_at = noon() + SignedDuration::from_hours(1);
    let push = a_push().build();
    RevocationBuilder(Revocation {
        id: "rvk_1".parse().unwrap(),
        push: push.registration.push.clone(),
        scope: Scope::everything(),
        reason: "wrong price".into(),
        notices: Notices::default(),
        requested_by: "key1".parse().unwrap(),
        requested_at,
        state: State::Requested,
        fanout: Fanout::new(push.shards),
        due_at: Some(Revocation::first_due(requested_at)),
        checks: 0,
        replays: 0,
        last_replay: None,
        closes_at: push.registration.closes_at(),
        version: 1,
    })
}

impl RevocationBuilder {
    #[must_use]
    pub fn of(mut self, push: &Push) -> Self {
        self.0.push = push.registration.push.clone();
        self.0.fanout = Fanout::new(push.shards);
        self.0.closes_at = push.registration.closes_at();
        self
    }

    #[must_use]
    pub fn named(mut self, id: &str) -> Self {
        self.0.id = id.parse().unwrap();
        self
    }

    #[must_use]
    pub fn on(mut self, channels: &[Channel]) -> Self {
        self.0.scope.channels = Some(channels.iter().copied().collect());
        self
    }

    #[must_use]
    pub fn for_targets(mut self, targets: &[&str]) -> Self {
        self.0.scope.targets = Some(targets.iter().map(|target| target.parse().unwrap()).collect());
        self
    }

    #[must_use]
    pub fn requested_by(mut self, actor: Actor) -> Self {
        self.0.requested_by = actor;
        self
    }

    #[must_use]
    pub fn due_at(mut self, due_at: Timestamp) -> Self {
        self.0.due_at = Some(due_at);
        self
    }

    pub fn build(self) -> Revocation {
        self.0
    }
}
