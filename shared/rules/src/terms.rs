//! What a revocation asks for, and what whoever works on a batch of it has to know.
//!
//! The terms never change, so a process reads them once. The one thing that does change and that a dispatch needs is
//! how often what failed was to be tried again: a number, which its job carries.

use std::sync::Arc;

use jiff::Timestamp;

use crate::batch::BatchHeader;
use crate::channel::Channel;
use crate::ids::{PushRef, RevocationId};
use crate::notice::Notices;
use crate::progress::BatchProgress;
use crate::revocation::Revocation;
use crate::scope::Scope;
use crate::window;

/// What a revocation asked for when it was requested. The same for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub id: RevocationId,
    pub push: PushRef,
    pub scope: Scope,
    pub notices: Notices,
    pub requested_at: Timestamp,
    /// When the last delivery of the push can no longer be revoked.
    pub closes_at: Timestamp,
}

impl Terms {
    /// As [`Revocation::may_cover`].
    pub fn may_cover(&self, header: &BatchHeader) -> bool {
        may_cover(&self.scope, self.closes_at, header.channel, header.sent_at)
    }
}

impl From<Revocation> for Terms {
    fn from(revocation: Revocation) -> Self {
        Self {
            id: revocation.id,
            push: revocation.push,
            scope: revocation.scope,
            notices: revocation.notices,
            requested_at: revocation.requested_at,
            closes_at: revocation.closes_at,
        }
    }
}

impl From<&Revocation> for Terms {
    fn from(revocation: &Revocation) -> Self {
        revocation.clone().into()
    }
}

pub(crate) fn may_cover(scope: &Scope, closes_at: Timestamp, channel: Channel, sent_at: Timestamp) -> bool {
    scope.has_channel(channel) && window::closes_at(sent_at) <= closes_at
}

/// The revocation that a batch is worked on for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub terms: Arc<Terms>,
    /// How many replays there had been when the job was queued, or when the revocation was read. There may be more by
    /// now: the walk of each queues a job that knows of it.
    pub replays: u32,
}

impl Assignment {
    /// A batch may know of a later replay than the job: another job has begun it. To work on without that would hide
    /// from other revocations what becomes of what the replay has opened.
    pub fn learn(&mut self, progress: &BatchProgress) {
        let known = progress.replays.get(&self.terms.id).copied().unwrap_or(0);
        self.replays = self.replays.max(known);
    }
}

impl From<&Revocation> for Assignment {
    fn from(revocation: &Revocation) -> Self {
        Self {
            terms: Arc::new(revocation.into()),
            replays: revocation.replays,
        }
    }
}
