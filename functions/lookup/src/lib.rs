//! Everything that is read: pushes, revocations, outcomes, the gate; and every path that does not exist.

mod deps;
mod handler;

pub use deps::Deps;
pub use handler::handle;
