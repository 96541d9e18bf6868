//! A typed client of the HTTP API, for operators: what they may ask, with the types that the functions answer with.
//!
//! | part | file |
//! |---|---|
//! | each call | [`Client`], `calls` |
//! | one request: asked again while that helps, within a deadline | `send` |
//! | how long to wait before the next try | [`patience`], `retry_after` |
//! | what can go wrong | [`CallError`] |
//! | where the API is | [`ApiAddress`] |
//!
//! Every call may be made twice, so every call is: an answer that was lost is asked for again.

mod address;
mod calls;
mod error;
pub mod patience;
mod retry_after;
mod send;

pub use address::{AddressError, ApiAddress};
pub use calls::{ListQuestion, OutcomesQuestion, Revoked};
pub use error::CallError;
pub use send::{Client, Until, pause};
