//! Huawei Push Kit for Android (HMS Core).
//!
//! A login at the OAuth server, then `POST /v1/{appId}/messages:send` with up to 1,000 tokens.

pub(super) mod codes;
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
use crate::vendor::Vendor;
use crate::wire::{Answer, Call, Reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    #[serde(rename = "app_id")]
    id: String,
    client_secret: String,
    /// Whether the app was granted notifications of high importance.
    #[serde(default)]
    high_importance: bool,
}

#[derive(Default)]
pub struct Huawei {
    desk: Desk,
    apps: Mutex<HashMap<String, App>>,
    sessions: Sessions<String>,
}

impl Vendor for Huawei {
    fn name(&self) -> &'static str {
        "huawei"
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
            ["oauth2", "v3", "token"] => self.login(call),
            ["v1", app_id, "messages:send"] => self.send(call, app_id),
            _ => self.desk.broken("an unknown path", codes::http_only(StatusCode::NOT_FOUND)),
        }
    }

    fn quota_unit(&self) -> Option<Unit> {
        Some(Unit::Devices)
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        codes::http_only(StatusCode::SERVICE_UNAVAILABLE).retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, code: &str) -> Answer {
        codes::answer_with(status, code, "ordered by the control API")
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
