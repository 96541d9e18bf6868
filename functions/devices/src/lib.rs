//! Senders get the tokens with which devices of the self-built channel connect, and take them back.

mod deps;
mod handler;

pub use deps::Deps;
pub use handler::handle;
