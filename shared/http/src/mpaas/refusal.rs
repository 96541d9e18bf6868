//! Every no of the business kind, declared once, and what each failure of a use case means here.

use revocation_app::ports::StoreError;
use revocation_app::{LookUpError, RequestError};
use revocation_rules::verdict;

use super::fault::{Fault, FaultKind};

/// Understood, and refused. The code is stable; callers read it in `PushResult.ResultMsg` or `ResultCode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    MessageNotFound,
    TaskNotFound,
    WrongPushType,
    WindowClosed,
    TooManyRevocations,
    ChannelsUnable,
}

impl Refusal {
    pub const ALL: [Self; 6] = [
        Self::MessageNotFound,
        Self::TaskNotFound,
        Self::WrongPushType,
        Self::WindowClosed,
        Self::TooManyRevocations,
        Self::ChannelsUnable,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::MessageNotFound => "MESSAGE_NOT_FOUND",
            Self::TaskNotFound => "TASK_NOT_FOUND",
            Self::WrongPushType => "WRONG_PUSH_TYPE",
            Self::WindowClosed => "REVOKE_WINDOW_CLOSED",
            Self::TooManyRevocations => "TOO_MANY_REVOCATIONS",
            Self::ChannelsUnable => "CHANNEL_NOT_SUPPORTED",
        }
    }

    pub const fn sentence(self) -> &'static str {
        match self {
            Self::MessageNotFound => "no message of this MessageId is registered",
            Self::TaskNotFound => "no task of this TaskId is registered",
            Self::WrongPushType => {
                "the id names a push of the other kind: RevokePushMessage is for simple and template pushes, RevokePushTask for batch and broadcast pushes"
            }
            Self::WindowClosed => "only what was sent within the past 7 days can be revoked",
            Self::TooManyRevocations => "this message was revoked for as many single targets as it can be; revoke it as a whole",
            Self::ChannelsUnable => "nothing of it can be revoked on its channels",
        }
    }
}

impl From<&verdict::Refusal> for Refusal {
    fn from(refusal: &verdict::Refusal) -> Self {
        match refusal {
            verdict::Refusal::WindowClosed { .. } => Self::WindowClosed,
            verdict::Refusal::ChannelsUnable { .. } => Self::ChannelsUnable,
            verdict::Refusal::TooManyRevocations => Self::TooManyRevocations,
        }
    }
}

/// What a failed request for a revocation means: a refusal, or a fault. `unknown` says what is not there.
///
/// # Errors
/// What is no refusal.
pub fn refused(error: &RequestError, unknown: Refusal) -> Result<Refusal, Fault> {
    match error {
        RequestError::PushNotFound => Ok(unknown),
        RequestError::Refused(refusal) => Ok(refusal.into()),
        RequestError::Busy => Err(Fault::new(FaultKind::Throttled)),
        RequestError::Store(error) => Err(error.into()),
    }
}

/// What is our fault is logged here, once.
impl From<&StoreError> for Fault {
    fn from(error: &StoreError) -> Self {
        let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        tracing::error!(%error, causes = source, "the request could not be answered");
        Self::new(match error {
            StoreError::Unavailable(_) => FaultKind::Unavailable,
            StoreError::Damaged { .. } => FaultKind::Internal,
            StoreError::TooLarge { .. } => FaultKind::RequestTooLarge,
        })
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        (&error).into()
    }
}

impl From<LookUpError> for Fault {
    fn from(error: LookUpError) -> Self {
        match error {
            LookUpError::Store(error) => error.into(),
            // Not of lists without cursors.
            LookUpError::PushNotFound | LookUpError::RevocationNotFound | LookUpError::BadCursor => Self::new(FaultKind::Internal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_described_for_its_readers() {
        let docs = include_str!("../../../../docs/mpaas.md");
        for refusal in Refusal::ALL {
            let row = format!("| `{}` |", refusal.code());
            assert!(docs.contains(&row), "docs/mpaas.md has no row {row}");
        }
    }

    #[test]
    fn what_may_go_away_by_asking_again_is_no_refusal() {
        let fault = |error| refused(&error, Refusal::TaskNotFound).unwrap_err().kind;
        assert_eq!(fault(RequestError::Busy), FaultKind::Throttled);
        let source = Box::new(std::io::Error::other("down"));
        assert_eq!(fault(StoreError::Unavailable(source).into()), FaultKind::Unavailable);
        assert_eq!(
            refused(&RequestError::PushNotFound, Refusal::TaskNotFound),
            Ok(Refusal::TaskNotFound)
        );
    }
}
