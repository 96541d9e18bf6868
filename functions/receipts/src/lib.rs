//! Devices and vendors say what became of deliveries.

mod deps;
mod handler;

pub use deps::Deps;
pub use handler::handle;
