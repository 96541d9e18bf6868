//! Honor Push.
//!
//! A login at the developers' identity service, then `POST /api/v1/{appId}/sendMessage` with up to
//! 1,000 tokens. The fields are Huawei's in camelCase; the answers are Honor's own.

mod codes;
mod login;
mod message;
mod send;

use std::collections::HashMap;
use std::sync::Mutex;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::desk::{Desk, lock};
use crate::quota::Unit;
use crate::serve::Link;
use crate::sessions::Sessions;
use crate::vendor::{Vendor, ordered};
use crate::wire::{Answer, Call, Reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    #[serde(rename = "app_id")]
    id: String,
    client_id: String,
    client_secret: String,
    /// Whether the app may say itself that a message is none of marketing.
    #[serde(default)]
    self_classified: bool,
}

#[derive(Default)]
pub struct Honor {
    desk: Desk,
    apps: Mutex<HashMap<String, App>>,
    /// Of a client, which may have several apps.
    sessions: Sessions<String>,
}

impl Vendor for Honor {
    fn name(&self) -> &'static str {
        "honor"
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: App = serde_json::from_value(details).map_err(|error| error.to_string())?;
        lock(&self.apps).insert(app.id.clone(), app);
        Ok(())
    }

    fn answer(&self, call: &Call, _: &Link) -> Reply {
        let parts: Vec<&str> = call.path.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            ["auth", "token"] | ["auth", "realms", "developer", "protocol", "openid-connect", "token"] => self.login(call),
            ["api", "v1", app_id, "sendMessage"] => self.send(call, app_id),
            _ => self.desk.broken("an unknown path", Answer::empty(StatusCode::NOT_FOUND)),
        }
    }

    fn quota_unit(&self) -> Option<Unit> {
        None
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        codes::answer(codes::TOO_FAST, "flow control").retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, code: &str) -> Answer {
        ordered(status, code, codes::answer_with)
    }

    fn knows_code(&self, code: &str) -> bool {
        codes::is_known(code)
    }

    fn expire_sessions(&self) {
        self.sessions.expire();
    }

    fn forget(&self) {
        lock(&self.apps).clear();
        self.sessions.forget();
    }
}
