//! What the hot paths allocate, and what they ask of AWS and the vendors: counted, so that no busy machine disturbs
//! it. See the README beside it.

#![expect(clippy::unwrap_used, reason = "a test kit: what goes wrong here fails the test that asked")]

mod aws;
mod baseline;
mod cases;
mod paths;
mod seed;
mod used;
mod vendors;
mod world;

pub use baseline::{Baseline, differences};
pub use cases::{Case, cases};
pub use used::Used;
