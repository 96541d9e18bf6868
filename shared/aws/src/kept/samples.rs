//! One of each kind, with everything in it that it can have.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{
    AccessKey, KeptSecret, KeptToken, KeyState, SecretDigest, SessionKey, SessionRecord, SharedFailure, SharedPause, StoreError,
    VendorSession,
};
use revocation_rules::actor::{Act, Actor};
use revocation_rules::batch::{self, BatchHeader, Delivery, Handle, Sending};
use revocation_rules::channel::Channel;
use revocation_rules::closure::Closure;
use revocation_rules::device::Device;
use revocation_rules::hex::hex;
use revocation_rules::ids::{BatchRef, PushKind, PushRef, RevocationId, TargetId, Tenant};
use revocation_rules::instruction::{Instruction, InstructionId};
use revocation_rules::looks::{Look, Looks, Queued};
use revocation_rules::marks::TargetMarks;
use revocation_rules::notice::{Notice, Notices};
use revocation_rules::outcome::{Counts, Outcome};
use revocation_rules::progress::{BatchProgress, Change, Earlier};
use revocation_rules::push::{Push, PushType, Registration};
use revocation_rules::queue_sender::QueueSender;
use revocation_rules::receipt::{Came, Receipt, ReceiptEvent, TokenDigest};
use revocation_rules::redrive::Mark;
use revocation_rules::retry::AttemptFailure;
use revocation_rules::revocation::{Cursor, Fanout, Revocation, State};
use revocation_rules::role::Role;
use revocation_rules::scope::Scope;
use revocation_rules::shard::ShardCount;
use revocation_rules::web_push::{PublicKey, Subscription};
use sha2::{Digest as _, Sha256};

use super::{Kind, Set, shown};
use crate::devices;
use crate::items::update::Update;
use crate::items::{self, Item, at, key};

const fn kind(name: &'static str, write: fn() -> Item, read: fn(&Item, &Set) -> Result<String, StoreError>) -> Kind {
    called(name, name, write, read)
}

const fn called(
    name: &'static str,
    called: &'static str,
    write: fn() -> Item,
    read: fn(&Item, &Set) -> Result<String, StoreError>,
) -> Kind {
    Kind {
        name,
        called,
        write: Some(write),
        read,
    }
}

