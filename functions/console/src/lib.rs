//! The operator's page: its files, and nothing else. What it shows it asks of the API.

mod closed_sets;
mod files;
mod handler;

pub use handler::handle;
