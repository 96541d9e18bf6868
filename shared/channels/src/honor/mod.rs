//! Honor Push.
//!
//! There is no recall that anybody knows of. A second notification with the
//! first one's `notifyId` takes its place on the device. Nothing here could be
//! read in an official reference: docs/channels.md says who says so.

mod answer;
mod client;
mod login;
mod request;
mod settings;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;
