//! Where the vendors are, and how long we wait for them.

use std::collections::BTreeMap;
use std::time::Duration;

/// Something of a vendor that a deployment may set; each vendor's folder has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The environment variable that it comes in.
    pub name: &'static str,
    /// What it is where nothing is set: an address without a path, such as
    /// `https://push-api.cloud.huawei.com`, or else what the description says.
    pub default: &'static str,
    pub description: &'static str,
}

/// How one channel is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What is set, by the names of the vendor's settings; the others have their defaults.
    pub set: BTreeMap<&'static str, String>,
    /// Deliveries a second that the channel may be asked for, by all its workers together; 0: no limit.
    pub rate_per_second: u32,
    /// How many workers the channel has at most.
    pub workers: u32,
    /// Certificates to trust beside the public ones: a test stand's own authority.
    pub extra_ca_pem: Option<String>,
}

impl Default for Settings {
    /// The vendors themselves.
    fn default() -> Self {
        Self {
            set: BTreeMap::new(),
            rate_per_second: 0,
            workers: 1,
            extra_ca_pem: None,
        }
    }
}

impl Settings {
    pub(crate) fn get(&self, setting: &Setting) -> &str {
        self.set.get(setting.name).map_or(setting.default, String::as_str)
    }
}

/// How long one step may take. A call's worst case is `connect` plus `answer`,
/// twice when a session had run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP and TLS together.
    pub connect: Duration,
    /// From the request to the last byte of the answer.
    pub answer: Duration,
    /// Between pings on a connection with requests in flight.
    pub ping_every: Duration,
    /// How long a ping may go unanswered.
    pub ping_answer: Duration,
    /// One answer of the table where workers share what a vendor asked for; without it a worker goes on alone.
    pub shared: Duration,
}

impl Default for Timeouts {
    /// A dead connection is noticed (5 s and 3 s) before its requests time out (10 s).
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            ping_every: Duration::from_secs(5),
            ping_answer: Duration::from_secs(3),
            shared: Duration::from_secs(1),
        }
    }
}
