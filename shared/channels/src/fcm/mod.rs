//! Firebase Cloud Messaging, HTTP v1: Android, and apps on iOS and in browsers that use it.
//!
//! There is no recall. A second message with the first one's tag takes its
//! place. One request per device, many at a time over one HTTP/2 connection.

mod answer;
mod client;
mod login;
mod request;
mod settings;
mod target;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;

/// Deliveries a second, where a deployment says nothing else: a tenth of a project's 600,000 messages a minute. The
/// rest is for what the tenant sends itself.
pub(crate) const RATE_PER_SECOND: u32 = 1_000;

/// What FCM says of one device alone, although it sounds like everybody.
pub(crate) const ABOUT_ONE_DEVICE: &[&str] = &["fcm:UNAVAILABLE", "fcm:THIRD_PARTY_AUTH_ERROR", "fcm:APNS_AUTH_ERROR"];
