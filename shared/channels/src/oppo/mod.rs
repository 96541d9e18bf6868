//! OPPO PUSH: OPPO, `OnePlus` and realme.
//!
//! There is no recall. A second notification with the first one's `notify_id`
//! takes its place in the notification bar.

mod answer;
mod client;
mod login;
mod request;
mod settings;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;

const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";
