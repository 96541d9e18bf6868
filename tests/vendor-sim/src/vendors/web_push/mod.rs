//! A push service of browsers: RFC 8030, with RFC 8291 (encryption) and RFC 8292 (VAPID). And the browsers behind it, since only
//! they can read what they are sent.
//!
//! A subscription's token is its endpoint, `https://localhost:<port>/push/<anything>`. An app is a site's VAPID key.

mod browser;
mod decrypt;
mod headers;
mod push;
mod vapid;

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::desk::{Desk, lock};
use crate::quota::Unit;
use crate::serve::Link;
use crate::vendor::Vendor;
use crate::wire::{Answer, Call, Reply};
use vapid::Seen;

/// What a device can be told to fail with.
const STATUSES: [u16; 11] = [400, 401, 403, 404, 405, 406, 410, 413, 429, 500, 503];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    /// Base64 for URLs, 65 bytes.
    public_key: String,
}

#[derive(Default)]
pub struct WebPush {
    desk: Desk,
    /// Public keys of sites, as they come in `k`.
    sites: Mutex<HashSet<String>>,
    seen: Mutex<HashMap<String, Seen>>,
}

impl Vendor for WebPush {
    fn name(&self) -> &'static str {
        "web_push"
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: App = serde_json::from_value(details).map_err(|error| error.to_string())?;
        vapid::point(&app.public_key).ok_or("public_key is no P-256 point in Base64 for URLs")?;
        lock(&self.sites).insert(app.public_key);
        Ok(())
    }

    fn subscription(&self, token: &str) -> Option<Value> {
        let (p256dh, auth) = browser::keys(token)?;
        Some(json!({ "p256dh": p256dh, "auth": auth }))
    }

    fn answer(&self, call: &Call, _: &Link) -> Reply {
        self.desk.stats.call();
        let is_endpoint = call.path.strip_prefix("/push/").is_some_and(|rest| !rest.is_empty());
        if !is_endpoint {
            return self.desk.broken("an unknown path", Answer::empty(StatusCode::NOT_FOUND));
        }
        if call.method != Method::POST {
            return self.desk.broken("not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        self.push(call).unwrap_or_else(|refused| refused)
    }

    fn quota_unit(&self) -> Option<Unit> {
        None
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        Answer::empty(StatusCode::TOO_MANY_REQUESTS).retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, _: &str) -> Answer {
        Answer::empty(status)
    }

    fn knows_code(&self, code: &str) -> bool {
        code.parse().is_ok_and(|status: u16| STATUSES.contains(&status))
    }

    fn expire_sessions(&self) {
        for seen in lock(&self.seen).values_mut() {
            seen.expired = true;
        }
    }

    fn forget(&self) {
        lock(&self.sites).clear();
        lock(&self.seen).clear();
    }
}