pub const KINDS: [Kind; 30] = [
    kind("push", || items::push::write(&push()), |item, _| shown(items::push::read(item))),
    kind("task number", task_number, |item, _| {
        shown(items::task_number::read(&tenant(), item))
    }),
    kind("revocation", || written(&revocation()).revocation, read_revocation),
    called("revocation that has settled", "revocation", settled, read_revocation),
    called(
        "revocation of many targets",
        "revocation",
        || written(&of_many()).revocation,
        read_revocation,
    ),
    kind(
        "list of targets",
        || written(&of_many()).targets.unwrap(),
        |_, set| read_revocation(&set["revocation of many targets"], set),
    ),
    kind("counters", counters, |item, _| {
        let mut sum = items::counters::Sum::default();
        sum.add(&revocation_id(), item)?;
        shown(Ok(sum.finish()))
    }),
    Kind {
        name: "counters of one channel",
        called: "counters",
        write: None,
        read: |item, _| {
            let mut sum = items::counters::Sum::default();
            sum.add_older(item)?;
            shown(Ok(sum.finish()))
        },
    },
    kind("batch header", || batch_of(40).header, read_header),
    called(
        "batch header with its payload",
        "batch header",
        || batch_of(2).header,
        |item, _| {
            let header = items::batch::read(&task(), 7, item)?;
            shown(items::batch::read_deliveries(item, &header))
        },
    ),
    kind(
        "batch payload",
        || batch_of(40).payload.unwrap(),
        |item, set| read_deliveries(item, &set["batch header"]),
    ),
    called("batch header of browsers", "batch header", || browsers().header, read_header),
    called(
        "batch payload of browsers",
        "batch payload",
        || browsers().payload.unwrap(),
        |item, set| read_deliveries(item, &set["batch header of browsers"]),
    ),
    kind("batch progress", progress, |item, _| shown(items::progress::read(&task(), 7, item))),
    kind(
        "receipt",
        || items::receipt::write(&receipt(Came::AfterBatch), noon()),
        read_receipt,
    ),
    called("receipt before its batch", "receipt", early_receipt, read_receipt),
    kind("count of early receipts", early_count, |item, _| {
        shown(items::Reader::new("count", item)?.number::<u64>("receipts"))
    }),
    kind("looks", looks, |item, _| shown(items::looks::read(item))),
    kind(
        "notice",
        || items::notices::write(&tenant(), &notices(), &act()),
        |item, _| shown(items::notices::read(item)),
    ),
    kind(
        "target",
        || items::target::write(&message(), &target()),
        |item, _| shown(items::target::read(item)),
    ),
    kind(
        "access key",
        || items::access_key::write(&access_key()),
        |item, _| shown(items::access_key::read(item)),
    ),
    kind("queue sender", queue_sender, |item, _| shown(items::queue_sender::read(item))),
    kind("vendor session", vendor_session, |item, _| shown(items::vendor_session::read(item))),
    kind("vendor pause", vendor_pause, |item, _| shown(items::vendor_pause::read(item))),
    kind("spent nonce", nonce, |item, _| {
        shown(items::Reader::new("nonce", item)?.time(items::nonce::UNTIL))
    }),
    kind("device token", device_token, |item, _| shown(devices::items::read_token(item))),
    kind(
        "instruction",
        || devices::items::instruction(&instruction()),
        |item, _| shown(devices::items::read_instruction(&device(), item)),
    ),
    kind(
        "connection",
        || devices::items::connection(&device(), &"c1=".parse().unwrap(), noon()),
        |item, _| shown(devices::items::read_connection(item)),
    ),
    kind(
        "connection that began",
        || devices::items::begun(&device(), &"c1=".parse().unwrap(), noon()),
        |item, _| shown(devices::items::read_begun(item)),
    ),
    kind(
        "way back",
        || devices::items::way_back(&"c1=".parse().unwrap(), &device(), noon()),
        |item, _| shown(devices::items::read_way_back(item)),
    ),
];

fn noon() -> Timestamp {
    "2026-11-27T12:00:00.250Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(seconds)
}

fn tenant() -> Tenant {
    Tenant {
        app: "shop".parse().unwrap(),
        workspace: "default".parse().unwrap(),
    }
}

fn task() -> PushRef {
    PushRef {
        tenant: tenant(),
        kind: PushKind::Task,
        // Longer than what stands in a key.
        id: format!("促销 #{}", "1".repeat(260)).parse().unwrap(),
    }
}

fn revocation_id() -> RevocationId {
    "rvk_1".parse().unwrap()
}

fn target() -> TargetId {
    "user-77".parse().unwrap()
}

fn actor() -> Actor {
    Actor {
        key: "key-1".parse().unwrap(),
        label: Some("Night shift".parse().unwrap()),
    }
}

fn act() -> Act {
    Act { by: actor(), at: later(9) }
}

fn notices() -> Notices {
    let notice = |title: &str, text: &str| Notice {
        title: title.to_owned(),
        text: text.to_owned(),
    };
    Notices {
        default: notice("Correction", "Please ignore our last message."),
        locales: BTreeMap::from([("zh".parse().unwrap(), notice("消息已撤回", "请忽略上一条消息。"))]),
    }
}

fn push_of(push: PushRef, push_type: PushType) -> Push {
    Push {
        shards: ShardCount::of(push.kind),
        registration: Registration {
            push,
            push_type,
            title: "50 % off".to_owned(),
            sent_at: later(-600),
            send_until: Some(later(600)),
            notices: Some(notices()),
        },
        registered_at: later(-700),
        closures: Vec::new(),
        version: 1,
    }
}

