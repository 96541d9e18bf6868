//! Orders, credentials and a clock for the tests.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_app::ports::{ChannelClient, Clock, CredentialStore, Credentials, Order, StoreError};
use revocation_channels::{Setting, Settings, Timeouts, connect_with};
use revocation_rules::batch::{BatchHeader, Handle, Sending};
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::{BatchRef, DeviceToken, PushKind, PushRef, RevocationId, Tenant, VendorTaskId};
use revocation_rules::notice::Notice;
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};
use revocation_rules::web_push::Subscription;
use revocation_testkit::MemorySessions;

use crate::server::Server;

/// Short enough for a test, long enough for a busy machine.
pub const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(2),
    answer: Duration::from_millis(1_500),
    ping_every: Duration::from_secs(1),
    ping_answer: Duration::from_secs(1),
    shared: Duration::from_secs(1),
};

pub struct ManualClock(AtomicI64);

impl ManualClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_800_000_000)))
    }

    pub fn advance_secs(&self, secs: i64) {
        self.0.fetch_add(secs, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Hands out its documents in order, the last one again and again.
pub struct Documents {
    documents: Mutex<Vec<Option<String>>>,
    pub reads: AtomicUsize,
}

impl Documents {
    pub fn new<const N: usize>(documents: [Option<String>; N]) -> Arc<Self> {
        Arc::new(Self {
            documents: Mutex::new(documents.into()),
            reads: AtomicUsize::new(0),
        })
    }
}

impl CredentialStore for Documents {
    fn credentials<'a>(&'a self, _: &'a Tenant, _: Channel) -> BoxFuture<'a, Result<Option<Credentials>, StoreError>> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let mut documents = self.documents.lock().unwrap();
        let next = if documents.len() > 1 {
            documents.remove(0)
        } else {
            documents[0].clone()
        };
        async move { Ok(next.map(Credentials)) }.boxed()
    }
}

/// Everything an order borrows.
pub struct Case {
    push: PushRef,
    batch: BatchHeader,
    revocation: RevocationId,
    notice: Notice,
    strategy: Strategy,
    deliveries: Vec<(DeviceToken, Option<Handle>)>,
    /// By slot; none where it is shorter.
    vendor_tasks: Vec<Option<VendorTaskId>>,
    /// The same.
    subscriptions: Vec<Option<Subscription>>,
}

impl Case {
    pub fn new(deliveries: impl IntoIterator<Item = (String, Option<Handle>)>) -> Self {
        let push = PushRef {
            tenant: Tenant {
                app: "app".parse().unwrap(),
                workspace: "default".parse().unwrap(),
            },
            kind: PushKind::Task,
            id: "task-1".parse().unwrap(),
        };
        Self {
            batch: BatchHeader {
                batch: BatchRef {
                    push: push.clone(),
                    shard: 0,
                    batch: "batch-1".parse().unwrap(),
                },
                channel: Channel::Huawei,
                count: 1,
                without_handle: 0,
                audiences: 0,
                sending: Sending::Sent,
                sent_at: Timestamp::UNIX_EPOCH,
                recorded_at: Timestamp::UNIX_EPOCH,
                digest: String::new(),
            },
            push,
            revocation: "rvk_1".parse().unwrap(),
            notice: Notice {
                title: "Message revoked".to_owned(),
                text: "planted-text".to_owned(),
            },
            strategy: Strategy::Overwrite,
            deliveries: deliveries
                .into_iter()
                .map(|(token, handle)| (token.parse().unwrap(), handle))
                .collect(),
            vendor_tasks: Vec::new(),
            subscriptions: Vec::new(),
        }
    }

    /// Which of the vendor's sendings each delivery was part of, by slot.
    pub fn sent_as<'t>(self, tasks: impl IntoIterator<Item = Option<&'t str>>) -> Self {
        let parse = |task: Option<&str>| task.map(|task| task.parse().unwrap());
        Self {
            vendor_tasks: tasks.into_iter().map(parse).collect(),
            ..self
        }
    }

    /// What each browser's messages are encrypted with, by slot.
    pub fn subscribed(self, subscriptions: impl IntoIterator<Item = Option<Subscription>>) -> Self {
        Self {
            subscriptions: subscriptions.into_iter().collect(),
            ..self
        }
    }

    /// The notice's text.
    pub fn saying(mut self, text: &str) -> Self {
        text.clone_into(&mut self.notice.text);
        self
    }

    pub fn by(self, strategy: Strategy) -> Self {
        Self { strategy, ..self }
    }

    /// `count` deliveries with one notify id.
    pub fn huawei(count: usize) -> Self {
        Self::new((0..count).map(|n| (format!("t{n}"), Some(Handle::NotifyId(7)))))
    }

    /// `count` deliveries with one collapse id.
    pub fn apns(count: usize) -> Self {
        Self::new((0..count).map(|n| (format!("{n:064x}"), Some(Handle::CollapseId("promo".to_owned())))))
    }

    /// The answers by slot; checks that each slot has exactly one.
    pub async fn revoke_until(&self, client: &dyn ChannelClient, call_until: Timestamp) -> Vec<Answer> {
        let calls: Vec<ToCall<'_>> = self
            .deliveries
            .iter()
            .enumerate()
            .map(|(slot, (token, handle))| ToCall {
                slot,
                token,
                handle: handle.as_ref(),
                vendor_task: self.vendor_tasks.get(slot).and_then(Option::as_ref),
                notice: &self.notice,
                subscription: self.subscriptions.get(slot).and_then(Option::as_ref),
            })
            .collect();
        let order = Order {
            push: &self.push,
            revocation: &self.revocation,
            strategy: self.strategy,
            batch: &self.batch,
            requested_at: Timestamp::UNIX_EPOCH,
            calls: &calls,
            call_until,
        };
        let mut answers = client.revoke(&order).await;
        answers.sort_by_key(|(slot, _)| *slot);
        let slots: Vec<usize> = answers.iter().map(|(slot, _)| *slot).collect();
        assert_eq!(slots, (0..self.deliveries.len()).collect::<Vec<_>>(), "one answer for each slot");
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    pub async fn revoke(&self, client: &dyn ChannelClient) -> Vec<Answer> {
        self.revoke_until(client, Timestamp::MAX).await
    }
}

/// A channel's client in front of a server that stands for the vendor.
pub fn client_of(channel: Channel, server: &Server, documents: &Arc<Documents>, clock: &Arc<ManualClock>) -> Box<dyn ChannelClient> {
    let settings = settings(&server.url, &server.ca_pem);
    connect_with(channel, &settings, TIMEOUTS, documents.clone(), no_sessions(), clock.clone()).unwrap()
}

/// Revokes with credentials that stay as they are, and says what each delivery came to.
pub async fn revoke_at(channel: Channel, server: &Server, document: String, case: &Case) -> Vec<Answer> {
    let client = client_of(channel, server, &Documents::new([Some(document)]), &ManualClock::new());
    case.revoke(&*client).await
}

/// `count` deliveries with one notify id.
pub fn devices(count: usize) -> Case {
    Case::new((0..count).map(|n| (format!("r{n}"), Some(Handle::NotifyId(7)))))
}

/// A delivery for each of these notify ids.
pub fn notify_ids(ids: impl IntoIterator<Item = u32>) -> Case {
    Case::new(ids.into_iter().map(|id| (format!("r{id}"), Some(Handle::NotifyId(id)))))
}

/// A store of sessions with nothing in it.
pub fn no_sessions() -> Arc<MemorySessions> {
    Arc::default()
}

/// Where the vendors are.
pub fn addresses() -> impl Iterator<Item = &'static Setting> {
    let all = Channel::ALL.into_iter().flat_map(revocation_channels::settings);
    all.filter(|setting| setting.default.starts_with("https://"))
}

