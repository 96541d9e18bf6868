//! How each push channel takes a message back, behind one trait.
//!
//! Every channel is a folder with the same four parts in the same order:
//!
//! | part | file | is |
//! |---|---|---|
//! | settings | `settings` | what a tenant's credentials document holds |
//! | request | `request` | pure: an order becomes the vendor's request |
//! | answer | `answer` | pure: the vendor's answer becomes one of a closed set |
//! | client | `client` | joins them, and the session the vendor asks for |
//!
//! Vendors that are asked over plain HTTPS share one client, the `driver`.
//!
//! Promises: every delivery of an order gets exactly one answer; no call
//! starts at or after the order's `call_until`; every wait has a timeout; no
//! token, text, credential or body reaches a log, an error or a `Debug`.

mod answers;
mod apns;
mod around;
mod credentials;
mod dial;
mod driver;
mod elapsed;
mod https;
mod huawei;
mod meaning;
mod oppo;
mod pace;
mod part;
mod read;
mod registry;
mod retry_after;
mod secret;
mod self_built;
mod sessions;
mod settings;
mod single_flight;
#[cfg(test)]
mod tables;
mod vivo;
mod web_push;
mod xiaomi;

pub use registry::{connect, connect_with, paced, self_built, settings};
pub use settings::{Setting, Settings, Timeouts};
