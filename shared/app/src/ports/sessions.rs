//! Sessions with vendors, shared by all workers of a channel: access tokens
//! that a login gave, provider tokens that we signed. And the pauses that
//! vendors ask for, since they are an account's, too.
//!
//! The store keeps one record per account and knows nothing of its meaning.
//! Every write names the version it was decided from, so whoever lost its lease
//! cannot write over what came after it.

use std::fmt;

use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;

use super::{Saved, StoreError};

/// Whose session: a channel, and a digest of what its sessions are opened with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey {
    channel: Channel,
    account: [u8; 32],
}

impl SessionKey {
    /// `account` is a SHA-256 of all that opens a session, the secret included:
    /// nobody gets a session by naming another's account.
    pub const fn new(channel: Channel, account: [u8; 32]) -> Self {
        Self { channel, account }
    }

    pub const fn channel(&self) -> Channel {
        self.channel
    }
}

/// `<channel>#<digest in hexadecimal>`: rights may be given by the channel it begins with.
impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#", self.channel)?;
        self.account.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a vendor recognises us by. A secret; its meaning is its channel's.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionText(String);

impl SessionText {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SessionText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for SessionText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for SessionText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<session>")
    }
}

/// One session that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorSession {
    pub text: SessionText,
    /// Names this session among all of its account; no order in it.
    pub version: u64,
    pub opened_at: Timestamp,
    /// It is not used at or after this.
    pub good_until: Timestamp,
}

/// A failure to open one, which everybody takes for their own for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedFailure {
    pub failure: AttemptFailure,
    pub until: Timestamp,
}

/// What is known of an account's session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionRecord {
    /// Raised by every write, and never used twice.
    pub version: u64,
    pub session: Option<VendorSession>,
    pub failure: Option<SharedFailure>,
    /// Somebody is opening a session, until then at most.
    pub leased_until: Option<Timestamp>,
}

/// Until then nothing is asked of the vendor for an account, as it wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPause {
    pub until: Timestamp,
    /// The vendor's code.
    pub reason: String,
}

pub trait SessionStore: Send + Sync {
    /// The record of `key` as it is now; `None` when there is none.
    fn session<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SessionRecord>, StoreError>>;

    /// Writes `record` if the stored version is `before` still; 0 means that
    /// nothing is stored. A write whose answer was lost is [`Saved::Yes`] when
    /// it is found to have been done.
    fn put_session<'a>(&'a self, key: &'a SessionKey, record: &'a SessionRecord, before: u64) -> BoxFuture<'a, Result<Saved, StoreError>>;

    /// The pause that ends last of those that were noted, over or not; `None` when none was. Consistent.
    fn pause<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<Option<SharedPause>, StoreError>>;

    /// Notes a pause. One that ends later, or at the same time, stays.
    fn note_pause<'a>(&'a self, key: &'a SessionKey, pause: &'a SharedPause) -> BoxFuture<'a, Result<(), StoreError>>;
}
