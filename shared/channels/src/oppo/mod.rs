//! OPPO PUSH: OPPO, `OnePlus` and realme.
//!
//! There is no recall. A second notification with the first one's `notify_id`
//! takes its place in the notification bar.

mod answer;
mod request;
mod settings;
