//! What can go wrong with a call.

use revocation_http::problem::ProblemDocument;

#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No answer came in time, whatever was tried.
    #[error("the API can not be reached")]
    Unreachable(#[source] reqwest::Error),
    /// It answered 429 or 5xx until the time was over.
    #[error("the API answers {status}, and went on to")]
    Busy {
        status: u16,
        problem: Option<Box<ProblemDocument>>,
    },
    /// It says no, and why.
    #[error("{}{}", .0.title, .0.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default())]
    Problem(Box<ProblemDocument>),
    /// Something that is no answer of this API: another server's, or a gateway's.
    #[error("what answers at this address is not the API: it says {status}")]
    Stranger { status: u16 },
    /// A success that cannot be read: of a version whose answers are others.
    #[error("the API's answer is none that this version knows")]
    Unreadable(#[source] serde_json::Error),
    /// The key has a character that no header may have.
    #[error("the access key has a character that no key has")]
    Key,
}

impl CallError {
    /// Did nobody answer, or nobody who could?
    pub const fn is_unreachable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Busy { .. } | Self::Stranger { .. } => true,
            Self::Problem(_) | Self::Unreadable(_) | Self::Key => false,
        }
    }

    pub fn problem(&self) -> Option<&ProblemDocument> {
        match self {
            Self::Problem(problem) => Some(problem),
            Self::Busy { problem, .. } => problem.as_deref(),
            Self::Unreachable(_) | Self::Stranger { .. } | Self::Unreadable(_) | Self::Key => None,
        }
    }
}
