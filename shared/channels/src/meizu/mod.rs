//! Meizu (Flyme) push.
//!
//! There is no recall of what was sent to devices: `pushTask/cancel` is for
//! messages to a whole app. Of all notifications with one `notifyKey` a device
//! shows the last that arrived.

mod answer;
mod client;
mod request;
mod settings;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;
