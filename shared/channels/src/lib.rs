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
//! Vendors that are asked for many devices a call share one client, the `driver`; those that are asked for one device a
//! request, over HTTP/2, share another, `streams`.
//!
//! Promises: every delivery of an order gets exactly one answer; no call
//! starts at or after the order's `call_until`; every wait has a timeout; no
//! token, text, credential or body reaches a log, an error or a `Debug`.

mod answers;
mod apns;
mod around;
mod asks;
mod credentials;
mod dial;
mod driver;
mod elapsed;
mod fcm;
mod harmony;
mod honor;
mod https;
mod huawei;
mod meaning;
mod meizu;
mod oauth;
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
mod streams;
#[cfg(test)]
mod tables;
mod vivo;
mod web_push;
mod xiaomi;

pub use registry::{connect, connect_with, default_rate_per_second, paced, self_built, settings, shares_sessions};
pub use sessions::NoSessions;
pub use settings::{Setting, Settings, Timeouts};
