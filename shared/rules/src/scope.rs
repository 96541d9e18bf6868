//! What a revocation covers: everything, or some channels, or some targets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::channel::Channel;
use crate::hex::hex;
use crate::ids::TargetId;

/// Most targets one scope may name.
pub const MAX_TARGETS: usize = 1_000;

/// `None` means "all of them".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub channels: Option<BTreeSet<Channel>>,
    pub targets: Option<BTreeSet<TargetId>>,
}

impl Scope {
    pub fn everything() -> Self {
        Self::default()
    }

    pub fn has_channel(&self, channel: Channel) -> bool {
        self.channels.as_ref().is_none_or(|channels| channels.contains(&channel))
    }

    /// The scope without its list of targets, small enough to travel in the push itself.
    pub fn outline(&self) -> ScopeOutline {
        ScopeOutline {
            channels: self.channels.clone(),
            targets: self.targets.as_ref().map(digest),
        }
    }
}

/// A scope with its targets reduced to a digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeOutline {
    pub channels: Option<BTreeSet<Channel>>,
    pub targets: Option<String>,
}

impl ScopeOutline {
    /// Does everything in `other` lie in this scope too? Two lists of targets
    /// are compared as wholes only.
    pub fn covers(&self, other: &Self) -> bool {
        let channels = match (&self.channels, &other.channels) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => theirs.is_subset(mine),
        };
        let targets = self.targets.is_none() || self.targets == other.targets;
        channels && targets
    }

    pub fn has_channel(&self, channel: Channel) -> bool {
        self.channels.as_ref().is_none_or(|channels| channels.contains(&channel))
    }
}

fn digest(targets: &BTreeSet<TargetId>) -> String {
    let mut hash = Sha256::new();
    for target in targets {
        hash.update(target.as_str().as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(channels: Option<&[Channel]>, targets: Option<&[&str]>) -> ScopeOutline {
        Scope {
            channels: channels.map(|c| c.iter().copied().collect()),
            targets: targets.map(|t| t.iter().map(|t| t.parse().unwrap()).collect()),
        }
        .outline()
    }

    #[test]
    fn everything_covers_everything_and_a_part_covers_only_its_parts() {
        let all = scope(None, None);
        let huawei = scope(Some(&[Channel::Huawei]), None);
        let both = scope(Some(&[Channel::Huawei, Channel::Apns]), None);
        let one_user = scope(None, Some(&["u1"]));
        for part in [&all, &huawei, &both, &one_user] {
            assert!(all.covers(part));
            assert!(part.covers(part));
        }
        assert!(both.covers(&huawei));
        assert!(!huawei.covers(&both));
        assert!(!huawei.covers(&all));
        assert!(!one_user.covers(&all));
        assert!(!one_user.covers(&scope(None, Some(&["u2"]))));
        assert!(!huawei.covers(&one_user));
    }
}
