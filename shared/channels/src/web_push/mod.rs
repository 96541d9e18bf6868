//! The push services of browsers: RFC 8030, with messages of RFC 8291 and the identification of RFC 8292.
//!
//! There is no recall. A message with the first one's `Topic` takes its place while the push service still keeps it, and
//! what the site's service worker shows with the first one's tag takes its place on the screen. One request for each
//! subscription, at the service that its browser chose.
//!
//! Where a request goes comes from outside, so it is checked before it is made (`rules::web_push`), its name's address
//! before it is dialled (`resolve`), and nobody's redirect is followed. Each host has its own connections and its own
//! breaker (`hosts`): one that is slow or down holds up nobody else.

mod answer;
mod client;
mod encrypt;
mod hosts;
mod order;
mod request;
mod resolve;
mod settings;
mod vapid;

pub(crate) use client::WebPushClient;
pub(crate) use settings::SETTINGS;
