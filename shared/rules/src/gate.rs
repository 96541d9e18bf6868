//! May the sender go on sending? (law L1)
//!
//! Decides from the closures that revocations left on the push.

use crate::channel::Channel;
use crate::ids::RevocationId;
use crate::push::{Push, PushState};

/// The answer to "may I go on sending?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    Open,
    Revoked { by: RevocationId },
}

impl Push {
    /// The gate for the whole push, or for one channel of it. Closures that
    /// name targets do not close it for the other targets; see
    /// [`Push::closures_by_target`].
    pub fn gate(&self, channel: Option<Channel>) -> Gate {
        let closed = self.closures.iter().find(|closure| {
            closure.scope.targets.is_none()
                && match channel {
                    Some(channel) => closure.scope.has_channel(channel),
                    None => closure.scope.channels.is_none(),
                }
        });
        closed.map_or(Gate::Open, |closure| Gate::Revoked { by: closure.by.clone() })
    }

    /// Revocations whose lists of targets must be looked into before a target
    /// is told that it may be sent to, on one channel or on all of them. One
    /// channel's closure does not close the others.
    pub fn closures_by_target(&self, channel: Option<Channel>) -> impl Iterator<Item = &RevocationId> {
        self.closures
            .iter()
            .filter(move |closure| {
                closure.scope.targets.is_some()
                    && channel.map_or(closure.scope.channels.is_none(), |channel| closure.scope.has_channel(channel))
            })
            .map(|closure| &closure.by)
    }

    /// Every revocation that a batch on `channel` may belong to.
    pub fn revocations_of(&self, channel: Channel) -> impl Iterator<Item = &RevocationId> {
        self.closures
            .iter()
            .filter(move |closure| closure.scope.has_channel(channel))
            .map(|closure| &closure.by)
    }

    pub fn state(&self) -> PushState {
        match self.gate(None) {
            Gate::Revoked { .. } => PushState::Revoked,
            Gate::Open if self.closures.is_empty() => PushState::Open,
            Gate::Open => PushState::PartlyRevoked,
        }
    }
}
