//! What was pushed: a message (simple push) or a task (batch push).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::closure::Closure;
use crate::ids::{PushKind, PushRef, RevocationId};
use crate::notice::Notices;
use crate::shard::ShardCount;
use crate::window;

/// Longest title, in characters.
pub const MAX_PUSH_TITLE_CHARS: usize = 200;
/// Longest time a push may be sent over.
pub const MAX_SENDING: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// How the push was made. Simple and template pushes have message ids, batch and broadcast pushes have task ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema))]
pub enum PushType {
    Simple,
    Template,
    Batch,
    Broadcast,
}

impl PushType {
    pub const ALL: [Self; 4] = [Self::Simple, Self::Template, Self::Batch, Self::Broadcast];

    pub const fn kind(self) -> PushKind {
        match self {
            Self::Simple | Self::Template => PushKind::Message,
            Self::Batch | Self::Broadcast => PushKind::Task,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Template => "template",
            Self::Batch => "batch",
            Self::Broadcast => "broadcast",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|push_type| push_type.as_str() == text)
    }
}

/// What a sender says of a push before sending it. Never changes afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub push: PushRef,
    pub push_type: PushType,
    pub title: String,
    pub sent_at: Timestamp,
    /// The latest moment at which a delivery of this push is sent.
    pub send_until: Option<Timestamp>,
    /// Replaces the default notice for revocations that bring none.
    pub notices: Option<Notices>,
}

/// A registered push, with everything that was revoked of it so far (the tombstone).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    pub registration: Registration,
    pub registered_at: Timestamp,
    pub shards: ShardCount,
    pub closures: Vec<Closure>,
    /// Counts writes, so that a write can insist on what it read.
    pub version: u64,
}

/// How much of a push is revoked: what a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema))]
pub enum PushState {
    Open,
    /// Only some channels or targets are.
    PartlyRevoked,
    Revoked,
}

impl PushState {
    pub const ALL: [Self; 3] = [Self::Open, Self::PartlyRevoked, Self::Revoked];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::PartlyRevoked => "partly_revoked",
            Self::Revoked => "revoked",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// How long a push is kept after the later of its registration and its last possible delivery.
pub const KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);
/// No push is known for longer: it may be registered long before its last
/// possible delivery, but no longer before it than it may be sent over.
pub const LONGEST_LIFE: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24 + 30 * 24 + 1);

impl Push {
    /// From when on it is gone, and its id free to be registered anew, whether
    /// or not anything has deleted it.
    pub fn kept_until(&self) -> Timestamp {
        let kept_from = self.registered_at.max(self.registration.latest_sending());
        kept_from.saturating_add(KEPT).unwrap_or(Timestamp::MAX)
    }

    pub fn is_kept(&self, now: Timestamp) -> bool {
        now < self.kept_until()
    }

    /// Is this one of the revocations of this life of the push? An earlier life
    /// of the same id may have left some behind.
    pub fn has_revocation(&self, id: &RevocationId) -> bool {
        self.closures.iter().any(|closure| closure.by == *id)
    }
}

/// Why a registration is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    #[error("is a type of the other kind of push: messages are simple or template, tasks are batch or broadcast")]
    WrongType,
    #[error("must have 1 to {MAX_PUSH_TITLE_CHARS} characters")]
    Title,
    #[error("lies in the future")]
    SentInTheFuture,
    #[error("is more than 7 days ago: nothing of this push could be revoked")]
    SentTooLongAgo,
    #[error("must not be before sent_at, nor more than 30 days after it")]
    SendUntil,
}

impl Registration {
    /// Checks what was said against the clock. Returns the field that is wrong, and why.
    pub fn check(&self, now: Timestamp) -> Result<(), (&'static str, RegistrationError)> {
        if self.push_type.kind() != self.push.kind {
            return Err(("type", RegistrationError::WrongType));
        }
        let chars = self.title.chars().count();
        if chars == 0 || chars > MAX_PUSH_TITLE_CHARS {
            return Err(("title", RegistrationError::Title));
        }
        if self.sent_at.duration_since(now) > window::MAX_CLOCK_AHEAD {
            return Err(("sent_at", RegistrationError::SentInTheFuture));
        }
        if let Some(until) = self.send_until
            && (until < self.sent_at || until.duration_since(self.sent_at) > MAX_SENDING)
        {
            return Err(("send_until", RegistrationError::SendUntil));
        }
        if !window::is_open(self.latest_sending(), now) {
            return Err(("sent_at", RegistrationError::SentTooLongAgo));
        }
        Ok(())
    }

    /// The latest moment at which a delivery of this push may have been sent.
    pub fn latest_sending(&self) -> Timestamp {
        self.send_until.unwrap_or(self.sent_at)
    }

    /// When the last of its deliveries can no longer be revoked.
    pub fn closes_at(&self) -> Timestamp {
        window::closes_at(self.latest_sending())
    }
}
