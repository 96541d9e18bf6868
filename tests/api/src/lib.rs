//! The HTTP API without AWS: real gateway events, the real handlers, the world in memory.
//!
//! | what | file |
//! |---|---|
//! | a request that finds its function as API Gateway would, and its answer | `world` |
//! | who may ask: one key for each role | `keys` |
//! | what the queues' functions do meanwhile | `work` |
//! | calls that are signed as mPaaS SDKs do | `signed` |
//!
//! Time stands still, and chance comes from a seed: every answer is the same to the letter, each time.

#![expect(clippy::unwrap_used, reason = "a test kit: what goes wrong here fails the test that asked")]
#![expect(clippy::missing_panics_doc, reason = "a test kit: what goes wrong here fails the test that asked")]

mod keys;
mod signed;
mod work;
mod world;

pub use keys::{SECRET, key};
pub use signed::Signed;
pub use world::{Reply, World};
