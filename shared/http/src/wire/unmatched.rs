//! Targets that a scope names and that have no delivery in it.

use revocation_rules::ids::TargetId;
#[cfg(feature = "description")]
use revocation_rules::scope::MAX_TARGETS;
use revocation_rules::unmatched::Unmatched;
use serde::{Deserialize, Serialize};

/// Most names that an answer repeats.
const MAX_NAMES: usize = 100;

/// Two fields of a dry run and of a revocation. Both are left out when there is nothing to say.
#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "Unmatched"))]
pub struct UnmatchedAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmatched_targets: Option<UnmatchedTargets>,
    /// There was more than could be looked at, so nobody knows which of the named targets have no delivery. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schemars(extend("const" = false)))]
    pub unmatched_known: Option<bool>,
}

/// Targets that the scope names and that have no delivery in it: nothing is taken back for them. Left out when there
/// are none, when the scope names no targets, and while it is not known. In the answer to a revocation: as far as could
/// be seen at once. In a revocation: once it is settled, of everything recorded until then; a delivery recorded later
/// opens it again, and its target is matched when it settles anew.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema), schemars(rename = "UnmatchedTargets"))]
pub struct UnmatchedTargets {
    #[cfg_attr(feature = "description", schemars(range(min = 1, max = MAX_TARGETS)))]
    pub count: usize,
    /// As the scope names them; the first 100.
    #[cfg_attr(feature = "description", schemars(length(min = 1, max = MAX_NAMES)))]
    pub names: Vec<TargetId>,
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
