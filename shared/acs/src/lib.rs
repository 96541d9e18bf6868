//! The request signatures of Alibaba Cloud's API gateway, checked on the server's side.
//!
//! Two of them: `ACS3-HMAC-SHA256`, in headers, and signature version 1
//! (HMAC-SHA1), in the parameters. Pure: no clock, no store, no secrets of its own.
//!
//! ```text
//! read a request -> Call (who, when, what; nothing of it is believed yet)
//! Call::verify with the secret of that key -> it is believed, or the text that should have been signed
//! ```
//!
//! | part | file |
//! |---|---|
//! | what is read of a request, either way | `call.rs` |
//! | which signature it has, and whether it is right | `verify.rs` |
//! | ACS3-HMAC-SHA256 | `acs3.rs` |
//! | signature version 1 | `version1.rs` |
//! | parameters of queries and form bodies | `parameters.rs` |
//! | percent-encoding as both signatures want it | `encoding.rs` |
//! | the time a request may be under way | `window.rs` |

mod acs3;
mod call;
mod encoding;
mod parameters;
mod verify;
mod version1;
mod window;

pub use call::{Call, Malformed, Request};
pub use encoding::encoded;
pub use parameters::{Parameters, ParametersError};
pub use verify::{Mismatch, read};
pub use window::{WINDOW, is_current};
