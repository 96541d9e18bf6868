//! How a port fails. Nothing of AWS or a vendor in the public shape; the source is kept for the log.

use std::error::Error;

use futures::future::BoxFuture;

/// What lies beneath an error, for the log only.
pub type Source = Box<dyn Error + Send + Sync>;

pub type StoreResult<T> = Result<T, StoreError>;

/// The same of a port that can be made into an object.
pub type StoreFuture<'a, T> = BoxFuture<'a, StoreResult<T>>;

/// What lies beneath an error, the nearest first, in one line for the log.
pub fn causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (**cause).source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

/// An error and what lies beneath it, in one line.
pub fn with_causes(error: &dyn Error) -> String {
    match causes(error) {
        causes if causes.is_empty() => error.to_string(),
        causes => format!("{error}: {causes}"),
    }
}

/// Why a job did not end: it is then delivered again.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store did not answer")]
    Unavailable(#[source] Source),
    #[error("the store holds a damaged {item}: attribute `{attribute}`")]
    Damaged { item: &'static str, attribute: &'static str },
    /// One item of the store would be larger than it takes.
    #[error("the {item} is too large to store")]
    TooLarge {
        item: &'static str,
        /// How many of what it holds would fit, from the first on, where that is known.
        fits: Option<usize>,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("{failed} of {all} jobs were not taken by the queue")]
    NotSent { failed: usize, all: usize },
    #[error("the queue did not answer")]
    Unavailable(#[source] Source),
}
