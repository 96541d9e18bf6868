//! Apple Push Notification service, provider API with tokens.
//!
//! One device per request, `POST /3/device/{token}`, over HTTP/2 only.

mod headers;
mod payload;
mod provider_token;
mod push;
mod reasons;

use std::collections::HashMap;
use std::sync::Mutex;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::desk::{Desk, lock};
use crate::quota::Unit;
use crate::serve::Link;
use crate::vendor::{Transport, Vendor};
use crate::wire::{Answer, Call, Reply};
use provider_token::Keys;

/// One provider token every 20 minutes is allowed; one more for each end of the window, since
/// Apple does not say how it counts.
const PROVIDER_TOKENS_PER_WINDOW: usize = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    team_id: String,
    key_id: String,
    bundle_id: String,
    public_key_pem: String,
    /// Different provider tokens of this key within 20 minutes.
    #[serde(default = "default_limit")]
    provider_tokens_per_window: usize,
}

fn default_limit() -> usize {
    PROVIDER_TOKENS_PER_WINDOW
}

pub struct Apns {
    desk: Desk,
    streams: u32,
    keys: Mutex<Keys>,
    /// Bundle id to the team it belongs to.
    topics: Mutex<HashMap<String, String>>,
}

impl Apns {
    pub fn new(streams: u32) -> Self {
        Self {
            desk: Desk::default(),
            streams,
            keys: Mutex::default(),
            topics: Mutex::default(),
        }
    }
}

impl Vendor for Apns {
    fn name(&self) -> &'static str {
        "apns"
    }

    fn transport(&self) -> Transport {
        Transport {
            protocols: &[b"h2"],
            max_streams: self.streams,
            one_stream_until_proven: true,
        }
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: App = serde_json::from_value(details).map_err(|error| error.to_string())?;
        lock(&self.keys).register(&app.key_id, &app.team_id, &app.public_key_pem, app.provider_tokens_per_window)?;
        lock(&self.topics).insert(app.bundle_id, app.team_id);
        Ok(())
    }

    fn answer(&self, call: &Call, link: &Link) -> Reply {
        self.push(call, link)
    }

    fn quota_unit(&self) -> Option<Unit> {
        None
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        reasons::answer("TooManyRequests").retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, code: &str) -> Answer {
        reasons::answer_with(status, code)
    }

    fn knows_code(&self, code: &str) -> bool {
        reasons::is_known(code)
    }

    fn expire_sessions(&self) {
        lock(&self.keys).expire_seen();
    }

    fn forget(&self) {
        *lock(&self.keys) = Keys::default();
        lock(&self.topics).clear();
    }
}
