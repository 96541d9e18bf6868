//! Senders register pushes and record what they delivered.

mod deps;
mod handler;

pub use deps::Deps;
pub use handler::handle;
