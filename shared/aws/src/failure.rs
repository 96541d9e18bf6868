//! What AWS said, in one line for the log.
//!
//! The SDK's own errors print the whole answer, which may hold items: titles,
//! tokens. This keeps the operation, the code, the service's sentence and the
//! request id, and nothing else.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use revocation_app::ports::{Source, StoreError, with_causes};

#[derive(Debug, thiserror::Error)]
#[error("{operation}: {what}")]
pub struct AwsFailure {
    operation: &'static str,
    what: String,
    /// Does it go away by waiting?
    passes: bool,
}

/// Codes of answers that are no for the moment only; beside them all that are the service's own fault.
const FOR_THE_MOMENT: [&str; 5] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionInProgressException",
    "TransactionConflictException",
];

/// Was this a failure of AWS that goes away by waiting: busy, down, or too far away?
pub fn passes(error: &StoreError) -> bool {
    match error {
        StoreError::Unavailable(source) => source.downcast_ref::<AwsFailure>().is_some_and(|failure| failure.passes),
        StoreError::Damaged { .. } | StoreError::TooLarge { .. } => false,
    }
}

impl AwsFailure {
    pub fn new(operation: &'static str, what: impl Into<String>) -> Self {
        Self {
            operation,
            what: what.into(),
            passes: false,
        }
    }

    pub fn of<E: ProvideErrorMetadata>(operation: &'static str, error: &SdkError<E>) -> Self {
        let passes = match error {
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
            SdkError::ServiceError(answer) => {
                let code = answer.err().code().unwrap_or_default();
                answer.raw().status().is_server_error() || FOR_THE_MOMENT.contains(&code)
            }
            // A request that could not be built.
            _ => false,
        };
        let what = match error {
            SdkError::TimeoutError(_) => "no answer in time".to_owned(),
            SdkError::DispatchFailure(failure) => failure
                .as_connector_error()
                .map_or_else(|| "not sent".to_owned(), |cause| format!("not sent: {}", with_causes(cause))),
            SdkError::ResponseError(_) => "an answer that cannot be read".to_owned(),
            SdkError::ServiceError(answer) => {
                let error = answer.err();
                let id = answer.raw().headers().get("x-amzn-requestid").unwrap_or("?");
                format!(
                    "{}: {} (request {id})",
                    error.code().unwrap_or("no code"),
                    error.message().unwrap_or("no message"),
                )
            }
            // `SdkError` is not exhaustive; what is left is a request that could not be built.
            _ => "the request could not be built".to_owned(),
        };
        Self { operation, what, passes }
    }
}

pub fn unavailable<E: ProvideErrorMetadata>(operation: &'static str, error: &SdkError<E>) -> StoreError {
    StoreError::Unavailable(source(operation, error))
}

pub fn source<E: ProvideErrorMetadata>(operation: &'static str, error: &SdkError<E>) -> Source {
    Box::new(AwsFailure::of(operation, error))
}

/// The tries of [`crate::pause::TRIES`] are used up.
pub fn worn_out(operation: &'static str) -> StoreError {
    let failure = AwsFailure::new(operation, "refused too often because of others");
    StoreError::Unavailable(Box::new(AwsFailure { passes: true, ..failure }))
}
