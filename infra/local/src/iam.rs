//! What the local AWS allowed and refused, as `iam.py` writes it down.

use std::path::Path;

use serde::Deserialize;

use crate::error::{StackError, file};

/// Who asked for what, and what a policy said to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Decision {
    /// Of a function: `arn:aws:sts::<account>:assumed-role/<role>/<session>`.
    pub principal: String,
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// Its ARN.
    pub resource: String,
    pub decision: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Verdict {
    Allow,
    /// A statement says no.
    Deny,
    /// No statement says yes.
    ImplicitDeny,
}

pub(crate) fn read(decisions: &Path) -> Result<Vec<Decision>, StackError> {
    let text = std::fs::read_to_string(decisions).map_err(file("reading what IAM decided", decisions))?;
    // The last line may be on its way.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let read = whole.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    read.map_err(|error| file("reading what IAM decided", decisions)(error.into()))
}
