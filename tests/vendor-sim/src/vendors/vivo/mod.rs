//! vivo push.
//!
//! A login gives a token for a day, which travels in the header `authToken`. One device is pushed
//! to with `send`, 2 to 1,000 with `saveListPayload` and then `pushToList`. A task is recalled as a
//! whole, if the app may: that call is not in the public documentation.

mod codes;
mod list;
mod login;
mod message;
mod recall;
mod send;

use std::collections::HashMap;
use std::sync::Mutex;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bars::Standing;
use crate::desk::{Desk, lock};
use crate::quota::Unit;
use crate::serve::Link;
use crate::sessions::{Known, Sessions};
use crate::vendor::{Vendor, ordered};
use crate::wire::{Answer, Call, Reply, without_values};
use crate::wrong::{Wrong, wrong};
use message::Checked;

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct App {
    #[serde(rename = "app_id")]
    id: i64,
    #[serde(rename = "app_key")]
    key: String,
    #[serde(rename = "app_secret")]
    secret: String,
    /// Whether `/message/recall` exists for this app.
    #[serde(default = "yes")]
    recall: bool,
}

fn yes() -> bool {
    true
}

/// A message that was saved to be pushed to lists.
struct Saved {
    app_id: i64,
    message: Checked,
}

#[derive(Default)]
pub struct Vivo {
    desk: Desk,
    apps: Mutex<HashMap<i64, App>>,
    sessions: Sessions<i64>,
    /// By task.
    saved: Mutex<HashMap<String, Saved>>,
}

impl Vendor for Vivo {
    fn name(&self) -> &'static str {
        "vivo"
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn register_app(&self, details: Value) -> Result<(), String> {
        let app: App = serde_json::from_value(details).map_err(|error| error.to_string())?;
        lock(&self.apps).insert(app.id, app);
        Ok(())
    }

    fn answer(&self, call: &Call, _: &Link) -> Reply {
        let answer: fn(&Self, &Call) -> Result<Reply, Reply> = match call.path.as_str() {
            "/message/auth" => Self::login,
            "/message/send" => Self::send,
            "/message/saveListPayload" => Self::save,
            "/message/pushToList" => Self::push_to_list,
            "/message/recall" => Self::recall,
            _ => return self.desk.broken("an unknown path", Answer::empty(StatusCode::NOT_FOUND)),
        };
        if call.method != Method::POST {
            return self.desk.broken("not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        answer(self, call).unwrap_or_else(|refused| refused)
    }

    fn quota_unit(&self) -> Option<Unit> {
        Some(Unit::Devices)
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        codes::error(codes::TOO_FAST, "too fast").retry_after(retry_after_s)
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
        lock(&self.saved).clear();
    }
}

/// A JSON body with known fields only.
fn read<T: DeserializeOwned>(call: &Call, code: i64) -> Result<T, Wrong> {
    if !call.is_utf8("application/json") {
        return wrong(code, "the content type is not application/json in UTF-8");
    }
    serde_json::from_slice(&call.body).map_err(|error| Wrong {
        code,
        what: without_values(&error),
    })
}

/// What every request but the login has.
fn check_request_id(request_id: Option<&str>) -> Result<(), Wrong> {
    match request_id.map(str::len) {
        None | Some(0) => wrong(codes::NO_REQUEST_ID, "requestId is missing"),
        Some(1..=64) => Ok(()),
        Some(_) => wrong(codes::LONG_REQUEST_ID, "requestId has more than 64 characters"),
    }
}

impl Vivo {
    /// The app whose token the request carries.
    fn check_session(&self, call: &Call) -> Result<App, Reply> {
        let refused = || codes::error(codes::UNAUTHENTICATED, "权限认证失败");
        let Some(token) = call.header("authToken").filter(|token| !token.is_empty()) else {
            return Err(self.desk.broken("no authToken in the header", refused()));
        };
        let Some(known) = self.sessions.find(token) else {
            return Err(self.desk.broken("an authToken that was never issued", refused()));
        };
        self.desk.stats.session(token);
        match known {
            Known::Good(app_id) => lock(&self.apps).get(&app_id).cloned().ok_or_else(|| refused().into()),
            Known::Expired => Err(refused().into()),
        }
    }

    /// What is the matter with a device: vivo's status of an invalid user. An error is the code
    /// that fails the whole call.
    fn status(&self, app: &App, target: &str) -> Result<Option<i64>, i64> {
        if let Some(code) = self.desk.faults().code_for(target) {
            return match codes::user_status(code) {
                None => Err(code.parse().unwrap_or(codes::BAD_PARAMETER)),
                status => Ok(status),
            };
        }
        Ok(match self.desk.bars().standing(&app.id.to_string(), target) {
            Standing::Reachable => None,
            Standing::Unregistered => Some(2),
            Standing::Unknown | Standing::OtherApp => Some(1),
        })
    }

    fn wrong(&self, wrong: &Wrong) -> Reply {
        self.desk.broken(&wrong.what, codes::error(wrong.code, &wrong.what))
    }
}

/// That the app named in a body is the one of the token.
fn check_app(app: &App, named: i64) -> Result<(), Wrong> {
    if app.id == named {
        Ok(())
    } else {
        wrong(codes::OTHER_APP, "appId is not the app of the authToken")
    }
}
