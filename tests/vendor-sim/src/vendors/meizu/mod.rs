//! Meizu (Flyme) push.
//!
//! No login: every request is signed with the app's secret. Forms in, JSON out, always HTTP 200, up
//! to 100 devices per request.

mod codes;
mod message;
mod send;

use std::collections::HashMap;
use std::sync::Mutex;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::desk::{Desk, lock};
use crate::quota::Unit;
use crate::serve::Link;
use crate::vendor::{Vendor, ordered};
use crate::wire::{Answer, Call, Reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    app_id: String,
    app_secret: String,
}

#[derive(Default)]
pub struct Meizu {
    desk: Desk,
    /// Id to secret.
    apps: Mutex<HashMap<String, String>>,
}

impl Vendor for Meizu {
    fn name(&self) -> &'static str {
        "meizu"
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: App = serde_json::from_value(details).map_err(|error| error.to_string())?;
        lock(&self.apps).insert(app.app_id, app.app_secret);
        Ok(())
    }

    fn answer(&self, call: &Call, _: &Link) -> Reply {
        self.desk.stats.call();
        if call.path != "/garcia/api/server/push/varnished/pushByPushId" {
            return self.desk.broken("an unknown path", Answer::empty(StatusCode::NOT_FOUND));
        }
        if call.method != Method::POST {
            return self.desk.broken("not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        self.send(call)
    }

    fn quota_unit(&self) -> Option<Unit> {
        None
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        codes::error(codes::APP_TOO_FAST, "too many requests of this app").retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, code: &str) -> Answer {
        ordered(status, code, codes::error_with)
    }

    fn knows_code(&self, code: &str) -> bool {
        codes::is_known(code)
    }

    /// There are no sessions: every request is signed.
    fn expire_sessions(&self) {}

    fn forget(&self) {
        lock(&self.apps).clear();
    }
}
