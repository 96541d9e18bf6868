//! `POST /message/auth`: a signature for a token that is good for a day.

use serde::Deserialize;
use serde_json::json;

use super::{Vivo, codes, read};
use crate::clock::now_ms;
use crate::desk::{fault_before_effect, lock};
use crate::faults::Occasion;
use crate::wire::{Call, Reply};
use crate::wrong::{Wrong, wrong};

const LIFETIME_S: u64 = 86_400;
const CLOCK_TOLERANCE_MS: u64 = 600_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Login {
    app_id: i64,
    app_key: String,
    timestamp: u64,
    sign: String,
}

impl Vivo {
    pub(super) fn login(&self, call: &Call) -> Result<Reply, Reply> {
        self.desk.stats.login();
        let login = check(call).map_err(|Wrong { code, what }| {
            self.wrong(&Wrong {
                code,
                what: format!("login: {what}"),
            })
        })?;
        let app = lock(&self.apps).get(&login.app_id).cloned();
        let signed = app.filter(|app| app.key == login.app_key).is_some_and(|app| {
            let text = format!("{}{}{}{}", login.app_id, login.app_key, login.timestamp, app.secret);
            format!("{:x}", md5::compute(text)) == login.sign
        });
        if !signed {
            // Not a violation: wrong credentials in the configuration are the operator's.
            return Err(codes::error(codes::WRONG_CREDENTIALS, "wrong appId, appKey or sign").into());
        }
        if let Some(fault) = fault_before_effect(self, Occasion::Login) {
            return Err(fault);
        }
        let token = self.sessions.open::<36>(login.app_id, LIFETIME_S);
        Ok(codes::ok(json!({ "authToken": token })).into())
    }
}

fn check(call: &Call) -> Result<Login, Wrong> {
    let login: Login = read(call, codes::BAD_LOGIN)?;
    if login.timestamp.abs_diff(now_ms()) > CLOCK_TOLERANCE_MS {
        return wrong(codes::BAD_LOGIN, "timestamp is not in milliseconds, or more than 10 minutes off");
    }
    if login.sign.len() != 32 || !login.sign.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return wrong(codes::BAD_LOGIN, "sign is not 32 hex digits in lower case");
    }
    Ok(login)
}