fn push() -> Push {
    Push {
        closures: vec![Closure {
            by: revocation_id(),
            scope: scope().outline(),
        }],
        version: 2,
        ..push_of(task(), PushType::Batch)
    }
}

fn message() -> Push {
    let message = PushRef {
        kind: PushKind::Message,
        id: "m-1".parse().unwrap(),
        tenant: tenant(),
    };
    push_of(message, PushType::Simple)
}

fn task_number() -> Item {
    items::task_number::write(&push(), task().task_number().unwrap())
}

fn scope() -> Scope {
    Scope {
        channels: Some(BTreeSet::from([Channel::Huawei, Channel::Apns])),
        targets: Some(BTreeSet::from([target(), "user-78".parse().unwrap()])),
    }
}

fn batch_ref() -> BatchRef {
    BatchRef {
        push: task(),
        shard: 7,
        batch: "huawei-0001".parse().unwrap(),
    }
}

fn revocation() -> Revocation {
    let shards = ShardCount::of(PushKind::Task);
    let mut fanout = Fanout::new(shards);
    fanout.cursors[0] = Cursor::Done;
    fanout.cursors[7] = Cursor::After(batch_ref().batch);
    fanout.found.insert(Channel::Huawei, 40);
    let mark = Mark {
        shard: 7,
        batch: batch_ref().batch,
        version: 3,
        queued_by: later(1),
        at: later(2),
    };
    fanout.marks.insert(Channel::Huawei, mark);
    Revocation {
        id: revocation_id(),
        push: task(),
        scope: scope(),
        reason: "wrong price".to_owned(),
        notices: notices(),
        requested_by: actor(),
        requested_at: noon(),
        state: State::Dispatched { dispatched_at: later(3) },
        fanout,
        due_at: Some(later(60)),
        checks: 2,
        replays: 1,
        last_replay: Some(act()),
        closes_at: later(7 * 86_400),
        version: 5,
    }
}

fn marks() -> TargetMarks {
    let mut marks = TargetMarks::default();
    marks.mark(1);
    marks
}

fn counts() -> Counts {
    let mut counts = Counts::default();
    counts.add(Outcome::Overwritten, 39);
    counts.add(Outcome::TargetGone, 1);
    counts
}

fn settled() -> Item {
    let state = State::Settled {
        settled_at: later(30),
        totals: BTreeMap::from([(Channel::Huawei, counts())]),
        met: Some(marks()),
    };
    let settled = Revocation {
        state,
        due_at: None,
        ..revocation()
    };
    written(&settled).revocation
}

fn of_many() -> Revocation {
    let targets = (0..500).map(|nth| format!("user-{nth:05}").parse().unwrap());
    Revocation {
        scope: Scope {
            channels: None,
            targets: Some(targets.collect()),
        },
        ..revocation()
    }
}

fn written(revocation: &Revocation) -> items::revocation::Written {
    items::revocation::write(revocation).unwrap()
}

fn read_revocation(item: &Item, set: &Set) -> Result<String, StoreError> {
    let targets = match items::revocation::of_targets_apart(item)? {
        Some(_) => items::revocation::Targets::Item(&set["list of targets"]),
        None => items::revocation::Targets::Inside,
    };
    shown(items::revocation::read(&task(), item, &targets))
}

/// What an update makes of nothing.
fn made((pk, sk): (String, String), update: Update) -> Item {
    let mut item = at(pk, sk);
    for (placeholder, attribute) in update.names {
        if let Some(value) = update.values.get(&placeholder.replacen('#', ":", 1)) {
            item.insert(attribute, value.clone());
        }
    }
    item
}

fn counters() -> Item {
    let change = Change {
        outcomes: BTreeMap::from([(Outcome::Overwritten, 39), (Outcome::Failed, 1)]),
        suspected: 1,
    };
    let at = key::counters(&task(), &revocation_id(), 3);
    let mut item = made(at.clone(), items::counters::add_change(Channel::Huawei, &change, noon()));
    item.extend(made(at.clone(), items::counters::add_change(Channel::WebPush, &change, noon())));
    item.extend(made(at, items::counters::add_late(Channel::Huawei, 3, noon())));
    item
}

