//! How a port fails. Nothing of AWS or a vendor in the public shape; the source is kept for the log.

/// What lies beneath an error, for the log only.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store did not answer")]
    Unavailable(#[source] Source),
    #[error("the store holds a damaged {item}: attribute `{attribute}`")]
    Damaged { item: &'static str, attribute: &'static str },
    /// One item of the store would be larger than it takes.
    #[error("the {item} is too large to store")]
    TooLarge { item: &'static str },
}

#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("{failed} of {all} jobs were not taken by the queue")]
    NotSent { failed: usize, all: usize },
    #[error("the queue did not answer")]
    Unavailable(#[source] Source),
}
