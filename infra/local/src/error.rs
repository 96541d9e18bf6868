//! What can go wrong between a clean checkout and a running stack.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum StackError {
    #[error("{doing} ({})", .path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{doing} could not be started")]
    NotStarted { doing: &'static str, source: std::io::Error },
    #[error("{doing} failed:\n{output}")]
    Failed { doing: &'static str, output: String },
    #[error("the local AWS did not come up; the end of its log:\n{log}")]
    NotUp { log: String },
    #[error("the local AWS did not answer {asked}")]
    NoAnswer { asked: &'static str, source: std::io::Error },
    #[error("the local AWS refused {asked} with {status}: {answer}")]
    Refused { asked: &'static str, status: u16, answer: String },
    #[error("the stack has no output `{0}`")]
    NoOutput(String),
    #[error("`{0}` is not built; the Makefile builds it")]
    NotBuilt(PathBuf),
}

/// Turns an I/O error about `path` into ours.
pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StackError {
    let path = path.to_owned();
    move |source| StackError::File { doing, path, source }
}
