//! OPPO PUSH.
//!
//! A login gives a token for a day, which travels in the form of every push. One message per
//! device, alone (`unicast`) or up to 1,000 at once (`unicast_batch`). There is no recall.

mod codes;
mod login;
mod message;
mod send;

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::desk::{Desk, lock};
use crate::quota::Unit;
use crate::serve::Link;
use crate::sessions::Sessions;
use crate::vendor::{Vendor, ordered};
use crate::wire::{Answer, Call, Reply};
use crate::wrong::Wrong;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    app_key: String,
    master_secret: String,
}

#[derive(Default)]
pub struct Oppo {
    desk: Desk,
    /// App key to master secret.
    apps: Mutex<HashMap<String, String>>,
    sessions: Sessions<String>,
    /// Device and `app_message_id` of everything that was pushed.
    pushed: Mutex<HashSet<(String, String)>>,
}

impl Vendor for Oppo {
    fn name(&self) -> &'static str {
        "oppo"
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: App = serde_json::from_value(details).map_err(|error| error.to_string())?;
        lock(&self.apps).insert(app.app_key, app.master_secret);
        Ok(())
    }

    fn answer(&self, call: &Call, _: &Link) -> Reply {
        let answer: fn(&Self, &Call) -> Reply = match call.path.as_str() {
            "/server/v1/auth" => Self::login,
            "/server/v1/message/notification/unicast" => Self::unicast,
            "/server/v1/message/notification/unicast_batch" => Self::unicast_batch,
            _ => return self.desk.broken("an unknown path", Answer::empty(StatusCode::NOT_FOUND)),
        };
        if call.method != Method::POST {
            return self.desk.broken("not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        answer(self, call)
    }

    fn quota_unit(&self) -> Option<Unit> {
        Some(Unit::Devices)
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        codes::error(codes::FLOW_CONTROL, "service in flow control").retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, code: &str) -> Answer {
        ordered(status, code, codes::error_with)
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
        lock(&self.pushed).clear();
    }
}

impl Oppo {
    fn wrong(&self, wrong: &Wrong) -> Reply {
        self.desk.broken(&wrong.what, codes::error(wrong.code, &wrong.what))
    }
}
