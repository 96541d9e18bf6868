//! vivo push: vivo and iQOO.
//!
//! The vendor's own way is a recall: it names the sending, whose messages then
//! vanish from the devices. Its address and shape could not be confirmed from
//! public sources; the address is a setting, and what a recall does not take
//! back is overwritten, where the deployment says so: a second notification
//! with the first one's `notifyId` takes its place in the notification bar.

mod answer;
mod client;
mod login;
mod recall;
mod request;
mod settings;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;

const JSON: &str = "application/json;charset=utf-8";
