//! May this be revoked?
//!
//! Decides from the push, the scope, the configured channels and the time
//! alone. A refusal is an answer, not an error.

use jiff::Timestamp;

use crate::channel::{Capability, Channel, Channels};
use crate::ids::RevocationId;
use crate::push::Push;
use crate::scope::Scope;

/// Most revocations one push may have, beside the one of everything: each partial scope is one. With that one they are
/// 99: all of them may have counted the same batch, and hear in one transaction of 100 writes what becomes of it.
pub const MAX_REVOCATIONS: usize = 98;

/// What the rules say to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Accept,
    /// All of it is covered by a revocation already: asking twice is the same revocation.
    AlreadyRevoked {
        by: RevocationId,
    },
    Refuse(Refusal),
}

/// Why the rules say no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The latest possible delivery of the push is 7 days old or older.
    WindowClosed { closed_at: Timestamp },
    /// Nothing on the named channels can be taken back.
    ChannelsUnable { channels: Vec<(Channel, Capability)> },
    /// The push has [`MAX_REVOCATIONS`] partial revocations; revoke everything instead.
    TooManyRevocations,
}

pub fn decide(push: &Push, scope: &Scope, channels: &Channels, now: Timestamp) -> Verdict {
    let asked = scope.outline();
    if let Some(closure) = push.closures.iter().find(|closure| closure.scope.covers(&asked)) {
        return Verdict::AlreadyRevoked { by: closure.by.clone() };
    }
    let closed_at = push.registration.closes_at();
    if now >= closed_at {
        return Verdict::Refuse(Refusal::WindowClosed { closed_at });
    }
    if let Some(named) = &scope.channels {
        let unable: Vec<_> = named
            .iter()
            .map(|channel| (*channel, channels.capability(*channel)))
            .filter(|(_, capability)| *capability != Capability::Able)
            .collect();
        if unable.len() == named.len() {
            return Verdict::Refuse(Refusal::ChannelsUnable { channels: unable });
        }
    }
    if push.closures.len() >= MAX_REVOCATIONS && *scope != Scope::everything() {
        return Verdict::Refuse(Refusal::TooManyRevocations);
    }
    Verdict::Accept
}
