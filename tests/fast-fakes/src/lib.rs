//! AWS and the push vendors as fast as they can be on one machine, for whoever measures ours.
//!
//! | part | file | is |
//! |---|---|---|
//! | the table service | `dynamo` | keeps items as they come, answers reads in their own form, counts units by the documented rules |
//! | queues, secrets | `aws.rs` | keep what was sent, hand out what was put |
//! | a push of any size | `swarm.rs` | one recorded batch, read as millions of them |
//! | what was asked | `counts.rs` | calls, units, bytes; taken and set back in one step |
//! | vendors | `vendor.rs` | say yes to everything, in the vendor's own form, or no to some |
//! | a server of its own | `server.rs` | HTTP/1.1 and HTTP/2 over TLS, with a wait if one is wanted |
//!
//! They judge nothing: no condition of a write is looked at, and no signature. The contract tests of `shared/aws` and
//! `tests/vendor-sim` judge. An expression that is not understood is refused, so that nothing is measured that did
//! not happen. Frozen, writes are answered and counted and change nothing: the same event can be measured again
//! and again.

mod aws;
mod counts;
mod dynamo;
mod server;
mod swarm;
mod vendor;

pub use aws::{Answer, FastAws, Message};
pub use counts::Counts;
pub use server::{Serve, Served, serve};
pub use swarm::Swarm;
pub use vendor::FastVendor;
