//! Targets that a scope names and that have no delivery in it.

use revocation_rules::ids::TargetId;
use revocation_rules::unmatched::Unmatched;
use serde::Serialize;

/// Most names that an answer repeats.
const MAX_NAMES: usize = 100;

/// Two fields of a dry run and of a revocation. Both are left out when there is nothing to say.
#[derive(Debug, Default, Serialize)]
pub(super) struct UnmatchedAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    unmatched_targets: Option<UnmatchedTargets>,
    /// False when there was more than could be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    unmatched_known: Option<bool>,
}

#[derive(Debug, Serialize)]
struct UnmatchedTargets {
    count: usize,
    /// The first 100 of them.
    names: Vec<TargetId>,
}

impl From<Unmatched> for UnmatchedAnswer {
    fn from(unmatched: Unmatched) -> Self {
        match unmatched {
            Unmatched::NotNamed => Self::default(),
            Unmatched::Unknown => Self {
                unmatched_targets: None,
                unmatched_known: Some(false),
            },
            Unmatched::Known(targets) if targets.is_empty() => Self::default(),
            Unmatched::Known(mut names) => Self {
                unmatched_targets: Some(UnmatchedTargets {
                    count: names.len(),
                    names: {
                        names.truncate(MAX_NAMES);
                        names
                    },
                }),
                unmatched_known: None,
            },
        }
    }
}
