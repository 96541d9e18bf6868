//! The mark a revocation leaves on its push, written in the same transaction as
//! the revocation. From then on the gate is closed for its scope (law L1).

use serde::{Deserialize, Serialize};

use crate::ids::RevocationId;
use crate::scope::ScopeOutline;

/// Part of a push that is closed by a revocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    pub by: RevocationId,
    pub scope: ScopeOutline,
}
