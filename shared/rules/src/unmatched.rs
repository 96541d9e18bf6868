//! Targets that a scope names and that have no delivery in it.

use crate::ids::TargetId;
use crate::marks::TargetMarks;
use crate::revocation::{Revocation, State};
use crate::scope::Scope;

/// The targets that a scope names and that have no delivery in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmatched {
    /// The scope names no targets.
    NotNamed,
    /// There was more than could be looked at.
    Unknown,
    /// These; that there are none is what one hopes for.
    Known(Vec<TargetId>),
}

impl Unmatched {
    pub fn of(scope: &Scope, met: &TargetMarks) -> Self {
        match scope.targets {
            None => Self::NotNamed,
            Some(_) => Self::Known(scope.unmarked(met).cloned().collect()),
        }
    }
}

/// What is kept of it with a revocation: true of the moment it settled, for then
/// every batch recorded so far had said whom it was for. `None` while it is under way.
pub fn kept_unmatched(revocation: &Revocation) -> Option<Unmatched> {
    match &revocation.state {
        State::Requested | State::Dispatched { .. } => None,
        State::Settled { met: Some(met), .. } => Some(Unmatched::of(&revocation.scope, met)),
        State::Settled { met: None, .. } if revocation.scope.targets.is_some() => Some(Unmatched::Unknown),
        State::Settled { met: None, .. } => Some(Unmatched::NotNamed),
    }
}