/// Digits that do not compress.
fn token(nth: usize) -> String {
    hex(&Sha256::digest(nth.to_be_bytes()))
}

fn deliveries(count: usize) -> Vec<Delivery> {
    let handles = [
        Some(Handle::NotifyId(730_021)),
        Some(Handle::CollapseId("sale".to_owned())),
        Some(Handle::Tag("sale".to_owned())),
        Some(Handle::NotifyKey("sale1".to_owned())),
        None,
    ];
    let of = |nth: usize| Delivery {
        handle: handles[nth % handles.len()].clone(),
        vendor_task: nth.is_multiple_of(3).then(|| "task-2".parse().unwrap()),
        locale: nth.is_multiple_of(4).then(|| "zh-CN".parse().unwrap()),
        ..Delivery::new(format!("user-{nth}").parse().unwrap(), token(nth).parse().unwrap())
    };
    (0..count).map(of).collect()
}

fn header(channel: Channel, deliveries: &[Delivery]) -> BatchHeader {
    BatchHeader {
        batch: batch_ref(),
        channel,
        count: u16::try_from(deliveries.len()).unwrap(),
        without_handle: 1,
        audiences: u16::from(channel == Channel::Fcm),
        sending: Sending::Sent,
        sent_at: later(-300),
        recorded_at: later(-299),
        digest: batch::digest(channel, Sending::Sent, None, deliveries),
    }
}

fn batch_of(count: usize) -> items::batch::Written {
    let deliveries = deliveries(count);
    items::batch::write(&header(Channel::Huawei, &deliveries), &deliveries).unwrap()
}

fn browsers() -> items::batch::Written {
    let of = |nth: u8| {
        let mut point = [nth; 65];
        point[0] = 4;
        let key = PublicKey::of_bytes(point).unwrap();
        let subscription = Subscription {
            p256dh: key,
            auth: [nth; 16],
            vapid_key: nth.is_multiple_of(2).then_some(key),
        };
        Delivery {
            handle: Some(Handle::Tag("sale".to_owned())),
            subscription: Some(Box::new(subscription)),
            ..Delivery::new(
                format!("user-{nth}").parse().unwrap(),
                format!("https://fcm.googleapis.com/fcm/send/{}", token(nth.into()))
                    .parse()
                    .unwrap(),
            )
        }
    };
    let deliveries: Vec<Delivery> = (0..10).map(of).collect();
    items::batch::write(&header(Channel::WebPush, &deliveries), &deliveries).unwrap()
}

fn read_header(item: &Item, _: &Set) -> Result<String, StoreError> {
    let outline = shown(items::batch::read_outline(item))?;
    let count = shown(items::batch::read_count(item))?;
    let known = shown(items::batch::read_known(item))?;
    Ok(shown(items::batch::read(&task(), 7, item))? + &outline + &count + &known)
}

fn read_deliveries(item: &Item, header: &Item) -> Result<String, StoreError> {
    let header = items::batch::read(&task(), 7, header)?;
    shown(items::batch::read_deliveries(item, &header))
}

fn progress() -> Item {
    let fresh = BatchProgress::fresh(&header(Channel::Huawei, &deliveries(40)));
    let mut progress = BatchProgress {
        attempts: 2,
        pauses: 1,
        lost_workers: 1,
        not_before: Some(later(90)),
        counted: BTreeMap::from([(revocation_id(), counts())]),
        suspected: BTreeMap::from([(revocation_id(), 1)]),
        finished: BTreeSet::from([revocation_id()]),
        replays: BTreeMap::from([(revocation_id(), 1)]),
        met: BTreeMap::from([(revocation_id(), marks())]),
        ..fresh
    };
    let earlier = Earlier {
        recorded_at: later(-86_400),
        counts: counts(),
    };
    progress.before.insert(revocation_id(), earlier);
    progress.slots.end(0, Outcome::Overwritten, "");
    progress.slots.end(1, Outcome::TargetGone, "unregistered");
    items::progress::write(&progress, 4, "a-write", noon()).unwrap()
}

