//! What `--json` says: one object a line, all of one schema.

use revocation_http::problem::ProblemDocument;
use revocation_http::wire::{GateAnswer, ListedPush, NoticeBody, OutcomeAnswer, PreviewAnswer, PushAnswer, RevocationAnswer};
use revocation_rules::notice::Notices;
use schemars::JsonSchema;
use serde::Serialize;

/// Of this schema. Fields may be added to it; a change of what is there is another number.
const VERSION: u8 = 1;

/// One line. Most commands say one; `--watch` says one whenever something has changed, and lists say one for each page. The last
/// line has `exit`. Of the other fields a line has what it is about.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "What `revoke --json` says")]
pub struct Line<'a> {
    /// Always 1.
    #[schemars(extend("const" = VERSION))]
    version: u8,
    /// Which command it was: `plan`, `apply`, `status`, `outcomes`, `replay`, `gate`, `list`, `notice` or `keys`.
    command: &'a str,
    /// The exit code, and that this is the last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<u8>,
    #[serde(flatten)]
    pub said: Said<'a>,
}

/// What a line is about.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Said<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanSaid<'a>>,
    /// As the API describes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<&'a RevocationAnswer<'static>>,
    /// As the API describes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<&'a PushAnswer<'static>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushes: Option<&'a [ListedPush<'static>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<&'a [OutcomeAnswer]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<&'a GateAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<NoticeBody>")]
    pub notice: Option<&'a Notices>,
    /// What `keys` says, as it says it without `--json`: a new key, the keys there are, the senders there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorSaid<'a>>,
}

impl<'a> Said<'a> {
    pub fn revocation(revocation: &'a RevocationAnswer<'static>) -> Self {
        Self {
            revocation: Some(revocation),
            ..Self::default()
        }
    }
}

/// A plan, and the dry run it is of.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanSaid<'a> {
    /// What `apply` wants. Absent where there is nothing to apply: the push is revoked already, or may not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// Until then it may be applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good_until: Option<String>,
    pub api: &'a str,
    pub app: &'a str,
    pub workspace: &'a str,
    /// `task` or `message`.
    pub kind: &'a str,
    pub push_id: &'a str,
    pub preview: &'a PreviewAnswer,
}

/// What went wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorSaid<'a> {
    /// Never changes its meaning: the `code` of a problem of the API, or one of ours.
    pub code: &'a str,
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// What the API said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'a ProblemDocument>,
}

impl<'a> Line<'a> {
    pub fn of(command: &'a str, said: Said<'a>) -> Self {
        Self {
            version: VERSION,
            command,
            exit: None,
            said,
        }
    }

    #[must_use]
    pub fn last(self, exit: u8) -> Self {
        Self { exit: Some(exit), ..self }
    }
}
