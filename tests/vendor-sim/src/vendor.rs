//! What a simulated vendor is.

use http::StatusCode;
use serde_json::Value;

use crate::desk::Desk;
use crate::quota::Unit;
use crate::serve::Link;
use crate::wire::{Answer, Call, Reply};

/// How a vendor's port speaks.
#[derive(Clone, Copy)]
pub struct Transport {
    /// The application protocols offered in the handshake, best first. A client that agrees on
    /// none of them is turned away.
    pub protocols: &'static [&'static [u8]],
    /// HTTP/2 streams a connection may have open.
    pub max_streams: u32,
    /// Only one stream until the connection has proven itself ([`Link::prove`]).
    pub one_stream_until_proven: bool,
}

impl Transport {
    /// HTTP/2 or HTTP/1.1, as nearly every vendor has it.
    pub const USUAL: Self = Self {
        protocols: &[b"h2", b"http/1.1"],
        max_streams: 100,
        one_stream_until_proven: false,
    };
}

/// An error answer whose code was ordered by the control API, where the vendor's codes are numbers.
pub fn ordered(status: StatusCode, code: &str, answer: fn(StatusCode, i64, &str) -> Answer) -> Answer {
    match code.parse() {
        Ok(code) => answer(status, code, "ordered by the control API"),
        Err(_) => Answer::empty(status),
    }
}

/// One push vendor. Everything here is immediate: nothing waits while a lock is held.
pub trait Vendor: Send + Sync + 'static {
    /// The name that the control API and the flags use.
    fn name(&self) -> &'static str;

    fn transport(&self) -> Transport {
        Transport::USUAL
    }

    /// Devices, faults and statistics of this vendor.
    fn desk(&self) -> &Desk;

    /// Registers an app with its credentials, or replaces it. The error is for people.
    fn register_app(&self, details: Value) -> Result<(), String>;

    /// What a browser tells the site of its subscription, where devices are browsers.
    fn subscription(&self, _token: &str) -> Option<Value> {
        None
    }

    /// Checks the request, applies it to the devices and says what to answer.
    fn answer(&self, call: &Call, link: &Link) -> Reply;

    /// What this vendor's documented quota of a second counts; `None` where none is documented.
    fn quota_unit(&self) -> Option<Unit>;

    /// The answer to a caller who is too fast.
    fn throttled(&self, retry_after_s: Option<u64>) -> Answer;

    /// An error answer in this vendor's form.
    fn error(&self, status: StatusCode, code: &str) -> Answer;

    /// Whether a device can be told to fail with this code or reason.
    fn knows_code(&self, code: &str) -> bool;

    /// All sessions handed out or seen so far stop being valid.
    fn expire_sessions(&self);

    /// Forgets apps and sessions.
    fn forget(&self);
}
