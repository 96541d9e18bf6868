//! Huawei Push Kit for Android: HMS Core, EMUI and `HarmonyOS` up to 4.
//!
//! There is no recall. A second notification with the first one's `notify_id`
//! takes its place on the device (EMUI 10 and later).

mod answer;
mod client;
mod login;
mod request;
mod settings;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;
