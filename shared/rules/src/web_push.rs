//! Where the push services of browsers are, and what a message for one subscription is encrypted with.
//!
//! An endpoint comes out of a browser, so out of anybody's hands. It is asked before it is recorded, and again before
//! it is called: is this one of the push services that this deployment knows, and nothing of our own? The text is kept
//! exactly as it was given: some services sign it.

mod address;
mod endpoint;
mod hosts;
mod subscription;

pub use address::is_public;
pub use endpoint::{Endpoint, NotAllowed};
pub use hosts::{Loopback, PushHosts};
pub use subscription::{KeyError, PublicKey, Subscription};

/// Longest endpoint, in bytes. The longest that are seen have about 400.
pub const MAX_ENDPOINT_BYTES: usize = 1_024;
