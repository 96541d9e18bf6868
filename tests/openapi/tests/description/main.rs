//! The description of the API is a good `OpenAPI` document, and it is true.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod answers;
mod document;
mod exchanges;
mod previews;
mod problems;
mod requests;
mod routes;
mod support;
