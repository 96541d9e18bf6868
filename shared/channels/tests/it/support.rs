//! Orders, credentials and a clock for the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use revocation_app::ports::{ChannelClient, Clock};
use revocation_channels::{Setting, Settings, Timeouts, connect_with};
use revocation_rules::batch::Handle;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::{Answer, AttemptFailure};
use revocation_testkit::MemorySessions;
pub use revocation_testkit::{Case, Documents};

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
