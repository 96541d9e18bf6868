//! The browsers: their keys, and what the site's service worker does with a message.
//!
//! A subscription's keys are made of its token, so that nobody has to keep them.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::decrypt::{Receiver, private};
use crate::bars::{Effect, Notification};

/// What Chrome shows for a message that its service worker shows nothing for.
const NOTHING_SHOWN: &str = "This site has been updated in the background";
const NOTHING_SHOWN_TAG: &str = "user_visible_auto_notification";

pub fn receiver(token: &str) -> Option<Receiver> {
    let of = |what: &str| digest(&SHA256, format!("{what} of {token}").as_bytes());
    Some(Receiver {
        private: private(of("key").as_ref())?,
        auth: of("auth").as_ref().get(..16)?.try_into().ok()?,
    })
}

/// What the browser tells the site: `p256dh` and `auth`.
pub fn keys(token: &str) -> Option<(String, String)> {
    let receiver = receiver(token)?;
    let public = receiver.private.compute_public_key().ok()?;
    Some((
        BASE64_URL_SAFE_NO_PAD.encode(public.as_ref()),
        BASE64_URL_SAFE_NO_PAD.encode(receiver.auth),
    ))
}

#[derive(Deserialize)]
struct Message {
    notification: Shown,
}

#[derive(Deserialize)]
struct Shown {
    title: String,
    #[serde(default)]
    body: String,
    tag: Option<String>,
    #[serde(default)]
    silent: bool,
}

/// A service worker of ten lines, as the product's documentation asks sites to have one: it shows the notification that it is
/// told of, under the tag that it is told. A notification with the tag of one on the bar takes its place.
pub fn service_worker(text: &[u8]) -> Effect {
    let shown = match serde_json::from_slice::<Message>(text) {
        Ok(Message { notification }) => Notification {
            key: notification.tag,
            title: notification.title,
            body: notification.body,
            silent: notification.silent,
            ..Notification::default()
        },
        Err(_) => Notification {
            key: Some(NOTHING_SHOWN_TAG.to_owned()),
            title: NOTHING_SHOWN.to_owned(),
            ..Notification::default()
        },
    };
    Effect::Show(shown)
}