fn receipt(came: Came) -> Receipt {
    Receipt {
        batch: batch_ref(),
        token: TokenDigest::of(&"token-1".parse().unwrap()),
        event: ReceiptEvent::Opened,
        at: later(-10),
        came,
    }
}

fn early_receipt() -> Item {
    let about = Some(Channel::Xiaomi);
    items::receipt::write(&receipt(Came::BeforeBatch { about }), noon())
}

fn read_receipt(item: &Item, _: &Set) -> Result<String, StoreError> {
    items::receipt::read(item).map(|said| format!("{:?} {:?} {:?} {:?}", said.token, said.event, said.came, said.at))
}

/// As `admit_early` counts them.
fn early_count() -> Item {
    let update = Update::default()
        .set("v", items::number(items::VERSION))
        .set("expires_at", items::number(1_796_000_000))
        .add("receipts", 3);
    made((key::early_count(&task()), "count".to_owned()), update)
}

fn looks() -> Item {
    let at = (key::receipts(&batch_ref()), items::looks::SK.to_owned());
    let mut item = made(at.clone(), items::looks::begin(Look { nth: 3, by: 17 }, noon()));
    let queued = Queued {
        nth: 4,
        at: later(5),
        waits: Duration::from_secs(2),
    };
    item.extend(made(at, items::looks::note_queued(&Looks::default(), &queued)));
    item
}

fn access_key() -> AccessKey {
    AccessKey {
        id: "key-1".parse().unwrap(),
        tenant: tenant(),
        role: Role::Callback,
        channel: Some(Channel::Xiaomi),
        state: KeyState::Active,
        label: actor().label,
        secret: KeptSecret::Sealed {
            digest: SecretDigest::of("secret"),
            sealed: b"sealed".to_vec(),
        },
        created_at: noon(),
    }
}

fn queue_sender() -> Item {
    let sender = QueueSender::of_sender_id("AIDAEXAMPLE").unwrap();
    items::queue_sender::write(&sender, &tenant(), noon())
}

fn session_key() -> SessionKey {
    SessionKey::new(Channel::Huawei, [7; 32])
}

fn vendor_session() -> Item {
    let record = SessionRecord {
        version: 3,
        session: Some(VendorSession {
            text: "session".into(),
            version: 2,
            opened_at: noon(),
            good_until: later(3_600),
        }),
        failure: Some(SharedFailure {
            failure: AttemptFailure::Throttled {
                retry_after: Some(Duration::from_secs(2)),
                reason: "80300007".to_owned(),
            },
            until: later(2),
        }),
        leased_until: Some(later(10)),
    };
    items::vendor_session::write(&session_key(), &record, "a-write")
}

fn vendor_pause() -> Item {
    let pause = SharedPause {
        until: later(5),
        reason: "10072".to_owned(),
    };
    items::vendor_pause::write(&session_key(), &pause)
}

fn nonce() -> Item {
    items::nonce::write(&"key-1".parse().unwrap(), "word", later(1_800), "a-write")
}

fn device() -> Device {
    Device {
        tenant: tenant(),
        id: "phone-77".parse().unwrap(),
    }
}

fn device_token() -> Item {
    let token = KeptToken {
        digest: [9; 32],
        issued_at: noon(),
        issued_by: Some("key-1".parse().unwrap()),
        ends_at: later(86_400),
    };
    devices::items::token(&device(), &token)
}

fn instruction() -> Instruction {
    Instruction {
        id: InstructionId::of(&revocation_id(), &batch_ref(), 3),
        device: device().id,
        batch: batch_ref(),
        notify_id: 730_021,
        notice: notices().default,
        revoked_at: noon(),
        closes_at: later(7 * 86_400),
    }
}
