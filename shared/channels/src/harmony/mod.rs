//! `HarmonyOS` 5 and later: Push Kit v3.
//!
//! There is a recall, for what is shown and for what is not delivered yet; its
//! answer is about the call and says nothing of single devices. A second
//! notification with the first one's `notifyId` takes its place on the device.
//! Nobody is logged in to: a service account signs its own tokens.

mod answer;
mod client;
mod request;
mod settings;
mod token;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;
