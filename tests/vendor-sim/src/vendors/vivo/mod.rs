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
use crate::clock::now_s;
use crate::desk::{Desk, lock};
use crate::serve::Link;
use crate::vendor::{Transport, Vendor};
use crate::wire::{Answer, Call, Reply, without_values};
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

struct Session {
    app_id: i64,
    expires_at_s: u64,
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
    sessions: Mutex<HashMap<String, Session>>,
    /// By task.
    saved: Mutex<HashMap<String, Saved>>,
}

impl Vendor for Vivo {
    fn name(&self) -> &'static str {
        "vivo"
    }

    fn transport(&self) -> Transport {
        Transport {
            protocols: &[b"h2", b"http/1.1"],
            max_streams: 100,
            one_stream_until_proven: false,
        }
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
            _ => return self.broken("an unknown path", Answer::empty(StatusCode::NOT_FOUND)),
        };
        if call.method != Method::POST {
            return self.broken("not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        answer(self, call).unwrap_or_else(|refused| refused)
    }

    fn throttled(&self, retry_after_s: Option<u64>) -> Answer {
        codes::error(codes::TOO_FAST, "too fast").retry_after(retry_after_s)
    }

    fn error(&self, status: StatusCode, code: &str) -> Answer {
        match code.parse() {
            Ok(code) => codes::error_with(status, code, "ordered by the control API"),
            Err(_) => Answer::empty(status),
        }
    }

    fn knows_code(&self, code: &str) -> bool {
        codes::is_known(code)
    }

    fn expire_sessions(&self) {
        for session in lock(&self.sessions).values_mut() {
            session.expires_at_s = 0;
        }
    }

    fn forget(&self) {
        lock(&self.apps).clear();
        lock(&self.sessions).clear();
        lock(&self.saved).clear();
    }
}

/// What is wrong with a request: the code to answer, and words without any of its values.
struct Wrong {
    code: i64,
    what: String,
}

fn wrong<T>(code: i64, what: &str) -> Result<T, Wrong> {
    Err(Wrong {
        code,
        what: what.to_owned(),
    })
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
            return Err(self.broken("no authToken in the header", refused()));
        };
        let sessions = lock(&self.sessions);
        let Some(session) = sessions.get(token) else {
            return Err(self.broken("an authToken that was never issued", refused()));
        };
        self.desk.stats.session(token);
        let app = lock(&self.apps).get(&session.app_id).cloned();
        match app {
            Some(app) if session.expires_at_s > now_s() => Ok(app),
            _ => Err(refused().into()),
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

    /// Answers a request that broke the contract.
    fn broken(&self, what: &str, answer: Answer) -> Reply {
        self.desk.stats.violation(what);
        answer.into()
    }

    fn wrong(&self, wrong: &Wrong) -> Reply {
        self.broken(&wrong.what, codes::error(wrong.code, &wrong.what))
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