pub fn settings(url: &str, ca_pem: &str) -> Settings {
    Settings {
        set: addresses()
            .map(|address| (address.name, url.to_owned()))
            // The push services are where the endpoints say, which here is at home.
            .chain([("WEB_PUSH_LOOPBACK", "allow".to_owned())])
            .collect(),
        extra_ca_pem: Some(ca_pem.to_owned()),
        ..Settings::default()
    }
}

pub fn overwritten() -> Answer {
    ended(Outcome::Overwritten, "accepted_by_vendor")
}

pub fn recalled() -> Answer {
    ended(Outcome::Recalled, "accepted_by_vendor")
}

/// The vendor took the recall, and says nothing of single devices.
pub fn recalled_as_a_whole() -> Answer {
    ended(Outcome::Recalled, "accepted_as_a_whole")
}

pub fn ended(outcome: Outcome, reason: &str) -> Answer {
    Answer::Ended {
        outcome,
        reason: reason.to_owned(),
    }
}

/// The vendor does not know the device.
pub fn unknown(reason: &str) -> Answer {
    Answer::Unknown { reason: reason.to_owned() }
}

pub fn transient(reason: &str) -> Answer {
    Answer::Failed(AttemptFailure::Transient { reason: reason.to_owned() })
}

pub fn throttled(reason: &str, retry_after_s: Option<u64>) -> Answer {
    let retry_after = retry_after_s.map(Duration::from_secs);
    Answer::Failed(AttemptFailure::Throttled {
        retry_after,
        reason: reason.to_owned(),
    })
}

pub fn misconfigured(reason: &str) -> Answer {
    Answer::Failed(AttemptFailure::Misconfigured { reason: reason.to_owned() })
}

pub fn count(answers: &[Answer], wanted: &Answer) -> usize {
    answers.iter().filter(|answer| *answer == wanted).count()
}
