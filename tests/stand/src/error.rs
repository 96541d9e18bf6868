//! What can go wrong with a stand; each says what was being done.

use local_stack::StackError;

#[derive(Debug, thiserror::Error)]
pub enum StandError {
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error("the vendor simulator did not start: {0}")]
    Simulator(std::io::Error),
    #[error("the vendor simulator answered {status} to {path}: {body}")]
    Control { path: String, status: u16, body: String },
    #[error("{doing}: {source}")]
    Http { doing: String, source: reqwest::Error },
    #[error("`{command}` failed: {output}")]
    Command { command: String, output: String },
    #[error("could not make a signing key: {0}")]
    SigningKey(rcgen::Error),
    #[error("{exchange} is not as the OpenAPI document says: {mistakes}")]
    Undescribed { exchange: String, mistakes: String },
    #[error("{0}")]
    Unexpected(String),
}
