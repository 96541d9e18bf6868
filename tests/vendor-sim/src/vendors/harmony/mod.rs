//! `HarmonyOS` 5 and later (Push Kit v3).
//!
//! No login: a service account signs its own tokens. `POST /v3/{projectId}/messages:send` and
//! `POST /v1/{clientId}/messages:revoke`, each with up to 1,000 tokens.

mod codes;
mod message;
mod revoke;
mod send;
mod service_token;

use std::collections::HashMap;
use std::sync::Mutex;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::desk::{Desk, lock};
use crate::quota::Unit;
use crate::serve::Link;
use crate::vendor::Vendor;
use crate::wire::{Answer, Call, Reply};
use service_token::{Keys, TokenError};

/// An app of a project, and the service account that may push for the project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registration {
    project_id: String,
    client_id: String,
    key_id: String,
    sub_account: String,
    public_key_pem: String,
}

#[derive(Default)]
pub struct Harmony {
    desk: Desk,
    keys: Mutex<Keys>,
    /// The apps' projects, by the apps' client ids.
    projects: Mutex<HashMap<String, String>>,
}

impl Vendor for Harmony {
    fn name(&self) -> &'static str {
        "harmony"
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: Registration = serde_json::from_value(details).map_err(|error| error.to_string())?;
        lock(&self.keys).register(&app.key_id, &app.sub_account, &app.project_id, &app.public_key_pem)?;
        lock(&self.projects).insert(app.client_id, app.project_id);
        Ok(())
    }

    fn answer(&self, call: &Call, _: &Link) -> Reply {
        let parts: Vec<&str> = call.path.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            ["v3", project_id, "messages:send"] => self.send(call, project_id),
            ["v1", client_id, "messages:revoke"] => self.revoke(call, client_id),
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
        if code.is_empty() {
            codes::http_only(status)
        } else {
            codes::answer_with(status, code, "ordered by the control API")
        }
    }

    fn knows_code(&self, code: &str) -> bool {
        codes::is_known(code)
    }

    fn expire_sessions(&self) {
        lock(&self.keys).expire_seen();
    }

    fn forget(&self) {
        lock(&self.keys).forget();
        lock(&self.projects).clear();
    }
}

impl Harmony {
    /// What both calls ask of a request's head. Returns the project that the caller speaks for.
    fn check_head(&self, call: &Call, what: &str) -> Result<String, Reply> {
        self.desk.stats.call();
        if call.method != Method::POST {
            return Err(self
                .desk
                .broken(&format!("{what}: not POST"), codes::http_only(StatusCode::METHOD_NOT_ALLOWED)));
        }
        let project = self.check_token(call, what)?;
        if !call.is_utf8("application/json") {
            return Err(self.wrong(what, codes::BAD_PARAMETER, "the content type is not application/json in UTF-8"));
        }
        // 2 is for messages that are spoken, which no simulated device has.
        if call.header("push-type") != Some("0") {
            return Err(self.wrong(what, codes::BAD_STRUCTURE, "the header does not contain a valid push-type"));
        }
        Ok(project)
    }

    fn check_token(&self, call: &Call, what: &str) -> Result<String, Reply> {
        let Some(token) = call.bearer() else {
            return Err(self.wrong(what, codes::UNAUTHENTICATED, "no bearer token"));
        };
        match lock(&self.keys).check(token) {
            Ok(project) => {
                self.desk.stats.session(token);
                Ok(project)
            }
            Err(TokenError::Invalid(why)) => Err(self.wrong(what, codes::UNAUTHENTICATED, &format!("the token: {why}"))),
            Err(TokenError::TooLong) => Err(self.wrong(what, codes::SESSION_TOO_LONG, "the token is good for more than a day")),
            Err(TokenError::TooOld) => Err(self.wrong(what, codes::SESSION_EXPIRED, "the token has expired")),
            Err(TokenError::Expired) => Err(codes::answer(codes::SESSION_EXPIRED, "the token has expired").into()),
            Err(TokenError::UnknownKey) => Err(codes::answer(codes::UNAUTHENTICATED, "an unknown kid").into()),
        }
    }

    fn wrong(&self, what: &str, code: &str, why: &str) -> Reply {
        self.desk.broken(&format!("{what}: {why}"), codes::answer(code, why))
    }

    /// The project of an app; `None` for one that nobody registered.
    fn project_of(&self, client_id: &str) -> Option<String> {
        lock(&self.projects).get(client_id).cloned()
    }
}
