//! The figures, in groups.

mod all;
mod apple;
mod batch_vendors;
mod cost;
mod memory;
mod requests;
mod starts;
mod walks;
mod zips;

pub use all::all;
