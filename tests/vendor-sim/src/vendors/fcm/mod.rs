//! Firebase Cloud Messaging, HTTP v1.
//!
//! A login at Google's OAuth server with an assertion that the service account signed, then
//! `POST /v1/projects/{project}/messages:send` for one target a request, over HTTP/2 or HTTP/1.1.

mod assertion;
mod errors;
mod fields;
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
use assertion::Key;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    project_id: String,
    client_email: String,
    private_key_id: String,
    public_key_pem: String,
}

#[derive(Default)]
pub struct Fcm {
    desk: Desk,
    /// The keys of the service accounts, by their ids.
    keys: Mutex<HashMap<String, Key>>,
    /// Whose project a session is for.
    sessions: Sessions<String>,
}

impl Vendor for Fcm {
    fn name(&self) -> &'static str {
        "fcm"
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: App = serde_json::from_value(details).map_err(|error| error.to_string())?;
        let key = Key::new(app.project_id, app.client_email, &app.public_key_pem)?;
        lock(&self.keys).insert(app.private_key_id, key);
        Ok(())
    }

    fn answer(&self, call: &Call, _: &Link) -> Reply {
        let parts: Vec<&str> = call.path.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            ["token"] => self.login(call, login::AUDIENCE),
            ["oauth2", "v4", "token"] => self.login(call, login::OLDER_AUDIENCE),
            ["v1", "projects", project, "messages:send"] => self.send(call, project),
            _ => self.desk.broken("an unknown path", Answer::empty(StatusCode::NOT_FOUND)),
        }
    }

    fn quota_unit(&self) -> Option<Unit> {
        Some(Unit::Requests)
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        errors::answer(errors::QUOTA_EXCEEDED).retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, code: &str) -> Answer {
        errors::ordered(status, code)
    }

    fn knows_code(&self, code: &str) -> bool {
        errors::is_known(code)
    }

    fn expire_sessions(&self) {
        self.sessions.expire();
    }

    fn forget(&self) {
        lock(&self.keys).clear();
        self.sessions.forget();
    }
}
