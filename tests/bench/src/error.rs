//! Whatever goes wrong ends the run, and says what it was.

use std::error::Error;
use std::fmt;

/// A sentence, and what it came from.
pub struct BenchError(String);

impl BenchError {
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// `main` shows it, to a person.
impl fmt::Debug for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Error> From<E> for BenchError {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            text = format!("{text}: {next}");
            cause = next.source();
        }
        Self(text)
    }
}
