//! Apple's push service.
//!
//! There is no recall. A second notification with the first one's
//! `apns-collapse-id` takes its place. One request per device, many at a time
//! over one HTTP/2 connection.

mod answer;
mod client;
mod request;
mod settings;
mod token;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;
