//! Xiaomi Mi Push.
//!
//! Two ways, chosen per deployment: a second notification with the first one's
//! `notify_id` takes its place, or the recall of v3 takes it off the bar. The
//! recalls of v1 and v2 end on 2026-12-01 and are never called.

mod answer;
mod client;
mod request;
mod settings;

pub(crate) use client::connect;
pub(crate) use settings::SETTINGS;
