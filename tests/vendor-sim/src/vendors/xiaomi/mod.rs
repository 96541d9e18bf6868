//! Xiaomi Mi Push.
//!
//! No login: every request carries the app's secret. Forms in, JSON out, up to 1,000 devices per
//! request; a recall by the notification's id.

mod codes;
mod message;
mod revoke;
mod send;

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::bars::Standing;
use crate::desk::{Desk, lock};
use crate::quota::Unit;
use crate::serve::Link;
use crate::vendor::{Vendor, ordered};
use crate::wire::{Answer, Call, Reply};
use crate::wrong::{Wrong, wrong};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    package: String,
    app_secret: String,
}

#[derive(Default)]
pub struct Xiaomi {
    desk: Desk,
    /// Package to secret.
    apps: Mutex<HashMap<String, String>>,
}

impl Vendor for Xiaomi {
    fn name(&self) -> &'static str {
        "xiaomi"
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: App = serde_json::from_value(details).map_err(|error| error.to_string())?;
        lock(&self.apps).insert(app.package, app.app_secret);
        Ok(())
    }

    fn answer(&self, call: &Call, _: &Link) -> Reply {
        self.desk.stats.call();
        let parts: Vec<&str> = call.path.trim_start_matches('/').split('/').collect();
        let known = match parts.as_slice() {
            [
                "v1",
                "message",
                "regid" | "alias" | "user_account" | "topic" | "multi_topic",
                "revoke",
            ]
            | ["v2", "message", "revoke"] => {
                return self
                    .desk
                    .broken("a recall of v1 or v2, which are gone", Answer::empty(StatusCode::GONE));
            }
            ["v2" | "v3" | "v4", "message", "regid"] | ["v3", "message", "regid" | "alias" | "user_account", "revoke"] => true,
            _ => false,
        };
        if !known {
            return self.desk.broken("an unknown path", Answer::empty(StatusCode::NOT_FOUND));
        }
        if call.method != Method::POST {
            return self.desk.broken("not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        match parts.as_slice() {
            [_, _, kind, "revoke"] => self.revoke(call, kind),
            [version, ..] => self.send(call, version),
            [] => Answer::empty(StatusCode::NOT_FOUND).into(),
        }
    }

    fn quota_unit(&self) -> Option<Unit> {
        Some(Unit::Requests)
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        codes::error(codes::TOO_FREQUENT, "too frequent").retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, code: &str) -> Answer {
        ordered(status, code, codes::error_with)
    }

    fn knows_code(&self, code: &str) -> bool {
        codes::is_known(code)
    }

    /// There are no sessions: the secret is in every request.
    fn expire_sessions(&self) {}

    fn forget(&self) {
        lock(&self.apps).clear();
    }
}

impl Xiaomi {
    /// The secret of the request, which must be `Authorization: key=<secret>`.
    fn check_secret(&self, call: &Call) -> Result<Secret, Reply> {
        let credential = call.header("authorization").and_then(|value| value.strip_prefix("key="));
        let Some(secret) = credential.filter(|secret| !secret.is_empty()) else {
            return Err(self.desk.broken(
                "no Authorization: key=..",
                codes::error(codes::UNAUTHENTICATED, "authentication failed"),
            ));
        };
        if !lock(&self.apps).values().any(|known| known == secret) {
            // Not a violation: a wrong secret in the configuration is the operator's.
            return Err(codes::error(codes::UNAUTHENTICATED, "Invalid application secret.").into());
        }
        Ok(Secret(secret.to_owned()))
    }

    /// Whether the package is the one that the secret belongs to.
    fn check_package(&self, secret: &Secret, package: &str) -> Result<(), Wrong> {
        if lock(&self.apps).get(package) == Some(&secret.0) {
            Ok(())
        } else {
            wrong(codes::BAD_PACKAGE, "restricted_package_name is not the package of the secret")
        }
    }

    /// Which of the devices fail. An error is the code that fails the whole call.
    fn bad_targets(&self, package: &str, targets: &[String]) -> Result<HashSet<String>, i64> {
        let faults = self.desk.faults();
        let bars = self.desk.bars();
        let mut bad = HashSet::new();
        for target in targets {
            match faults.code_for(target).and_then(|code| code.parse().ok()) {
                Some(code) if codes::OF_A_TARGET.contains(&code) => {
                    bad.insert(target.clone());
                }
                Some(code) => return Err(code),
                None if bars.standing(package, target) != Standing::Reachable => {
                    bad.insert(target.clone());
                }
                None => {}
            }
        }
        Ok(bad)
    }

    fn wrong(&self, wrong: &Wrong) -> Reply {
        self.desk.broken(&wrong.what, codes::error(wrong.code, &wrong.what))
    }
}

struct Secret(String);

/// The answer to a request that reached some devices, or was for none.
fn reached(targets: &[String], bad: &HashSet<String>, message_id: Option<&str>) -> Answer {
    let mut data = Map::new();
    if let Some(id) = message_id {
        data.insert("id".to_owned(), json!(id));
    }
    if !bad.is_empty() {
        let listed: Vec<&str> = targets.iter().map(String::as_str).filter(|target| bad.contains(*target)).collect();
        data.insert("bad_regids".to_owned(), json!(listed.join(",")));
    }
    let count = targets.iter().filter(|target| !bad.contains(*target)).count();
    codes::ok(&data, &format!("Received push messages for {count} REGID"))
}
