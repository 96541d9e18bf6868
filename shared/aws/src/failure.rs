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
}

impl AwsFailure {
    pub fn new(operation: &'static str, what: impl Into<String>) -> Self {
        Self {
            operation,
            what: what.into(),
        }
    }

    pub fn of<E: ProvideErrorMetadata>(operation: &'static str, error: &SdkError<E>) -> Self {
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
        Self { operation, what }
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
    StoreError::Unavailable(Box::new(AwsFailure::new(operation, "refused too often because of others")))
}
