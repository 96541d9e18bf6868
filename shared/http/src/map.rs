//! What each use case's failure means to a caller. Total: no wildcard arms.

use revocation_app::ports::{QueueError, StoreError};
use revocation_app::{
    GateError, IssueError, LookUpError, ReceiptError, RecordError, RegisterError, ReplayError, RequestError, WithdrawError,
};
use revocation_rules::batch::BatchError;
use revocation_rules::verdict::Refusal;

use crate::problem::{Problem, ProblemKind};

fn unavailable() -> Problem {
    Problem::new(ProblemKind::StoreUnavailable)
        .with_detail("nothing is lost: send the same request again")
        .with_retry_after_s(1)
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => unavailable(),
            StoreError::Damaged { .. } => Self::new(ProblemKind::Internal),
            StoreError::TooLarge { item, fits: None } => Self::new(ProblemKind::PayloadTooLarge).with_detail(format!(
                "this {item} is too large to keep; name fewer deliveries or targets in a call"
            )),
            StoreError::TooLarge { item, fits: Some(fits) } => Self::new(ProblemKind::PayloadTooLarge).with_detail(format!(
                "this {item} is too large to keep; its first {fits} deliveries fit: record them, and the others under another batch id"
            )),
        }
    }
}

impl From<&QueueError> for Problem {
    fn from(error: &QueueError) -> Self {
        match error {
            QueueError::NotSent { .. } | QueueError::Unavailable(_) => unavailable(),
        }
    }
}

fn push_not_found() -> Problem {
    Problem::new(ProblemKind::PushNotFound).with_detail("register the push with PUT before using it, and check its id")
}

fn window_closed(closed_at: jiff::Timestamp) -> Problem {
    Problem {
        closed_at: Some(closed_at),
        ..Problem::new(ProblemKind::WindowClosed).with_detail(format!("a push can be revoked for 7 days; this one until {closed_at}"))
    }
}

impl From<&RegisterError> for Problem {
    fn from(error: &RegisterError) -> Self {
        match error {
            RegisterError::Invalid { field, error } => Self::invalid(format!("/{field}"), error),
            RegisterError::Id(error) => Self::invalid("{id}", error),
            RegisterError::Conflict => Self::new(ProblemKind::PushConflict).with_detail("a registration never changes; use another id"),
            RegisterError::Store(error) => error.into(),
        }
    }
}

impl From<&RecordError> for Problem {
    fn from(error: &RecordError) -> Self {
        match error {
            RecordError::PushNotFound => push_not_found(),
            RecordError::WindowClosed { closed_at } => window_closed(*closed_at),
            RecordError::Deliveries(error) => Self::invalid(pointer(*error), error),
            RecordError::SentAt(error) => Self::invalid("/sent_at", error),
            RecordError::Conflict => Self::new(ProblemKind::BatchConflict)
                .with_detail("a batch id names one batch: send the same batch again unchanged, or use a new id"),
            RecordError::Store(error) => error.into(),
            RecordError::Queue(error) => error.into(),
        }
    }
}

fn pointer(error: BatchError) -> String {
    match error {
        BatchError::Size => "/deliveries".to_owned(),
        BatchError::TokenTwice { at } | BatchError::TokenTooLong { at, most: _ } | BatchError::Endpoint { at, source: _ } => {
            format!("/deliveries/{at}/token")
        }
        BatchError::WithoutKeys { at } | BatchError::Keys { at } => format!("/deliveries/{at}/keys"),
        BatchError::WrongHandle { at, channel: _ } => format!("/deliveries/{at}"),
        BatchError::NotifyId { at } => format!("/deliveries/{at}/notify_id"),
        BatchError::CollapseId { at } => format!("/deliveries/{at}/collapse_id"),
        BatchError::Tag { at } => format!("/deliveries/{at}/tag"),
        BatchError::NotifyKey { at } => format!("/deliveries/{at}/notify_key"),
    }
}

impl From<&WithdrawError> for Problem {
    fn from(error: &WithdrawError) -> Self {
        match error {
            WithdrawError::Store(error) => error.into(),
        }
    }
}

impl From<&IssueError> for Problem {
    fn from(error: &IssueError) -> Self {
        match error {
            IssueError::Life => Self::invalid("/ttl_s", error),
            IssueError::Store(error) => error.into(),
        }
    }
}

impl From<&GateError> for Problem {
    fn from(error: &GateError) -> Self {
        match error {
            GateError::PushNotFound => push_not_found(),
            GateError::Store(error) => error.into(),
        }
    }
}

impl From<&ReceiptError> for Problem {
    fn from(error: &ReceiptError) -> Self {
        match error {
            ReceiptError::Size => Self::invalid("/receipts", error),
            ReceiptError::Store(error) => error.into(),
            ReceiptError::Queue(error) => error.into(),
        }
    }
}

impl From<&RequestError> for Problem {
    fn from(error: &RequestError) -> Self {
        match error {
            RequestError::PushNotFound => push_not_found(),
            RequestError::Refused(refusal) => refusal.into(),
            RequestError::Busy => Self::new(ProblemKind::TooManyRequests)
                .with_detail("this push is being revoked by many at once; ask again")
                .with_retry_after_s(1),
            RequestError::Store(error) => error.into(),
        }
    }
}

impl From<&ReplayError> for Problem {
    fn from(error: &ReplayError) -> Self {
        match error {
            ReplayError::RevocationNotFound => Self::new(ProblemKind::RevocationNotFound),
            ReplayError::WindowClosed { closed_at } => window_closed(*closed_at),
            ReplayError::Busy => Self::new(ProblemKind::TooManyRequests)
                .with_detail("this revocation is being changed by many at once; ask again")
                .with_retry_after_s(1),
            ReplayError::Store(error) => error.into(),
        }
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::WindowClosed { closed_at } => window_closed(*closed_at),
            Refusal::ChannelsUnable { channels } => {
                let list: Vec<_> = channels
                    .iter()
                    .map(|(channel, capability)| format!("{channel}: {}", capability.reason()))
                    .collect();
                Self::new(ProblemKind::ChannelsUnable).with_detail(list.join(", "))
            }
            Refusal::TooManyRevocations => {
                Self::new(ProblemKind::TooManyRevocations).with_detail("revoke the whole push instead: leave the scope out")
            }
        }
    }
}

impl From<&LookUpError> for Problem {
    fn from(error: &LookUpError) -> Self {
        match error {
            LookUpError::PushNotFound => Self::new(ProblemKind::PushNotFound),
            LookUpError::RevocationNotFound => Self::new(ProblemKind::RevocationNotFound),
            LookUpError::BadCursor => Self::invalid("?cursor", "is not a cursor that an earlier page gave"),
            LookUpError::Store(error) => error.into(),
        }
    }
}
